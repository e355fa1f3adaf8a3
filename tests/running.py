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

import pytest

from house import House

#: Seconds after which a service is taken for stuck, and killed: its log ends then, and the test with it.
LONGEST = 240.0


def command(house: House, *args: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "paperdigest",
        "--config",
        str(house.folder / "paperdigest.toml"),
        *args,
    ]


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
    """Wait for something that the service does by itself, at most a minute."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def stopped(process: subprocess.Popen[str]) -> int:
    """Tell the service to end; return its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(40)
