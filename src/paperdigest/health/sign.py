"""The sign of life: a small file that the service writes every quarter of a minute, and `status --healthy` reads.

It costs no write to the database and works where nothing listens; one that is old, although the service still holds
its lock, means that the service hangs.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from paperdigest.logs import event

log = logging.getLogger(__name__)

NAME: Final = "service.alive"
#: A sign that is older than this is none: three were to come meanwhile, and one more.
OLD: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sign says. `stuck` are rounds that stand still, `ails` also those that fail, in words."""

    pid: int
    at: datetime
    stuck: tuple[str, ...]
    ails: tuple[str, ...]


class Sign:
    """Writes the sign of this process into `folder`. `clock` gives the aware time."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._path = folder / NAME
        self._clock = clock
        self._failing = False

    def write(self, stuck: tuple[str, ...], ails: tuple[str, ...]) -> None:
        """Write it anew. A disk that is full or gone is logged once: the database says more of that."""
        at = self._clock().timestamp()
        fresh = self._path.with_name(f".{NAME}.new")
        try:
            fresh.write_text(
                json.dumps({"pid": os.getpid(), "stuck": stuck, "ails": ails}), "utf-8"
            )
            fresh.chmod(0o600)
            os.utime(fresh, (at, at))
            fresh.replace(self._path)
            self._failing = False
        except OSError as error:
            with suppress(OSError):  # on a full disk the old one can still be said to be of now
                os.utime(self._path, (at, at))
            if not self._failing:
                reason = error.strerror or str(error)
                event(log, "sign-not-written", level=logging.WARNING, error=reason)
            self._failing = True

    def remove(self) -> None:
        """Take it away."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def seen(folder: Path) -> Seen | None:
    """Return the sign in a folder; None where there is none, or none that can be read."""
    path = folder / NAME
    try:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        told = json.loads(path.read_text(encoding="utf-8"))
        return Seen(int(told["pid"]), at, tuple(told["stuck"]), tuple(told["ails"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
