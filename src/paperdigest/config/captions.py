"""The types of the values in [digest]: short texts for people, each within a line or a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from paperdigest.config.complaint import wrong
from paperdigest.config.values import Raw, filled

_MOST_LINES = 10


def _within(most: int, *, empty: bool = False) -> Callable[[str], str]:
    """Return the check of a text of at most so many characters; "" says nothing and may do so where `empty`."""

    def check(text: str) -> str:
        if len(text.strip()) > most:
            raise wrong("this is too long", f"write at most {most} characters")
        return "" if empty and not text else filled(text)

    return check


def _lines(value: Any) -> Any:
    if isinstance(value, str):
        return [line for line in value.splitlines() if line.strip()]
    return value


def _few(lines: tuple[str, ...]) -> tuple[str, ...]:
    if len(lines) > _MOST_LINES:
        raise wrong(f"these are more than {_MOST_LINES} lines", "leave some out")
    return lines


DigestName = Annotated[Raw, AfterValidator(_within(60, empty=True))]
SubjectPrefix = Annotated[Raw, AfterValidator(_within(30, empty=True))]
Footer = Annotated[
    tuple[Annotated[Raw, AfterValidator(_within(300))], ...],
    BeforeValidator(_lines, json_schema_input_type=str | list[str]),
    AfterValidator(_few),
]
