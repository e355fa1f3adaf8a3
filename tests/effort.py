"""What work costs in processor time: the same however busy the machine is. Limits are coarse on purpose, many times of
what is needed: what they keep out takes minutes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if the block keeps the processor busy for longer; what other processes do meanwhile does not count."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent < seconds, f"it took {spent:.1f} s of processor time"
