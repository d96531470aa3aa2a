"""What a hub needs to run for months: engines, broker, watchdog, metrics, other hubs. Knows parts, not turns."""
