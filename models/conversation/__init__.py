"""What only makes sense after what was said before. Knows earlier turns and the open question."""
