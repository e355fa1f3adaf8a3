"""One thing wrong, not yet placed in a file: said by whoever finds it, placed by whoever has the text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic_core import PydanticCustomError

from paperdigest.config.positions import Path, Positions
from paperdigest.core.errors import PaperdigestError, Problem, QueryError

#: Type of the validation errors that already carry our words.
OURS = "paperdigest"
_LONGEST = 400


class At(StrEnum):
    """What of a path a complaint points to."""

    KEY = "key"
    VALUE = "value"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at a path. `index` counts characters from 0 inside a string value."""

    path: Path
    what: str
    hint: str = ""
    at: At = At.VALUE
    index: int | None = None

    def placed(self, file: str, found: Positions) -> Problem:
        """Return the problem with its line and column."""
        if self.at is At.KEY:
            line, column = found.key(self.path)
        elif self.at is At.TABLE:
            line, column = found.table(self.path)
        else:
            line, column = found.value(self.path, self.index)
        return Problem(file, line, column, _visible(self.what), _visible(self.hint))


def _visible(text: str) -> str:
    """Return a message that a terminal shows as it is, however odd or long the value it repeats."""
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"


def wrong(what: str, hint: str = "", index: int | None = None) -> PydanticCustomError:
    """Return what a validator of a field raises."""
    return PydanticCustomError(OURS, "{what}", {"what": what, "hint": hint, "index": index})


def wrong_as(error: PaperdigestError) -> PydanticCustomError:
    """Return an error of core (schedule, zone, duration, keyword) as what a validator raises."""
    message = getattr(error, "message", str(error))
    index = error.column - 1 if isinstance(error, QueryError) else None
    return wrong(message, getattr(error, "hint", ""), index)
