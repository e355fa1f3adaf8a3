"""The real program as a process of its own, over a house. Nothing here waits for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from house import House
from paperdigest.machine import wall_clock

#: Seconds after which a service is taken for stuck, and killed: its log ends then, and the test with it.
LONGEST = 480.0
#: Seconds that are only ever waited for when a test is about to fail: other machines are ten times slower.
PATIENCE = 120.0


def command(house: House, *args: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "paperdigest",
        "--config",
        str(house.folder / "paperdigest.toml"),
        *args,
    ]


def slot_is_far(house: House) -> None:
    """Let ada's slot be about twelve hours away, by the machine's own clock: a test that lets the real service wait for
    somebody may run at 08:00 in Berlin, too."""
    at = wall_clock().astimezone(ZoneInfo("Europe/Berlin")) + timedelta(hours=12)
    path = house.folder / "subscriptions" / "ada.toml"
    text = path.read_text(encoding="utf-8")
    assert "daily 08:00" in text
    house.write("subscriptions/ada.toml", text.replace("daily 08:00", f"daily {at:%H}:00"))


@contextmanager
def service(house: House, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run the service as a process of its own; it is ended whatever happens."""
    with (
        subprocess.Popen(
            command(house, "run"),
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        ) as process,
        ended(process, LONGEST),
    ):
        yield process


@contextmanager
def ended(process: subprocess.Popen[str], longest: float) -> Iterator[None]:
    """End a process with the block, whatever happens; after so many seconds it is taken for stuck."""
    stuck = threading.Timer(longest, process.kill)
    stuck.start()
    try:
        yield
    finally:
        stuck.cancel()
        if process.poll() is None:
            process.kill()


def said(process: subprocess.Popen[str], *words: str) -> str:
    """Read the log up to the first line that holds one of the words."""
    assert process.stderr is not None
    read = []
    for line in process.stderr:
        if any(word in line for word in words):
            return line
        read.append(line)
    pytest.fail(f"the service ended without a word of {words}, after:\n{''.join(read[-20:])}")


def eventually(condition: Callable[[], bool]) -> None:
    """Wait for something that the service does by itself, not for ever."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def stopped(process: subprocess.Popen[str]) -> int:
    """Tell the service to end; return its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def frozen(process: subprocess.Popen[str]) -> None:
    """Stop a process where it stands, as on a machine that hangs: it has done its last step on return."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
