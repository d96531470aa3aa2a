"""What outlives a turn: the journal, timers and what rings. Knows rows and times, no meaning."""
