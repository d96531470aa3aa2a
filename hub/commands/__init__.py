"""The commands of `hub`, one module each. They know options and printing, and leave the work to others."""
