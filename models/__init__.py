"""What was said: audio to words to frames, in a given house. Knows `devices.home` and no turns."""
