"""Sound in and out: sources, ears, echo, mixing, players. Knows samples and devices, not words."""
