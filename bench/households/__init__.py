"""Simulated households with hidden truth: does the house really get better? See world.py for what is simulated, __main__.py for the
figures."""
