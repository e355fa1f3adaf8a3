"""What the operator is told of a config or of templates that were changed and cannot be used: the old ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from paperdigest.core import words
from paperdigest.core.notices import Words

CONFIG: Final = "config"
TEMPLATES: Final = "templates"

_MOST: Final = 20
_COMMANDS: Final = {CONFIG: "paperdigest check", TEMPLATES: "paperdigest templates check"}
_TITLES: Final = {
    CONFIG: ("The changed config cannot be used", "The changed config is in use"),
    TEMPLATES: ("The changed templates cannot be used", "The changed templates are in use"),
}

_MEANWHILE: Final = {
    CONFIG: "What was in use before stays in use.",
    TEMPLATES: "What was in use before stays in use, after a start the templates that come with the program.",
}


def not_taken(what: str, problems: Sequence[str], now: datetime) -> Words:
    """Return title and lines; each problem names its file and line. `what` is CONFIG or TEMPLATES."""
    shown = [*problems[:_MOST]]
    if len(problems) > _MOST:
        shown.append(f"and {words.count(len(problems) - _MOST, 'more problem')}")
    return (
        _TITLES[what][0],
        (
            *shown,
            f"Found on {words.full_date(now)} at {words.clock(now)}. {_MEANWHILE[what]}",
            f"To see that all is well: {_COMMANDS[what]}. It is read again once a file changes.",
        ),
    )


def taken(what: str, now: datetime) -> Words:
    """Return title and lines: what was wrong is right now, or was put back."""
    return _TITLES[what][1], (f"Since {words.full_date(now)} at {words.clock(now)}.",)


def moved_hint(here: str, there: str) -> str:
    """Return what to do where the folder of the database was changed under a service that runs."""
    return (
        f"it counts from the next start: till then the service goes on in {here}, while commands look into {there}"
        f" · stop the service, move what lies in {here} to {there}, start it again; or take the change back"
    )


def left_behind(here: str, there: str) -> str:
    """Return that there is no history in the folder `here` that the config names, and one `there`, where it lies
    without `[storage] dir`."""
    return (
        f"there is no history in {here}, but one in {there}"
        " · if [storage] dir was changed: stop the service, move what it has written there to the new folder, and"
        " start it again; else everything is sent anew"
    )
