"""Who looks after the service: hears of every beat and unit, and every few seconds lets those know who watch from
outside: systemd, the file that `status --healthy` reads, and whoever is pinged.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from paperdigest.core.units import DeliverySettled, Unit
from paperdigest.health.ping import Pinger
from paperdigest.health.pulse import Pulse
from paperdigest.health.sign import Sign
from paperdigest.health.systemd import Systemd
from paperdigest.health.tally import Tally
from paperdigest.journal import bound, heard_by
from paperdigest.logs import event

log = logging.getLogger(__name__)

#: At most so often is anybody pinged, and the sign of life written.
PING_EVERY = timedelta(minutes=1)
SIGN_EVERY = timedelta(seconds=15)
#: What is next is looked for at least so often, where somebody shows it: it takes a look at every reader.
OUTLOOK_EVERY = timedelta(minutes=5)


class Attendant:
    """One for a service. `called` wakes whoever calls `look`, so that good news need not wait. `heard` is called with
    every finished unit, in the thread that finished it.

    `steady` is a clock that only goes on.
    """

    def __init__(
        self,
        every: Mapping[str, timedelta],
        *,
        systemd: Systemd | None = None,
        pinger: Pinger | None = None,
        sign: Sign | None = None,
        steady: Callable[[], timedelta] | None = None,
    ) -> None:
        self.pulse = Pulse(every) if steady is None else Pulse(every, steady)
        self.tally = Tally()
        self.systemd = systemd or Systemd()
        self.called: Callable[[], None] = lambda: None
        self.heard: Callable[[Unit], None] = lambda _: None
        self.pinger = pinger
        self._sign = sign
        self._numbers = {name: count(1) for name in every}
        self._delivered_at = self._pinged_at = self.pulse.began_at
        self._signed_at: timedelta | None = None
        self._fed_at: timedelta | None = None
        self._looked_at: timedelta | None = None
        self._told_stuck: tuple[str, ...] = ()

    # ---------------------------------------------------------------- the rounds, each in its thread

    @contextmanager
    def attending(self, name: str) -> Iterator[Ending]:
        """Surround one beat of a round. Its end is a failure unless `Ending.error` is set, to "" for a good one."""
        number = next(self._numbers.setdefault(name, count(1)))
        ending = Ending()
        self.pulse.began(name)
        began = time.perf_counter()
        try:
            with heard_by(lambda unit: self._hear(name, unit)), bound(run=f"{name}.{number}"):
                yield ending
        finally:
            self.tally.round(name, time.perf_counter() - began, failed=bool(ending.error))
            was_ready = self.pulse.has_succeeded
            self.pulse.ended(name, ending.error)
            if self.pulse.has_succeeded and not was_ready:
                self.called()

    def skipped(self, name: str, reason: str) -> None:
        """Note that a beat did not come."""
        self.tally.skip(name, reason)

    def is_slow(self, name: str) -> bool:
        """Say whether a beat that does not come is worth a warning: the one before it is at work over one thing for
        longer than a minute or so. Over many things it may be for longer, and nothing is wrong."""
        return self.pulse.is_slow(name)

    def _hear(self, name: str, unit: Unit | None) -> None:
        self.pulse.moved(name)
        if isinstance(unit, DeliverySettled):
            self._delivered_at = self.pulse.now()
        if unit is not None:
            self.tally.unit(unit)
            self.heard(unit)

    def wants_outlook(self, *, stirred: bool) -> bool:
        """Say whether systemd is to be told what is next: when that may have changed, and now and then."""
        now = self.pulse.now()
        if not self.systemd.listens or not (stirred or _due(self._looked_at, OUTLOOK_EVERY, now)):
            return False
        self._looked_at = now
        return True

    @property
    def since_last_delivery(self) -> timedelta:
        """Return how long ago a message was last tried, or the service began."""
        return self.pulse.now() - self._delivered_at

    # ---------------------------------------------------------------- who watches from outside

    @property
    def longest_rest(self) -> timedelta | None:
        """Return how long `look` may be left alone at most; None: it does not matter."""
        watchdog = self.systemd.watchdog
        return None if watchdog is None else watchdog / 3

    def look(self) -> None:
        """Let everybody know how the rounds are. Quick; called every few seconds by the one that waits for signals."""
        now = self.pulse.now()
        stuck = self.pulse.stuck()
        self._tell(stuck)
        self._tell_systemd(stuck, now)
        if self._sign is not None and _due(self._signed_at, SIGN_EVERY, now):
            self._signed_at = now
            self._sign.write(stuck, self.pulse.ails())
        if self.pinger is not None and now - self._pinged_at >= PING_EVERY:
            self._ping(self.pinger, now)

    def close(self) -> None:
        """Take the sign of life away: the service ends as it should."""
        if self._sign is not None:
            self._sign.remove()

    def _tell(self, stuck: tuple[str, ...]) -> None:
        rounds = tuple(said.partition(":")[0] for said in stuck)
        if rounds != self._told_stuck:
            self._told_stuck = rounds
            if stuck:
                event(log, "round-stuck", level=logging.ERROR, said="; ".join(stuck))
            else:
                event(log, "rounds-go-on")

    def _tell_systemd(self, stuck: tuple[str, ...], now: timedelta) -> None:
        systemd = self.systemd
        if not systemd.is_ready:
            if self.pulse.has_succeeded:
                systemd.ready()
            elif not self.pulse.is_failing and now - self.pulse.began_at >= SIGN_EVERY:
                systemd.more_time()
        rest = self.longest_rest
        if rest is not None and not stuck and _due(self._fed_at, rest, now):
            self._fed_at = now
            systemd.alive()

    def _ping(self, pinger: Pinger, now: timedelta) -> None:
        if self.pulse.cycle_since(self._pinged_at):
            self._pinged_at = now
            pinger.ping_aside()


class Ending:
    """How a beat ended. `error` is why it failed; "" is a good end."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        self.error = "it ended before it was done"


def _due(last: timedelta | None, every: timedelta, now: timedelta) -> bool:
    return last is None or now - last >= every * 0.9  # a look that comes a little early is one
