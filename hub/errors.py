"""What can break, as a tree. Expected trouble inside a turn is a value, never one of these.

    HubError                 the message says what, where and how to mend it; a command ends with exit 1
    ├── ConfigError          hub.toml, an environment variable or an option holds something wrong
    ├── StoreError           the journal cannot be read or written
    │   └── StoreDamaged     its file is damaged (it is set aside and a fresh one begun where that is possible)
    ├── AudioError           a sound device or an audio file cannot be used
    ├── ModelError           a model file is missing or damaged
    ├── BrokerError          the MQTT broker does not let us in
    └── PartMissing          an optional part is not installed
"""

from __future__ import annotations


class HubError(Exception):
    """Something that a person has to know: `what` happened, `where`, and how to `mend` it."""

    code = "hub_error"

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(message(what, where, mend))


class ConfigError(HubError):
    code = "config"


class StoreError(HubError):
    code = "journal"


class StoreDamaged(StoreError):
    code = "journal_damaged"


class AudioError(HubError):
    code = "audio"


class ModelError(HubError):
    code = "model"


class BrokerError(HubError):
    code = "broker"


class PartMissing(HubError):
    code = "part_missing"


def message(what: str, where: str = "", mend: str = "") -> str:
    """One sentence a part: `where: what. mend.`"""
    text = f"{where}: {what}" if where else what
    text = text.rstrip(". ")
    stop = "" if text.endswith(("?", "!")) else "."
    return f"{text}{stop} {mend}" if mend else f"{text}{stop}"


def explain(error: BaseException) -> str:
    """The one line that a person sees for any error, ours or another layer's with what/where/mend."""
    what = getattr(error, "what", None)
    if what is not None:
        return message(str(what), str(getattr(error, "where", "") or ""), str(getattr(error, "mend", "") or ""))
    text = str(error).strip() or type(error).__name__
    return text if isinstance(error, OSError | ValueError | LookupError) else f"{type(error).__name__}: {text}"
