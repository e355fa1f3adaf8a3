"""The beat of the service: named beats at fixed intervals, each in a thread of its own.

Owns APScheduler, which only ticks here. What is due, and what a beat does, is decided elsewhere.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from paperdigest.logs import event

log = logging.getLogger(__name__)

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class Heartbeat:
    """Calls `beat(name)` at once and then every interval, until `stop()`.

    A beat that is still running when its next one is due swallows it: what is due is always asked
    anew, so a swallowed beat loses nothing. `skipped(name, reason)` hears of it: "overlap", or "missed" for one
    that the scheduler itself was too late for. It is worth a warning only where `is_slow(name)` says so.
    """

    def __init__(
        self,
        every: Mapping[str, timedelta],
        beat: Callable[[str], None],
        skipped: Callable[[str, str], None] = lambda _, __: None,
        is_slow: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._skipped, self._is_slow = skipped, is_slow
        # Guards `_beats`; nothing of the scheduler's is called under it.
        self._lock = threading.Lock()
        self._moving = threading.Lock()  # one at a time looks at a next beat and moves it
        self._beats = {name: _Beat() for name in every}
        self._threads = {name: _Thread(name, self._began, self._ended) for name in every}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors=dict(self._threads),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            logger=_silent(),  # it would repeat what the listeners below say
        )
        self._scheduler.add_listener(self._late, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._scheduler.add_listener(self._broken, EVENT_JOB_ERROR)
        for name, interval in every.items():
            self._scheduler.add_job(
                beat,
                _Every(interval),
                args=(name,),
                id=name,
                executor=name,
                next_run_time=datetime.now(UTC),  # the scheduler's own clock: at once
            )

    def start(self) -> None:
        """Start all threads. The first beats come at once."""
        self._scheduler.start()

    def nudge(self, *names: str) -> None:
        """Beat now: these, or all. After a step of the system clock the next beats may stand hours ahead."""
        for name in names or tuple(self._threads):
            if not self._wished(name, _AT_ONCE):
                self._bring_forward(name, _AT_ONCE)

    def sooner(self, name: str, span: timedelta) -> None:
        """Let the next beat of that name come after `span` at the latest; the others follow it as always."""
        at = datetime.now(UTC) + span
        if not self._wished(name, at):
            self._bring_forward(name, at)

    def stop(self) -> None:
        """Start no further beat. Those that run go on; `running` tells them."""
        self._scheduler.shutdown(wait=False)

    def running(self) -> tuple[str, ...]:
        """Return the names of threads that have not ended yet, also before the first beat."""
        return tuple(name for name, thread in self._threads.items() if thread.alive())

    def join(self, name: str, timeout: float) -> None:
        """Wait until the thread of that name has ended, at most `timeout` seconds."""
        self._threads[name].join(timeout)

    def _wished(self, name: str, at: datetime) -> bool:
        """Keep a wish until the beat in hand has ended: it may have looked already at what the wish is about, and
        the scheduler would swallow another one. False: none is in hand."""
        with self._lock:
            beat = self._beats[name]
            if beat.at_work:
                beat.next_at = at if beat.next_at is None else min(beat.next_at, at)
            return beat.at_work

    def _bring_forward(self, name: str, at: datetime) -> None:
        # A stop may come between: then there is no job any more, and no need for it.
        with self._moving, suppress(JobLookupError):
            job = self._scheduler.get_job(name)
            if job is not None and job.next_run_time is not None and job.next_run_time > at:
                self._scheduler.modify_job(name, next_run_time=max(at, datetime.now(UTC)))

    def _began(self, name: str) -> None:
        with self._lock:
            self._beats[name] = _Beat(at_work=True)

    def _ended(self, name: str) -> None:
        # Only now does the scheduler know, too: earlier it would swallow the beat that was asked for.
        with self._lock:
            beat, self._beats[name] = self._beats[name], _Beat()
        if beat.told:
            event(log, "round-caught-up", level=logging.WARNING, round=name, skipped=beat.swallowed)
        if beat.next_at is not None:
            self._bring_forward(name, beat.next_at)

    def _late(self, happened: Any) -> None:
        name = happened.job_id
        self._skipped(name, "missed" if happened.code == EVENT_JOB_MISSED else "overlap")
        slow = self._is_slow(name)
        with self._lock:
            beat = self._beats[name]
            beat.swallowed += 1
            news = beat.at_work and slow and not beat.told
            beat.told = beat.told or news
        if news:  # once per long round, not once per beat
            event(log, "round-still-running", level=logging.WARNING, round=name)

    def _broken(self, happened: Any) -> None:
        event(
            log,
            "round-broke",
            level=logging.WARNING,
            round=happened.job_id,
            error=repr(happened.exception),
        )


@dataclass(slots=True)
class _Beat:
    """How one name stands: whether a beat is `at_work`, how many it has `swallowed`, whether that was `told`, and
    when the next is to come at the latest, by the system clock."""

    at_work: bool = False
    swallowed: int = 0
    told: bool = False
    next_at: datetime | None = None


class _Every(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """A beat every so often, by the system clock. However far that was set ahead, what it left behind is one beat:
    APScheduler's own trigger counts each of them: ten years take it half a minute, and more than a gigabyte."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the first time after `now`."""
        following = (previous or now) + self._interval
        return following if following > now else now + self._interval


class _Thread(BaseExecutor):  # type: ignore[misc]  # apscheduler has no types
    """One thread for one name, kept for life so that what a round opens can stay with its thread.

    Daemon, unlike a pool's: Python joins a pool at exit, and a mail server that hangs would then
    hold the whole process.
    """

    def __init__(
        self, name: str, began: Callable[[str], None], ended: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._began, self._ended = began, ended
        self._work: SimpleQueue[tuple[Any, list[datetime]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name=f"paperdigest-{name}", daemon=True)

    def start(self, scheduler: Any, alias: str) -> None:
        super().start(scheduler, alias)
        self._thread.start()

    def shutdown(self, wait: bool = True) -> None:
        self._work.put(None)
        if wait:
            self._thread.join()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._work.put((job, run_times))

    def _loop(self) -> None:
        while (work := self._work.get()) is not None:
            job, run_times = work
            self._began(job.id)
            self._run_job_success(job.id, run_job(job, "default", run_times, self._logger.name))
            self._ended(job.id)


def _silent() -> logging.Logger:
    logger = logging.getLogger("apscheduler.scheduler")
    logger.setLevel(logging.ERROR)
    return logger
