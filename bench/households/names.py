"""Words that the simulated homes are made of: rooms, things, titles, and how people ask for them. Data, no code."""

from __future__ import annotations

from typing import Any

AREAS = (
    "Kitchen",
    "Living Room",
    "Bedroom",
    "Bathroom",
    "Office",
    "Garage",
    "Hallway",
    "Dining Room",
    "Nursery",
    "Guest Room",
    "Basement",
    "Attic",
    "Laundry Room",
    "Playroom",
)
LIGHTS = (
    "Desk Lamp",
    "Floor Lamp",
    "Ceiling Light",
    "Bedside Lamp",
    "Reading Light",
    "Counter Light",
    "Porch Light",
    "Mirror Light",
    "Wall Sconce",
    "Corner Lamp",
    "Chandelier",
    "Night Light",
    "Closet Light",
    "Pantry Light",
    "Stair Light",
    "Vanity Light",
    "Piano Lamp",
    "Spotlight",
    "Fairy Lights",
    "Table Lamp",
    "Sofa Light",
    "Aquarium Light",
)
OTHERS = {
    "fan": ("Ceiling Fan", "Tower Fan", "Box Fan"),
    "cover": ("Left Curtain", "Bedroom Blinds", "Patio Shutter", "Roof Window"),
    "media_player": ("TV", "Speaker", "Radio", "Projector"),
    "switch": ("Coffee Maker", "Dehumidifier", "Water Pump", "Printer", "Kettle", "Humidifier", "Christmas Tree"),
    "climate": ("Thermostat", "Heat Pump"),
    "lock": ("Front Door", "Back Door"),
    "vacuum": ("Rover", "Robot Vacuum"),
}
STATES = {
    "light": "off",
    "fan": "off",
    "cover": "closed",
    "media_player": "idle",
    "switch": "off",
    "climate": "heat",
    "lock": "locked",
    "vacuum": "docked",
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "light": {"supported_color_modes": ["rgb", "color_temp"], "brightness": 120},
    "fan": {"percentage": 30},
    "cover": {"current_position": 0},
    "media_player": {"volume_level": 0.3},
    "climate": {"temperature": 20, "current_temperature": 20, "hvac_modes": ["off", "heat", "cool"], "min_temp": 7, "max_temp": 30},
}
COLLOQUIAL = (
    (
        "turn on the {name}",
        ("{name} on please", "switch the {name} on", "put the {name} on", "could you turn the {name} on"),
        ("light", "fan", "switch", "media_player"),
    ),
    (
        "turn off the {name}",
        ("{name} off", "switch off the {name}", "shut off the {name}", "turn the {name} off"),
        ("light", "fan", "switch", "media_player"),
    ),
    ("set the {name} to 40 percent", ("{name} to forty percent", "dim the {name} to 40%"), ("light",)),
    ("open the {name}", ("open {name}", "please open up the {name}"), ("cover",)),
    ("close the {name}", ("close {name}", "shut the {name}"), ("cover",)),
    (
        "turn off the lights in the {area}",
        ("turn off the {area} lights", "lights off in the {area}", "switch the {area} lights off"),
        ("area",),
    ),
    ("turn on the lights in the {area}", ("turn on the {area} lights", "lights on in the {area}"), ("area",)),
    ("is the {name} on", ("check if the {name} is on",), ("light", "switch", "fan")),
    ("lock the {name}", ("please lock the {name}",), ("lock",)),
    ("set the {name} to 21 degrees", ("put the {name} at 21 degrees",), ("climate",)),
    ("start the {name}", ("start {name}",), ("vacuum",)),
)

NEAR = (
    ("Floor Lamp", "Door Lamp"),
    ("Hall Light", "Wall Light"),
    ("Corner Lamp", "Counter Lamp"),
    ("Left Lamp", "Loft Lamp"),
    ("Bed Lamp", "Red Lamp"),
    ("Porch Light", "Torch Light"),
    ("Stair Light", "Chair Light"),
    ("Sam's Lamp", "Pam's Lamp"),
    ("Table Lamp", "Cable Lamp"),
    ("Mirror Light", "Mural Light"),
)
"""Two lamps of one home that differ by a sound; and, where only one of the two is there, a thing asked for that is not."""
TITLES = (
    ("yesterday", "yester me"),
    ("we don't talk anymore", "we don't talk about bruno"),
    ("let it be", "let it go"),
    ("bad guy", "bad habits"),
    ("hello", "halo"),
    ("royals", "loyal"),
    ("africa", "after"),
    ("stay", "stay with me"),
    ("the wall", "the war"),
    ("thriller", "killer queen"),
    ("dancing queen", "dancing in the dark"),
    ("blue moon", "new moon"),
)
"""Titles in pairs that a recogniser, or a rewrite, can take for one another."""
NICKNAMES = (
    ("turn on the lamp", "turn on the {name}"),
    ("lamp on", "turn on the {name}"),
    ("turn off my light", "turn off the {name}"),
    ("my light please", "turn on the {name}"),
    ("make it cosy", "set the {name} to 40 percent"),
    ("turn on the usual one", "turn on the {name}"),
)
"""What two persons of one home say in the same words and mean of two things."""
LEADS = ("no i said ", "no, ", "i said ", "no i meant ", "", "", "", "")
GIVING_UP = ("never mind", "forget it", "stop", "cancel that")
