"""The one tree of errors. Raised at an edge, caught at one place per item or in the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class PaperdigestError(Exception):
    """Anything that can go wrong and is not a bug. `exit_code` is the process's (see interface)."""

    exit_code = 1


class UsageError(PaperdigestError):
    """The command was called in a way that cannot mean anything."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a config file: where, what, and what to do.

    `line` and `column` count from 1; 0 where the place is the whole file.
    """

    file: str
    line: int
    column: int
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.what}" + (f" · {self.hint}" if self.hint else "")


class ConfigError(PaperdigestError):
    """The configuration cannot be used. Holds every problem found, not just the first."""

    exit_code = 3

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class QueryError(PaperdigestError):
    """A query or keyword that means nothing. `column` counts code points from 1.

    `text` is what was typed, set by whoever knows it: then the command line shows the place.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str = "", *, column: int = 1, length: int = 1) -> None:
        super().__init__(message + (f" · {hint}" if hint else ""))
        self.message = message
        self.hint = hint
        self.column = column
        self.length = length
        self.text = ""


class ScheduleError(PaperdigestError):
    """A schedule, time zone or duration that means nothing."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message + (f" · {hint}" if hint else ""))
        self.message = message
        self.hint = hint


class SourceError(PaperdigestError):
    """A source could not be read this time. `retry_after`: the server's own wish."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RefusedInput(SourceError):
    """These bytes will never be accepted: they go to quarantine with this reason."""


class DeliveryError(PaperdigestError):
    """A channel could not be reached, or would not let us in. The message says what to do."""


class TemplateError(PaperdigestError):
    """A template is wrong. The message names its file and line."""

    exit_code = 3


class StoreError(PaperdigestError):
    """The database cannot be used as it is. The message says what to do."""


class StoreDamaged(StoreError):
    """The database is damaged, or gone: nothing may be sent, and only a backup helps."""


class StoreFull(StoreError):
    """No room left on the disk: nothing was written, nothing may be sent."""


class LockHeld(PaperdigestError):
    """Another process holds the lock; the message names it."""

    exit_code = 5
