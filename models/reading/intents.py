"""What each intent can be about: domains, one thing or several, none at all, an item. Tables; knows no home and no sentence."""

from __future__ import annotations

DOMAINS: dict[str, tuple[str, ...]] = {
    "HassLightSet": ("light",),
    "HassFanSetSpeed": ("fan",),
    "HassClimateSetTemperature": ("climate", "water_heater"),
    "HassClimateSetFanMode": ("climate",),
    "HassClimateGetTemperature": ("climate", "sensor", "weather", "water_heater"),
    "HassSetVolume": ("media_player",),
    "HassSetVolumeRelative": ("media_player",),
    "HassMediaPause": ("media_player",),
    "HassMediaUnpause": ("media_player",),
    "HassMediaNext": ("media_player",),
    "HassMediaPrevious": ("media_player",),
    "HassMediaPlayerMute": ("media_player",),
    "HassMediaPlayerUnmute": ("media_player",),
    "HassMediaSearchAndPlay": ("media_player",),
    "HubMediaStatus": ("media_player",),
    "HassHumidifierSetpoint": ("humidifier",),
    "HassHumidifierMode": ("humidifier",),
    "HassSetPosition": ("cover", "valve"),
    "HassVacuumStart": ("vacuum",),
    "HassVacuumReturnToBase": ("vacuum",),
    "HassVacuumCleanArea": ("vacuum",),
    "HassLawnMowerStartMowing": ("lawn_mower",),
    "HassLawnMowerDock": ("lawn_mower",),
    "HassListAddItem": ("todo",),
    "HassListCompleteItem": ("todo",),
    "HassListRemoveItem": ("todo",),
    "HubListItems": ("todo",),
    "HassGetWeather": ("weather",),
    "HubShowCamera": ("camera",),
    "HassShoppingListAddItem": ("todo",),
    "HassShoppingListCompleteItem": ("todo",),
}
"""Where an intent can only be about some domains."""
ONE = frozenset(
    {
        "HassMediaSearchAndPlay",
        "HassMediaPause",
        "HassMediaUnpause",
        "HassMediaNext",
        "HassMediaPrevious",
        "HubMediaStatus",
        "HassSetVolume",
        "HassSetVolumeRelative",
        "HassMediaPlayerMute",
        "HassMediaPlayerUnmute",
        "HassGetWeather",
        "HubShowCamera",
        "HassClimateSetTemperature",
        "HassClimateGetTemperature",
        "HassVacuumStart",
        "HassVacuumReturnToBase",
        "HassLawnMowerDock",
        "HassLawnMowerStartMowing",
        "HassVacuumCleanArea",
        "HubListItems",
        "HassShoppingListAddItem",
        "HassShoppingListCompleteItem",
        "HassListAddItem",
        "HassListCompleteItem",
        "HassListRemoveItem",
    }
)
"""Said without a name these mean one thing: the room's, the playing one, the only one."""
TIMERS = frozenset(
    {
        "HassStartTimer",
        "HassCancelTimer",
        "HassCancelAllTimers",
        "HassIncreaseTimer",
        "HassDecreaseTimer",
        "HassPauseTimer",
        "HassUnpauseTimer",
        "HassTimerStatus",
    }
)
"""About a timer."""
NO_TARGETS = TIMERS | {"HassGetCurrentTime", "HassGetCurrentDate", "HassNevermind", "HassRespond", "HassBroadcast"}
"""These need no entity."""
NEEDS_ITEM = frozenset(
    {"HassListAddItem", "HassShoppingListAddItem", "HassListRemoveItem", "HassListCompleteItem", "HassShoppingListCompleteItem"}
)
"""These need an item, which may be any words."""
