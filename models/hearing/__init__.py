"""What the ear needs: voice, wake words, recognisers. Knows sound and words, not meaning."""
