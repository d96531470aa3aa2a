"""Every setting of the hub with its meaning, range and default. Knows no file; hub.config_file reads one.

`python -m hub.config` prints docs/config.md.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, field

Clock = Annotated[str, Meta(pattern=r"^([01]?\d|2[0-3]):[0-5]\d$")]
Seconds = Annotated[float, Meta(ge=0.0, le=3600.0)]


class HubSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who and where this hub is."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="Name on MQTT: `hub/<name>/…`. Letters, digits, `-`, `_`.")] = (
        "hub"
    )
    room: Annotated[str | None, Meta(description="Area id of the room where the hub stands; what `here` means.")] = None
    person: Annotated[str | None, Meta(description="Who speaks, if it is always the same person.")] = None
    home: Annotated[str | None, Meta(description="Home file (YAML or JSON) with areas, names, aliases and commands of your own.")] = None
    screen: Annotated[bool, Meta(description="Whether this hub can show pictures.")] = False
    db: Annotated[str | None, Meta(description="Journal file; unset, `hub.db` in the state directory of systemd or of the user.")] = None


class WakeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The word that opens a turn."""

    words: Annotated[
        list[str],
        Meta(min_length=1, description="Wake words (alexa, hey_jarvis, hey_mycroft, hey_marvin), or paths of openWakeWord models."),
    ] = field(default_factory=lambda: ["hey_jarvis"])
    threshold: Annotated[float, Meta(gt=0.0, lt=1.0, description="Score from which a word counts; higher hears fewer false ones.")] = 0.5
    debounce_s: Annotated[Seconds, Meta(description="Seconds after a wake word in which it is not heard again.")] = 1.0


class AudioSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sound comes from and goes to."""

    input: Annotated[str, Meta(description="`mic`, a wav or flac file, or `-` for raw 16 kHz mono s16le on standard input.")] = "mic"
    output: Annotated[str, Meta(description="`speaker`, `null`, or a file (`.wav`, else raw 16 kHz mono s16le).")] = "speaker"
    input_device: Annotated[str | None, Meta(description="Name, or part of it, of the microphone; unset, the default one.")] = None
    output_device: Annotated[str | None, Meta(description="Name, or part of it, of the speaker; unset, the default one.")] = None
    pre_roll_s: Annotated[float, Meta(ge=0.5, le=10.0, description="Seconds of sound kept from before the wake word was recognised.")] = 2.0
    echo: Annotated[
        Literal["auto", "on", "off"], Meta(description="Echo cancelling; `auto`: where the optional part is installed and something plays.")
    ] = "auto"


class SpeechSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody has begun and has finished speaking."""

    threshold: Annotated[float, Meta(gt=0.0, lt=1.0, description="Voice activity from which sound counts as speech.")] = 0.5
    minimum_s: Annotated[Seconds, Meta(description="Less speech than this is a noise.")] = 0.12
    complete_s: Annotated[Seconds, Meta(description="Silence after which a sentence that is complete and cannot go on ends the turn.")] = (
        0.1
    )
    can_go_on_s: Annotated[Seconds, Meta(description="The same, if the sentence is complete but could go on.")] = 0.4
    incomplete_s: Annotated[Seconds, Meta(description="The same, if the sentence is not complete.")] = 1.2
    unknown_s: Annotated[Seconds, Meta(description="The same, while it is not known what was said.")] = 0.8
    nothing_said_s: Annotated[Seconds, Meta(description="After the wake word, how long to wait for the first word.")] = 4.0
    longest_s: Annotated[float, Meta(ge=2.0, le=60.0, description="A command longer than this is cut.")] = 15.0
    follow_up_s: Annotated[Seconds, Meta(description="How long to listen without the wake word after the hub has asked something.")] = 6.0
    follow_up: Annotated[
        Literal["questions", "always"], Meta(description="When to listen so: after the hub's questions only, or after every turn.")
    ] = "questions"


class RecogniserSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which recogniser hears the words."""

    engine: Annotated[
        Literal["auto", "vosk", "moonshine"], Meta(description="`auto`: Vosk where its English model is installed, else Moonshine.")
    ] = "auto"
    beam: Annotated[int, Meta(ge=1, le=32, description="Width of the search inside the house's sentences.")] = 8


class VoiceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the hub speaks."""

    engine: Annotated[Literal["piper", "none"], Meta(description="`none`: replies are written, not spoken.")] = "piper"
    volume: Annotated[float, Meta(ge=0.0, le=1.0, description="Loudness of replies.")] = 1.0
    wake_tone: Annotated[bool, Meta(description="A short tone when the wake word was heard.")] = False
    end_tone: Annotated[bool, Meta(description="A short low tone when nobody said anything and the microphone closes.")] = True
    quiet_from: Annotated[Clock | None, Meta(description="Start of the quiet hours, `HH:MM`.")] = None
    quiet_to: Annotated[Clock | None, Meta(description="End of the quiet hours, `HH:MM`.")] = None
    quiet_volume: Annotated[float, Meta(ge=0.0, le=1.0, description="Loudness of replies in the quiet hours.")] = 0.3
    whisper_volume: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Loudness of the answer to a whisper; 1 answers it like any other.")
    ] = 0.25
    duck_to: Annotated[
        float,
        Meta(ge=0.0, le=1.0, description="Volume that what plays in this room has while somebody speaks or is answered; 1 leaves it."),
    ] = 0.15


class MqttSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The house's MQTT broker."""

    broker: Annotated[
        str | None,
        Meta(
            description="`mqtt[s]://user:password@host:port`, percent-encoded; unset, `mqtt://localhost:1883`. `embedded`: one of our own."
        ),
    ] = None
    password_file: Annotated[
        str | None, Meta(description="File that holds the password; systemd's credential `mqtt-password` is found by itself.")
    ] = None
    discovery: Annotated[str, Meta(description="Prefix of Home Assistant's discovery.")] = "homeassistant"
    zigbee2mqtt: Annotated[str | None, Meta(description='Base topic of Zigbee2MQTT; `""` to leave it out.')] = "zigbee2mqtt"
    tasmota: Annotated[bool, Meta(description="Whether Tasmota's own discovery is read.")] = True
    homie: Annotated[bool, Meta(description="Whether Homie devices are read.")] = True
    deadline_s: Annotated[
        float, Meta(ge=0.1, le=30.0, description="How long to wait for a device's own word that it did what was asked.")
    ] = 2.0


class JournalSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long is kept what happened."""

    turns_days: Annotated[float, Meta(ge=0.0, description="Days that turns are kept; 0 keeps all.")] = 365.0
    states_days: Annotated[float, Meta(ge=0.0, description="Days that changes of the house are kept; 0 keeps all.")] = 90.0


class PrivacySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What leaves the hub."""

    publish_transcripts: Annotated[bool, Meta(description="Whether what was said is published on MQTT.")] = False


class LearningSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the hub learns from its own turns."""

    enabled: Annotated[bool, Meta(description="Whether what was learned is used. Teaching by voice works either way.")] = True
    explore: Annotated[
        bool,
        Meta(
            description="Whether the running hub may, at most once a day and only where it can be undone, do the second likeliest thing to "
            "find out which was meant. Typed batches, files and dry runs never do."
        ),
    ] = True
    ask: Annotated[
        bool,
        Meta(
            description="Whether the hub now and then asks if an answer was right, where it is unsure and the answer is worth most;"
            " never in the quiet hours, between 22 and 7 o'clock, or after an interruption; half as often each time nobody answers."
        ),
    ] = True
    ask_every_h: Annotated[float, Meta(ge=24.0, description="Hours between two such questions, at least.")] = 24.0
    ask_every_turns: Annotated[int, Meta(ge=20, description="Turns between two such questions, at least.")] = 20


class SafetySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has to be said before a lock, a garage door, an oven or an alarm is touched."""

    pin: Annotated[
        Annotated[str, Meta(pattern=r"^\d{3,8}$")] | None,
        Meta(description="Digits that must be said after the yes; unset, a yes is enough."),
    ] = None


class WebSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page of turns."""

    enabled: Annotated[bool, Meta(description="Whether the page is served.")] = True
    host: Annotated[str, Meta(description="Address to listen on. Anything but loopback asks for the token.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port; 0 takes any free one.")] = 8321
    token: Annotated[
        Annotated[str, Meta(min_length=16)] | None,
        Meta(description="Token for access from the network; unset, one is made and kept in the journal's folder."),
    ] = None
    names: Annotated[list[str], Meta(description="Further host names by which the page is reached.")] = field(default_factory=list)


class LogSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said on standard error."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="The least important line that is still written.")] = (
        "info"
    )
    format: Annotated[Literal["auto", "text", "json"], Meta(description="`auto`: priorities for journald under systemd, else text.")] = (
        "auto"
    )


class CommandSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command of your own: `[[commands]]`, any number of them."""

    intent: Annotated[str, Meta(min_length=1, description="Name of the command.")]
    sentences: Annotated[list[str], Meta(min_length=1, description="In Home Assistant's templates: `[optional]`, `(one|other)`, `{slot}`.")]
    slots: Annotated[dict[str, list[str]], Meta(description="Values of each `{slot}`.")] = field(default_factory=dict)
    publish: Annotated[dict[str, str], Meta(description="`{topic, payload}`; the payload may hold `{slot}`.")] = field(default_factory=dict)
    reply: Annotated[str | None, Meta(description="What the hub says then.")] = None


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that hub.toml may hold."""

    hub: HubSettings = field(default_factory=HubSettings)
    wake: WakeSettings = field(default_factory=WakeSettings)
    audio: AudioSettings = field(default_factory=AudioSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    recogniser: RecogniserSettings = field(default_factory=RecogniserSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    learning: LearningSettings = field(default_factory=LearningSettings)
    safety: SafetySettings = field(default_factory=SafetySettings)
    web: WebSettings = field(default_factory=WebSettings)
    log: LogSettings = field(default_factory=LogSettings)
    commands: list[CommandSettings] = field(default_factory=list)

    @property
    def db(self) -> Path:
        """The journal's path."""
        return Path(self.hub.db).expanduser() if self.hub.db else default_db()


def sections() -> dict[str, type[Struct]]:
    """Section name → its settings, in the order of the file (`commands` is a list of them)."""
    return {f.name: (CommandSettings if f.name == "commands" else f.type) for f in msgspec.structs.fields(Config)}


def default_db() -> Path:
    """Where the journal lies if nobody says: systemd's state directory, else the user's data folder."""
    state = os.environ.get("STATE_DIRECTORY")
    if state:
        return Path(state.split(":")[0]) / "hub.db"
    import platformdirs

    return Path(platformdirs.user_data_dir("hub", appauthor=False)) / "hub.db"


def runtime_dir() -> Path:
    """Where the socket of a running hub lies: systemd's runtime directory, $XDG_RUNTIME_DIR, /run/hub, else a folder of the user's."""
    for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
        if os.environ.get(name):
            folder = Path(os.environ[name].split(":")[0])
            return folder if name == "RUNTIME_DIRECTORY" else folder / "hub"
    if os.access("/run/hub", os.W_OK):
        return Path("/run/hub")
    return Path(tempfile.gettempdir()) / f"hub-{os.getuid()}"


def description(struct: type[Struct], name: str) -> str:
    """What a setting means, from its annotation."""
    hint = get_type_hints(struct, include_extras=True)[name]
    return next((str(m.description) for m in reversed(getattr(hint, "__metadata__", ())) if isinstance(m, Meta) and m.description), "")


def limits(hint: Any) -> str:
    """The range or the values that a setting may have, in words; empty where any value of its kind will do."""
    parts: list[str] = []
    for meta in getattr(hint, "__metadata__", ()):
        for sign, value in (("≥ ", meta.ge), ("> ", meta.gt), ("≤ ", meta.le), ("< ", meta.lt)):
            if value is not None:
                parts.append(f"{sign}{value:g}")
    inner = get_args(hint)[0] if getattr(hint, "__metadata__", None) else hint
    if get_origin(inner) is Literal:
        parts.append(" · ".join(f"`{v}`" for v in get_args(inner)))
    return ", ".join(dict.fromkeys(parts))


def document() -> str:
    """docs/config.md."""
    lines = [
        "# Configuration",
        "",
        "`hub.toml` is read only where `-c hub.toml` names it. What counts, first wins: an option of the command, an environment variable",
        "`HUB_<SECTION>_<KEY>`, the file, the default. `hub config check -c hub.toml` checks it; `hub config --show-origin` shows what",
        "holds and why.",
        "This page is generated (`python -m hub.config > docs/config.md`).",
        "",
    ]
    for section, struct in sections().items():
        lines += [
            f"## [{section}]" if section != "commands" else "## [[commands]]",
            "",
            str(struct.__doc__),
            "",
            "| key | default | range | meaning |",
            "| --- | --- | --- | --- |",
        ]
        hints = get_type_hints(struct, include_extras=True)
        for f in msgspec.structs.fields(struct):
            if f.default is not msgspec.NODEFAULT:
                default = "unset" if f.default is None else f"`{msgspec.json.encode(f.default).decode()}`"
            elif f.default_factory is not msgspec.NODEFAULT:
                default = f"`{msgspec.json.encode(f.default_factory()).decode()}`"
            else:
                default = "required"
            lines.append(f"| `{f.name}` | {default} | {limits(hints[f.name])} | {description(struct, f.name)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(document())
