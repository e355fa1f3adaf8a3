"""What systemd is told (sd_notify(3)): that the service is ready, goes on, reloads, and what is next."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from paperdigest.signals import notify

#: While it starts and nothing has failed, systemd is asked for so much more time.
_MORE_TIME = timedelta(minutes=1)
_LONGEST_STATUS = 200


class Systemd:
    """Silent where nobody listens. Safe from any thread.

    `env` says what systemd expects: WATCHDOG_USEC, for this process if WATCHDOG_PID names it.
    """

    def __init__(
        self, tell: Callable[[str], None] = notify, env: Mapping[str, str] = os.environ
    ) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._status = ""
        self.listens = bool(env.get("NOTIFY_SOCKET"))
        self.is_ready = False
        #: How often it must be told that all goes on; None: not at all.
        self.watchdog = _watchdog(env)

    def ready(self) -> None:
        """Tell that the service has started."""
        with self._lock:
            self.is_ready = True
            self._tell("READY=1")

    def more_time(self) -> None:
        """Ask to be waited for while it starts."""
        self._tell(f"EXTEND_TIMEOUT_USEC={_usec(_MORE_TIME)}")

    def alive(self) -> None:
        """Tell that all goes on."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Tell that the service ends."""
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """Tell what is next, for `systemctl status`; once for the same words."""
        line = " ".join(text.split())[:_LONGEST_STATUS]
        if line != self._status:
            self._status = line
            self._tell(f"STATUS={line}")

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Tell that the config is read again, and when that is done."""
        with self._lock:
            if self.is_ready:  # else the second word would say that it had started
                self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
            try:
                yield
            finally:
                if self.is_ready:
                    self._tell("READY=1")


def _watchdog(env: Mapping[str, str]) -> timedelta | None:
    said, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not said.isdigit() or not int(said) or (pid and pid != str(os.getpid())):
        return None
    return timedelta(microseconds=int(said))


def _usec(span: timedelta) -> int:
    return round(span.total_seconds() * 1_000_000)
