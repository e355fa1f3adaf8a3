"""The beat of the service: named beats at fixed intervals, each in a thread of its own.

Owns APScheduler, which only ticks here. What is due, and what a beat does, is decided elsewhere.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from paperdigest.logs import event

log = logging.getLogger(__name__)


class Heartbeat:
    """Calls `beat(name)` at once and then every interval, until `stop()`.

    A beat that is still running when its next one is due swallows it: what is due is always asked
    anew, so a swallowed beat loses nothing. `skipped(name, reason)` hears of it: "overlap", or "missed" for one
    that the scheduler itself was too late for.
    """

    def __init__(
        self,
        every: Mapping[str, timedelta],
        beat: Callable[[str], None],
        skipped: Callable[[str, str], None] = lambda _, __: None,
    ) -> None:
        self._skipped = skipped
        self._threads = {name: _Thread(name, self._ended) for name in every}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors=dict(self._threads),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            logger=_silent(),  # it would repeat what the listeners below say
        )
        self._scheduler.add_listener(self._late, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._scheduler.add_listener(self._broken, EVENT_JOB_ERROR)
        self._swallowed: dict[str, int] = {}
        self._beating: set[str] = set()
        self._again: set[str] = set()
        for name, interval in every.items():
            self._scheduler.add_job(
                self._run,
                "interval",
                seconds=interval.total_seconds(),
                args=(name, beat),
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
            if name in self._beating:
                self._again.add(name)  # it may have looked already at what the nudge is about
            else:
                self._now(name)

    def sooner(self, name: str, span: timedelta) -> None:
        """Let the next beat of that name come after `span` at the latest; the others follow it as always."""
        at = datetime.now(UTC) + span
        with suppress(JobLookupError):
            job = self._scheduler.get_job(name)
            if job is not None and job.next_run_time is not None and job.next_run_time > at:
                self._scheduler.modify_job(name, next_run_time=at)

    def stop(self) -> None:
        """Start no further beat. Those that run go on; `running` tells them."""
        self._scheduler.shutdown(wait=False)

    def running(self) -> tuple[str, ...]:
        """Return the names of threads that have not ended yet, also before the first beat."""
        return tuple(name for name, thread in self._threads.items() if thread.alive())

    def join(self, name: str, timeout: float) -> None:
        """Wait until the thread of that name has ended, at most `timeout` seconds."""
        self._threads[name].join(timeout)

    def _now(self, name: str) -> None:
        # A stop may come between: then there is no job any more, and no need for it.
        with suppress(JobLookupError):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _run(self, name: str, beat: Callable[[str], None]) -> None:
        self._beating.add(name)
        try:
            beat(name)
        finally:
            if swallowed := self._swallowed.pop(name, 0):
                event(log, "round-caught-up", level=logging.WARNING, round=name, skipped=swallowed)

    def _ended(self, name: str) -> None:
        # Only now does the scheduler know, too: earlier it would swallow the beat that was asked for.
        self._beating.discard(name)
        if name in self._again:
            self._again.discard(name)
            self._now(name)

    def _late(self, happened: Any) -> None:
        name = happened.job_id
        self._skipped(name, "missed" if happened.code == EVENT_JOB_MISSED else "overlap")
        self._swallowed[name] = self._swallowed.get(name, 0) + 1
        if self._swallowed[name] == 1:  # once per long round, not once per beat
            event(log, "round-still-running", level=logging.WARNING, round=name)

    def _broken(self, happened: Any) -> None:
        event(
            log,
            "round-broke",
            level=logging.WARNING,
            round=happened.job_id,
            error=repr(happened.exception),
        )


class _Thread(BaseExecutor):  # type: ignore[misc]  # apscheduler has no types
    """One thread for one name, kept for life so that what a round opens can stay with its thread.

    Daemon, unlike a pool's: Python joins a pool at exit, and a mail server that hangs would then
    hold the whole process.
    """

    def __init__(self, name: str, ended: Callable[[str], None]) -> None:
        super().__init__()
        self._ended = ended
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
            self._run_job_success(job.id, run_job(job, "default", run_times, self._logger.name))
            self._ended(job.id)


def _silent() -> logging.Logger:
    logger = logging.getLogger("apscheduler.scheduler")
    logger.setLevel(logging.ERROR)
    return logger
