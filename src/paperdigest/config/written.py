"""Text as it is written in a config, and what to say when a value is no text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

from pydantic import PlainValidator

from paperdigest.config.complaint import wrong


def text(value: object) -> str:
    """Take text, and say what to do about what is not: most often the quotes are missing."""
    if isinstance(value, str):
        return value
    if isinstance(value, (date, time)):
        raise wrong("text is wanted here", f'put it in quotes: "{_shown(value)}"')
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong("text is wanted here", "write it in quotes")
    raise wrong("text is wanted here, not a number", f'put it in quotes: "{value}"')


def _shown(value: date | time) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else f"{value}"


def plain(check: Callable[..., Any], written: Any = str) -> PlainValidator:
    """Return the validator of a value that may be written in the given ways."""
    return PlainValidator(check, json_schema_input_type=written)
