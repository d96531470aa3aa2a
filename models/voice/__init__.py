"""How the hub sounds. Knows samples and text, not what to say."""
