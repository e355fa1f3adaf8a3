"""Threads of one process that wait for the same host, in the order in which they came: without it, one that has bad
luck could wait for ever behind others that come later. Whose turn it is is `politeness`'s matter.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """The threads that wait for one host; the first of them asks for the turn, for all processes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @contextmanager
    def stand(self, seconds: float) -> Iterator[bool]:
        """Wait until all who came before are gone, at most for so many seconds, and be the first for the length of
        the block. Yields whether that came about."""
        me = object()
        with self._changed:
            self._waiting.append(me)
            first = self._changed.wait_for(lambda: self._waiting[0] is me, seconds)
        try:
            yield first
        finally:
            with self._changed:
                self._waiting.remove(me)
                self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._waiting)
