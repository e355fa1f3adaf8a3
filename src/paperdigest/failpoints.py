"""Named places where a test, and only a test, can break the running program: kill it, raise, make it wait;
and how far a test has shifted its clock. Owns the table of places and when any of this is switched on.

In production every place costs one look at a global. Two environment variables are needed to change that.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

#: Every place, and where the program stands there. A call with any other name fails a test.
PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ingest.commit": "a document's papers are written, not committed",
        "ingest.committed": "they are committed, and the file still lies in the inbox",
        "inbox.move": "the name in done/ is taken, and the file still lies in the inbox",
        "ingest.settled": "the file is where read files go",
        "compose.commit": "digests, rows and bookmarks are written, not committed",
        "compose.committed": "they are committed, and nothing was sent",
        "notice.commit": "a notice to the operator is written, not committed",
        "notice.committed": "it is committed",
        "deliver.claim": "rows are marked as in hand, not committed",
        "deliver.claimed": "rows are in hand on disk, and no byte has left",
        "deliver.placed": "what the channel calls a target is asked for and kept, and nothing was sent",
        "deliver.settle": "the channel has answered, and nobody wrote it down",
        "deliver.settling": "what became of the rows is written, not committed",
        "deliver.settled": "it is committed",
        "deliver.recovered": "rows found in hand are of unknown outcome on disk",
        "deliver.looked_back": "the channel was read back, and nobody wrote down what it said",
        "email.connect": "about to connect to the mail server",
        "email.connected": "logged in, and no message was begun",
        "email.dot": "the text is sent, the terminating dot is not",
        "email.sent_dot": "the dot is sent, and the answer is not read",
        "email.answered": "the mail server has taken the message",
        "sendmail.run": "about to start the local mail program",
        "sendmail.ended": "the local mail program has ended",
        "slack.post": "about to post",
        "slack.answered": "Slack has answered",
        "webhook.post": "about to post to a webhook",
        "webhook.answered": "the webhook has answered",
        "file.write": "the folder beside is made, and its files are not written",
        "file.rename": "the folder beside is complete, and not in its place",
        "file.renamed": "the folder is in its place, and perhaps not on disk",
        "store.begin": "the write lock is held, and the transaction is about to begin",
        "store.commit": "a transaction is complete, not committed",
        "store.committed": "a transaction is committed, and the write lock is held",
        "migrate.commit": "the tables are brought up to date, not committed",
        "backup.copied": "the database is copied, and the copy is not examined",
        "backup.rename": "the archive is complete, under a name of its own",
        "restore.aside": "the old database is out of the way, and the restored one not in its place",
        "store.close": "a connection is about to close: the last one writes the log back (checkpoint)",
    }
)

#: What to break: "deliver.claimed=kill@3, slack.post=delay:0.2".
PLAN: Final = "PAPERDIGEST_FAILPOINTS"
#: Seconds that the clock is ahead: "5400", of the wall clock and the steady one. "@/tmp/ahead": of the wall clock alone,
#: as a file says whenever that is read: as if somebody sets the machine's clock. It is to be replaced, not written over.
CLOCK: Final = "PAPERDIGEST_CLOCK_AHEAD"
#: Without exactly this, the two above are nothing.
GUARD: Final = "PAPERDIGEST_IS_UNDER_TEST"
CONSENT: Final = "yes, break this process on purpose"

_PLAN = re.compile(r"\s*([a-z_.]+)=(kill|raise|delay:(\d+(?:\.\d+)?))(?:@([1-9]\d*))?\s*")


class FailpointReached(Exception):
    """What `raise` raises: an error that nobody foresaw, so nobody catches it by name."""


class Deed(StrEnum):
    """What is done at a place."""

    KILL = "kill"
    RAISE = "raise"
    DELAY = "delay"


@dataclass(frozen=True, slots=True)
class Break:
    """What is done at one place. `at` counts how often it was reached, from 1; 0 is every time.
    `seconds` is how long a delay takes.
    """

    place: str
    deed: Deed
    seconds: float = 0.0
    at: int = 1


class _Armed:
    """A plan at work in this process, in all of its threads."""

    def __init__(self, plan: tuple[Break, ...]) -> None:
        self._plan = plan
        self._reached: Counter[str] = Counter()
        self._counting = threading.Lock()

    def reach(self, name: str) -> None:
        if name not in PLACES:
            raise LookupError(f"there is no failpoint {name!r}")
        with self._counting:
            self._reached[name] += 1
            count = self._reached[name]
        for one in self._plan:
            if one.place == name and one.at in (0, count):
                _do(one)


_armed: _Armed | None = None
#: How far the clock of this process is ahead of the machine's: nothing, but in a test.
clock_ahead = timedelta()
_clock_file: Path | None = None


def wall_ahead() -> timedelta:
    """Return how far the wall clock of this process is ahead of the machine's: nothing, but in a test. Raises
    ValueError and OSError for a file that does not say."""
    return clock_ahead if _clock_file is None else clock_ahead + _said_by(_clock_file)


def _said_by(file: Path) -> timedelta:
    return timedelta(seconds=float(file.read_text("ascii")))


def failpoint(name: str) -> None:
    """Mark a place of `PLACES`. Does nothing unless a test has switched failpoints on."""
    if _armed is not None:
        _armed.reach(name)


@contextmanager
def broken(plan: str) -> Iterator[None]:
    """Follow a plan inside a with block: for tests in this very process. Raises ValueError."""
    global _armed  # noqa: PLW0603 - the one check that failpoint() makes
    before, _armed = _armed, _Armed(read_plan(plan))
    try:
        yield
    finally:
        _armed = before


def read_plan(text: str) -> tuple[Break, ...]:
    """Return what a plan says; "" is one that breaks nothing. Raises ValueError, naming what is wrong."""
    return tuple(_read(one) for one in text.split(",") if one.strip())


def _read(text: str) -> Break:
    found = _PLAN.fullmatch(text)
    if found is None:
        raise ValueError(f"failpoints: {text.strip()!r} is no place=kill|raise|delay:SECONDS[@N]")
    place, deed, seconds, at = found.groups()
    if place not in PLACES:
        raise ValueError(f"failpoints: there is no {place!r} · there are {', '.join(PLACES)}")
    every = 0 if seconds else 1  # a slow disk is slow each time; one dies only once
    return Break(place, Deed(deed.partition(":")[0]), float(seconds or 0), int(at or every))


def _do(one: Break) -> None:
    _say(f"{one.deed} at {one.place}")
    match one.deed:
        case Deed.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Deed.RAISE:
            raise FailpointReached(one.place)
        case Deed.DELAY:
            time.sleep(one.seconds)  # what the plan of a test asks for; never reached otherwise


def _say(text: str) -> None:
    os.write(2, f"*** paperdigest is under test: {text} ***\n".encode())


def switch_on(environment: Mapping[str, str]) -> None:
    """Do as an environment says; nothing without its consent. Raises ValueError for a plan that is wrong, OSError for
    a clock's file that is not there."""
    global _armed, clock_ahead, _clock_file  # noqa: PLW0603 - set once, when the program starts
    plan, ahead = environment.get(PLAN), environment.get(CLOCK)
    if environment.get(GUARD) != CONSENT or not (plan or ahead):
        return
    _armed = _Armed(read_plan(plan or ""))
    if ahead and ahead.startswith("@"):
        _clock_file = Path(ahead[1:])
        _said_by(_clock_file)  # a mistake is found at once
        _say(f"failpoints {plan or 'none'}, the wall clock ahead by what {_clock_file} says")
        return
    clock_ahead = timedelta(seconds=float(ahead or 0))
    _say(f"failpoints {plan or 'none'}, clock ahead by {clock_ahead}")


switch_on(os.environ)
