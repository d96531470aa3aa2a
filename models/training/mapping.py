"""How the intents of SLURP, HWU64, CLINC150 and Snips read in our vocabulary, with the readings that count as right. No model, no files."""

from __future__ import annotations

import re

NONE = "none"

SLURP: dict[str, tuple[str, ...]] = {
    "iot_hue_lightoff": ("HassTurnOff",),
    "iot_hue_lighton": ("HassTurnOn", "HassLightSet"),
    "iot_hue_lightdim": ("HassLightSet",),
    "iot_hue_lightup": ("HassLightSet", "HassTurnOn"),
    "iot_hue_lightchange": ("HassLightSet", "HassTurnOn"),
    "iot_wemo_on": ("HassTurnOn",),
    "iot_wemo_off": ("HassTurnOff",),
    "iot_cleaning": ("HassVacuumStart", "HassVacuumCleanArea", "HassTurnOn"),
    "iot_coffee": ("HassTurnOn",),
    "audio_volume_up": ("HassSetVolumeRelative", "HassSetVolume"),
    "audio_volume_down": ("HassSetVolumeRelative", "HassSetVolume"),
    "audio_volume_mute": ("HassMediaPlayerMute",),
    "audio_volume_other": ("HassSetVolume", "HassSetVolumeRelative"),
    "alarm_set": ("HubSetAlarm",),
    "alarm_remove": ("HubCancelAlarm",),
    "alarm_query": ("HubAlarmStatus",),
    "calendar_set": ("HubSetReminder",),
    "lists_createoradd": ("HassListAddItem", "HassShoppingListAddItem"),
    "lists_remove": ("HassListRemoveItem", "HassListCompleteItem", "HassShoppingListCompleteItem"),
    "lists_query": ("HubListItems",),
    "play_music": ("HassMediaSearchAndPlay",),
    "play_radio": ("HassMediaSearchAndPlay", "HassTurnOn"),
    "play_podcasts": ("HassMediaSearchAndPlay", "HassMediaNext", "HassMediaPrevious", "HassMediaUnpause"),
    "play_audiobook": ("HassMediaSearchAndPlay", "HassMediaUnpause"),
    "play_game": ("HassMediaSearchAndPlay",),
    "music_query": ("HubMediaStatus",),
    "music_likeness": ("HubPreference",),
    "music_dislikeness": ("HubPreference", "HassMediaNext"),
    "weather_query": ("HassGetWeather",),
    "datetime_query": ("HassGetCurrentTime", "HassGetCurrentDate"),
    "general_joke": ("HubSmallTalk",),
    "general_quirky": ("HubSmallTalk", NONE),
    "general_greet": ("HubSmallTalk", "HassRespond"),
    "general_praise": ("HubSmallTalk",),
    "general_affirm": ("HubYes",),
    "general_negate": ("HubNo",),
    "general_confirm": ("HubWhatDidYouDo", "HubWhatDidYouHear"),
    "general_dontcare": ("HubChoose", "HassNevermind"),
    "general_explain": ("HubRepeat", "HubWhy"),
    "general_repeat": ("HubRepeat", "HubAgain"),
    "general_commandstop": ("HubStop", "HassNevermind"),
    "datetime_convert": (NONE, "HassGetCurrentTime"),
    "calendar_remove": (NONE, "HubCancelReminder"),
    "calendar_query": (NONE, "HubReminderStatus"),
}
"""SLURP and HWU64 share their labels; the key is scenario_action; the first reading is the one trained on. The rest is out of scope."""

HOME_GROUPS: dict[str, tuple[str, ...]] = {
    "light": ("iot_hue_lightoff", "iot_hue_lighton", "iot_hue_lightdim", "iot_hue_lightup", "iot_hue_lightchange"),
    "device": ("iot_wemo_on", "iot_wemo_off", "iot_cleaning", "iot_coffee"),
    "volume": ("audio_volume_up", "audio_volume_down", "audio_volume_mute", "audio_volume_other"),
    "alarm": ("alarm_set", "alarm_remove", "alarm_query"),
    "list": ("lists_createoradd", "lists_remove", "lists_query"),
    "play": ("play_music", "play_radio", "play_podcasts", "play_audiobook", "music_query"),
    "ask": ("weather_query", "datetime_query"),
}
"""What the benches call home intents."""
HOME = frozenset(label for group in HOME_GROUPS.values() for label in group)

CLINC: dict[str, tuple[str, ...]] = {
    "timer": ("HassStartTimer",),
    "time": ("HassGetCurrentTime",),
    "date": ("HassGetCurrentDate",),
    "shopping_list": ("HubListItems",),
    "todo_list": ("HubListItems",),
    "shopping_list_update": ("HassShoppingListAddItem",),
    "todo_list_update": ("HassListAddItem",),
    "reminder": ("HubReminderStatus",),
    "reminder_update": ("HubSetReminder",),
    "next_song": ("HassMediaNext",),
    "change_volume": ("HassSetVolume",),
    "what_song": ("HubMediaStatus",),
    "weather": ("HassGetWeather",),
    "play_music": ("HassMediaSearchAndPlay",),
    "alarm": ("HubSetAlarm",),
    "repeat": ("HubRepeat",),
    "yes": ("HubYes",),
    "no": ("HubNo",),
    "what_can_i_ask_you": ("HubHelp",),
    "cancel": ("HubStop", "HassNevermind"),
    "smart_home": ("HassTurnOn",),
    **dict.fromkeys(
        (
            "thank_you",
            "goodbye",
            "greeting",
            "tell_joke",
            "what_is_your_name",
            "how_old_are_you",
            "are_you_a_bot",
            "what_are_your_hobbies",
            "do_you_have_pets",
            "meaning_of_life",
            "who_made_you",
            "where_are_you_from",
            "fun_fact",
            "flip_coin",
            "roll_dice",
        ),
        ("HubSmallTalk",),
    ),
}
CLINC_UNUSED = frozenset(
    (
        "maybe",
        "whisper_mode",
        "change_speed",
        "calendar_update",
        "calendar",
        "timezone",
        "reset_settings",
        "sync_device",
        "change_user_name",
        "change_ai_name",
        "who_do_you_work_for",
        "meeting_schedule",
        "schedule_meeting",
        "cook_time",
        "order",
    )
)
"""Neither ours nor clearly none of ours: left out of training."""
SLURP_UNUSED = frozenset(("music_settings", "datetime_convert", "calendar_query", "calendar_remove", "cooking_query", "play_game"))


def slurp(scenario: str, action: str, text: str) -> tuple[str, ...]:
    """Readings of ours that are right for a SLURP or HWU64 sentence, the expected one first."""
    label = action if action.startswith(scenario + "_") else f"{scenario}_{action}"
    low = text.lower()
    if label == "datetime_query":
        day = (
            re.search(r"\b(date|day|month|year|week|today|weekday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", low)
            is not None
        )
        time = re.search(r"\b(time|hour|clock|o'clock|late)\b", low) is not None
        if day != time:
            return ("HassGetCurrentDate",) if day else ("HassGetCurrentTime",)
        return (
            ("HassGetCurrentTime", "HassGetCurrentDate")
            if not day or low.find("time") < low.find("da")
            else ("HassGetCurrentDate", "HassGetCurrentTime")
        )
    if label == "lists_createoradd" and re.search(r"\b(shopping|grocer)", low) and not re.search(r"\b(create|make|start|new)\b", low):
        return ("HassShoppingListAddItem", "HassListAddItem")
    if (
        label == "iot_cleaning"
        and not re.search(r"\b(house|home|apartment|flat|floors?|carpet|rug)\b", low)
        and re.search(r"\b(kitchen|living room|bedroom|bathroom|hall|hallway|room|office)\b", low)
    ):
        return ("HassVacuumCleanArea", "HassVacuumStart", "HassTurnOn")
    if label.startswith("play_") and label != "play_game":
        bare = len(low.split()) <= 6 and not re.search(r"\b(by|called|titled|named|from)\b", low)
        for pattern, intent in (
            (r"\b(next|skip|forward)\b", "HassMediaNext"),
            (r"\b(previous|rewind|go back|back one|last (song|track|one|episode))\b|\b(again|repeat)$", "HassMediaPrevious"),
            (r"\b(resume|continue|unpause|left off)\b", "HassMediaUnpause"),
            (r"\b(pause|stop|hold)\b", "HassMediaPause"),
        ):
            if bare and re.search(pattern, low):
                return (intent, "HassMediaSearchAndPlay")
    return SLURP.get(label, (NONE,))


def strict(scenario: str, action: str, text: str) -> str:
    """The one reading that the label stands for, whatever the wording but time or date."""
    label = label_of(scenario, action)
    return slurp(scenario, action, text)[0] if label == "datetime_query" else SLURP.get(label, (NONE,))[0]


def label_of(scenario: str, action: str) -> str:
    """The label as the paper writes it: scenario_action."""
    return action if action.startswith(scenario + "_") else f"{scenario}_{action}"


def clinc(label: str, text: str) -> tuple[str, ...]:
    """Readings of ours for a CLINC150 sentence; the wording decides where its label holds several of ours."""
    low = text.lower()
    remove = (
        re.search(r"\b(remove|delete|erase|take .* off|clear|cross|scratch|eliminate|drop|get rid|strike|off of|cancel|no longer)\b", low)
        is not None
    )
    add = re.search(r"\b(add|put|place|include|need|insert|append|write)\b", low) is not None
    if label in ("shopping_list_update", "todo_list_update"):
        if remove and add:
            return ()
        if remove:
            return ("HassListRemoveItem", "HassListCompleteItem", "HassShoppingListCompleteItem")
    if label == "timer" and re.search(r"\b(how (much|long)|left|remaining|status)\b", low):
        return ("HassTimerStatus",)
    if label == "alarm" and re.search(r"\b(cancel|turn off|stop|delete|remove)\b", low):
        return ("HubCancelAlarm",)
    if label == "change_volume":
        if re.search(r"\b(mute|off|silence|quiet|zero)\b", low):
            return ("HassMediaPlayerMute", "HassSetVolume", "HassSetVolumeRelative")
        if re.search(r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|max|maximum|half|full|percent|level)\b", low):
            return ("HassSetVolume",)
        return ("HassSetVolumeRelative",)
    if label == "time" and re.search(r"\b(day|date)\b", low):
        return ()
    if label == "smart_home":
        if re.search(r"^(are|is|did|do|have|can you (see|tell|check)|check|what|how|tell me|let me know|which)\b|\bif (my|the|i)\b", low):
            return ("HassClimateGetTemperature",) if re.search(r"\b(temp|temperature|warm|cold|hot|degrees)\b", low) else ("HassGetState",)
        if re.search(r"\bdegrees?\b|\b(thermostat|temperature|temp|ac|heat|heater)\b.*\b(to|at|up|down|by|\d+)\b", low):
            return ("HassClimateSetTemperature",)
        if re.search(r"\b(dim|brighten|brightness|color)\b", low):
            return ("HassLightSet",)
        if re.search(r"\b(unlock|off|close|shut|disable|deactivate|kill)\b", low) and not re.search(r"\bon\b", low):
            return ("HassTurnOff",)
        if re.search(r"\b(on|lock|open|activate|start|get|run|going)\b", low) and not re.search(r"\boff\b", low):
            return ("HassTurnOn",)
        return ()
    return CLINC.get(label, (NONE,))


def snips(label: str, text: str) -> tuple[str, ...]:
    """Readings of ours for a Snips-7 sentence."""
    if label == "PlayMusic":
        return ("HassMediaSearchAndPlay",)
    if label == "GetWeather":
        return ("HassGetWeather",)
    if label == "SearchCreativeWork":
        return (
            ("HassMediaSearchAndPlay",)
            if re.match(r"(please |can you |could you )?(play|watch|put on|start|listen|i want to (watch|hear|listen|see))", text.lower())
            else ()
        )
    return (NONE,)
