"""The demo: recorded people speak in a simulated house on a real broker, and the real hub answers. Three stories: a tour, an evening's
conversation, and a house that learns overnight. Nothing here is needed by the product."""
