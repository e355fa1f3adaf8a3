"""Values as TOML text. The standard library reads TOML but does not write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any

_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def toml_text(text: str) -> str:
    """Return a basic string of one line that reads back as `text`, whatever it holds."""
    return '"' + "".join(_sign(sign) for sign in text) + '"'


def toml_value(value: Any) -> str:
    """Return the value as it would be written in a config file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, timedelta):
        return toml_text(duration_text(value))
    if isinstance(value, Mapping):
        pairs = (f"{toml_key(str(name))} = {toml_value(item)}" for name, item in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return _shorter(str(value) if isinstance(value, PurePath) else f"{value}")


def toml_key(name: str) -> str:
    """Return the name as a key, quoted only where it has to be."""
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else toml_text(name)


def duration_text(span: timedelta) -> str:
    """Return "7 days" for timedelta(days=7): the largest unit that divides it. Weeks stay days."""
    seconds = int(span.total_seconds())
    for size, unit in _UNITS:
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}" + ("" if count == 1 else "s")
    return f"{seconds} seconds"


def _shorter(text: str) -> str:
    """Return a literal string where the other one would be full of backslashes: most expressions."""
    needs_none = text.isprintable() and "'" not in text
    return f"'{text}'" if needs_none and ('"' in text or "\\" in text) else toml_text(text)


def _sign(sign: str) -> str:
    if sign in _SHORT:
        return _SHORT[sign]
    if not sign.isprintable() and sign != " ":  # control characters, and bidi ones nobody sees
        return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
    return sign
