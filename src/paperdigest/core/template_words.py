"""What the operator is told of digests that a user's own templates could not make: the shipped ones made them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from paperdigest.core import words
from paperdigest.core.failing_words import since, whose
from paperdigest.core.notices import Words

_CHECK: Final = "paperdigest templates check"
_MOST: Final = 20
_MEANWHILE: Final = (
    "Nothing was kept back: the templates that come with the program made the whole digest instead."
)


def replaced(faults: Mapping[str, str], now: datetime) -> Words:
    """Return title and lines, one word a day. `faults` holds why, by the readers' names, and is not empty."""
    names = [*faults]
    more = (f"and {words.number(len(names) - _MOST)} more",) if len(names) > _MOST else ()
    return f"Your templates could not make {whose(names)}", (
        *(f"{name}: {faults[name]}" for name in names[:_MOST]),
        *more,
        f"Found on {words.full_date(now)} at {words.clock(now)}. {_MEANWHILE}",
        f"To see it: {command(names[0])}. Once that is mended: {_CHECK}.",
    )


def at_work_again(names: Sequence[str], now: datetime) -> Words:
    """Return title and lines: the user's own templates make them again."""
    return f"Your templates make {whose(names)} again", (since(names, now),)


def line(name: str, reason: str) -> str:
    """Return one line on that, for the status page and for whoever runs a command."""
    return f"your templates could not make a digest of {name}, and are the same since: {reason}"


def command(name: str) -> str:
    """Return what shows a person the mistake: these papers once more. The sample of the check does not show it."""
    return f"paperdigest preview {shlex.quote(name)} --since 7d"
