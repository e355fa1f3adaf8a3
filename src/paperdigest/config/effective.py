"""The settings in force as plain values and as TOML, defaults included, secrets as ***."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from paperdigest.config.addresses import without_password
from paperdigest.config.secrets import SecretRef
from paperdigest.config.settings import EmailSettings, Settings
from paperdigest.config.toml import duration_text, toml_key, toml_value
from paperdigest.core.expression import parse_query
from paperdigest.core.secret import Secret
from paperdigest.core.subscription import Pause, Subscriber, Topic

_FILES = ("path", "folder", "templates", "files", "broken")
#: Fields whose key in the file is another word.
_RENAMED = {
    (Settings, "sources"): "source",
    (Settings, "subscribers"): "subscriber",
    (Subscriber, "topics"): "topic",
    (EmailSettings, "from_"): "from",
    (Pause, "from_day"): "from",
    (Topic, "expression"): "query",
}
#: Not a key of the file: what a topic's query means, with all brackets.
_READING = "reading"
#: Keys whose empty text says something; elsewhere it is how "not set" is held.
_MEANT_EMPTY = ("search", "public_url")


def effective(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON holds them, under the keys of the file. `files` are what was read."""
    plain: dict[str, Any] = _plain(settings)
    plain["storage"] = {
        "dir": plain["storage"],
        "keep_deliveries": plain.pop("keep_deliveries"),
    }
    return {
        "config": str(settings.path),
        "files": [str(stamp.path) for stamp in settings.files],
        "broken": [str(broken.file) for broken in settings.broken],
        **plain,
    }


def effective_toml(settings: Settings) -> str:
    """Return the settings as TOML to read; which files they come from stands on top."""
    plain = effective(settings)
    head = [f"# {name}" for name in plain.pop("files")]
    head += [f"# {name} (broken, set aside)" for name in plain.pop("broken")]
    plain.pop("config")
    return "\n".join([*head, *_tables("", plain)]) + "\n"


def _tables(heading: str, table: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in table.items():
        if key == _READING:
            lines.append(f"# read as {value}")
        elif not _is_table(value) and not _is_rows(value):
            lines.append(f"{toml_key(key)} = {toml_value(value)}")
    for key, value in table.items():
        name = f"{heading}.{toml_key(key)}" if heading else toml_key(key)
        if _is_rows(value):
            for row in value:
                lines += ["", f"[[{name}]]", *_tables(name, row)]
        elif _is_table(value):
            lines += ["", f"[{name}]", *_tables(name, value)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) != {"secret"} and bool(value)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def _plain(value: Any) -> Any:
    if isinstance(value, SecretRef):
        return f"*** ({value.kind}: {value.where})"
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, (Path, date, Secret)):
        return str(value)
    return without_password(value) if isinstance(value, str) else value


def _fields(value: Any) -> dict[str, Any]:
    """Return the fields that say something; the options of a source stand among its own keys."""
    plain: dict[str, Any] = {}
    for each in fields(value):
        content = getattr(value, each.name)
        unset = content is None or (content == "" and each.name not in _MEANT_EMPTY)
        if unset or (isinstance(value, Settings) and each.name in _FILES):
            continue
        if each.name == "options":
            plain |= _plain(content)
        else:
            plain[_RENAMED.get((type(value), each.name), each.name)] = _plain(content)
    if isinstance(value, Topic) and value.expression:
        plain[_READING] = parse_query(value.expression).reading
    return plain
