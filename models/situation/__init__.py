"""What hangs on what is going on in the house, and the ranking of readings by it. Knows states, hours and habits."""
