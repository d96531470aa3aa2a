"""A house that needs no hardware: it announces itself by Home Assistant discovery on a real broker, obeys, and reports back."""

from devices.simulated.house import HOME_FILE, House, simulated_house

__all__ = ["HOME_FILE", "House", "simulated_house"]
