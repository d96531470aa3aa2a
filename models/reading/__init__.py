"""What a sentence can mean in this house, taken by itself. Knows words and entities, no earlier turn."""
