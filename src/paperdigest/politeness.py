"""Whose turn it is to ask a server: one request at a time to a host, and a pause before the next one,
across threads and processes. What is asked and why is `http`'s matter; a source's own back-off is the store's.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paperdigest.core.errors import SourceError
from paperdigest.politeness_line import Line
from paperdigest.politeness_notes import SUFFIX, InFile, InMemory, Notes, Place, tidy

__all__ = ["SHARED", "Turn", "Turns", "gap", "keep_in", "key"]

#: Seconds from the end of one request to a host to the start of the next.
GAP = 1.0
#: Hosts that ask for more, with all their subdomains as one: arXiv wants one request in three seconds and
#: one connection from all machines of one user together (info.arxiv.org/help/api/tou.html).
GAPS = {"arxiv.org": 3.0}
#: Seconds after which a turn that does not come is given up.
PATIENCE = 300.0
#: A server's wish to be left alone holds at most so long; what lies further ahead was written by a wrong clock.
LONGEST_REST = timedelta(days=1)

_STEP = 0.05  # seconds between two looks at whether another one's request is over
_CLOSE_ENOUGH = 0.001  # seconds: the files hold milliseconds
_UNUSED = 24 * 3600.0  # seconds after which a host's file is of no use to anybody


class Turn:
    """A turn that has come. Its request may find out that the server wants to be left alone."""

    def __init__(self) -> None:
        self.wish = timedelta()

    def rest(self, wish: timedelta) -> None:
        """Let nobody else ask this host for so long, at most a day."""
        self.wish = min(max(wish, timedelta()), LONGEST_REST)


class Turns:
    """The turns of all hosts. `clock` is the time of day in seconds, the same for all processes.

    In memory until `keep_in` names a folder. `clock`, `monotonic` and `sleep` are the waiting, for tests to
    replace.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder: Path | None = None
        self._memory: dict[str, InMemory] = {}
        self._lines: dict[str, Line] = {}
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep

    def keep_in(self, folder: Path) -> None:
        """Keep the turns in files there from now on, one a host; the folder is made when it is needed."""
        self._folder = folder
        tidy(folder, self._clock() - _UNUSED)

    @contextmanager
    def turn(self, host: str) -> Iterator[Turn]:
        """Wait for the host's turn and hold it for the length of the block: the request and its answer.

        Raises SourceError when it does not come in five minutes, when the host asked to be left alone, and
        when the files cannot be used: then nobody could say whether arXiv's rule is kept.
        """
        mine = Turn()
        pause = gap(key(host))
        if not pause:
            yield mine
            return
        place = self._place(key(host))
        until = self._monotonic() + PATIENCE
        with self._lines.setdefault(key(host), Line()).stand(PATIENCE) as is_first:
            if not is_first:
                raise _crowded(key(host))
            self._wait(place, key(host), pause, until)
        try:
            yield mine
        finally:
            with suppress(OSError):  # its beginning is on record, and the answer is worth more
                self._note_end(place, mine)
            place.leave()

    def _place(self, name: str) -> Place:
        if self._folder is not None:
            return InFile(self._folder / (re.sub(r"[^a-z0-9.-]", "_", name)[:200] + SUFFIX))
        return self._memory.setdefault(name, InMemory())

    def _wait(self, place: Place, name: str, pause: float, until: float) -> None:
        while True:
            try:
                left = self._try(place, name, pause)
            except OSError as error:
                raise SourceError(
                    f"the pause between requests to {name} cannot be kept in {self._folder}: {error.strerror}"
                ) from error
            if left <= 0:
                return
            if self._monotonic() + left > until:
                raise _crowded(name)
            self._sleep(left)

    def _try(self, place: Place, name: str, pause: float) -> float:
        """Return 0 with the turn taken, else the seconds to wait before another try."""
        if not place.take():
            return _STEP
        try:
            now, notes = self._clock(), place.read()
            if (
                notes.last > now
            ):  # the clock was set back: pause and rest begin again by the new one
                notes = Notes(now, now + max(notes.rest - notes.last, 0.0))
                place.write(notes)
            _refuse_rest(name, now, notes)
            left = _left(now, notes.last, pause)
            if left <= 0:
                place.write(Notes(now))
                return 0.0
        except BaseException:
            place.leave()
            raise
        place.leave()
        return left

    def _note_end(self, place: Place, mine: Turn) -> None:
        # From the end: a connection that is slow to come must not bring two requests together.
        now = self._clock()
        place.write(Notes(now, now + mine.wish.total_seconds() if mine.wish else 0.0))


#: The turns of this program.
SHARED = Turns()


def keep_in(folder: Path) -> None:
    """Share the turns with all processes that name the same folder. Called once, at start."""
    SHARED.keep_in(folder)


def key(host: str) -> str:
    """Return under which name a host waits: its own in small letters, or the one it shares."""
    plain = host.lower().rstrip(".")
    return next((one for one in GAPS if plain == one or plain.endswith("." + one)), plain)


def gap(name: str) -> float:
    """Return the seconds between two requests to a host, by its key; 0 for this very machine."""
    return 0.0 if _is_loopback(name) else GAPS.get(name, GAP)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _crowded(name: str) -> SourceError:
    return SourceError(f"{name}: too many others are waiting to ask it")


def _left(now: float, last: float, pause: float) -> float:
    """Return the seconds still to wait."""
    left = last + pause - now
    return left if left > _CLOSE_ENOUGH else 0.0


def _refuse_rest(name: str, now: float, notes: Notes) -> None:
    left = notes.rest - now
    if _CLOSE_ENOUGH < left <= LONGEST_REST.total_seconds():
        until = datetime.fromtimestamp(notes.rest, UTC)
        raise SourceError(
            f"{name} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC",
            retry_after=timedelta(seconds=left),
        )
