"""The words of a reply. Decides nothing and plays nothing."""
