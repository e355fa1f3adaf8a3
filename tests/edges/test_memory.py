"""What the threads of a service cost beside what they hold."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other heaps are one")

#: Four threads take and free 16 MB each. A heap of a thread's own is 64 MB (glibc's HEAP_MAX_SIZE), begins at a
#: multiple of that, and what was never touched is reserved only.
PROGRAM = """
import sys, threading
from paperdigest.machine import share_memory

if sys.argv[1] == "shared":
    share_memory()
done, over = threading.Barrier(5), threading.Event()

def work():
    held = [bytes(64_000) for _ in range(250)]
    del held
    done.wait()
    over.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for each in threads:
    each.start()
done.wait()
size = 64 << 20
with open("/proc/self/maps") as maps:
    spans = [tuple(int(end, 16) for end in line.split()[0].split("-")) for line in maps]
ends = dict(spans)
print(sum(start % size == 0 and ends.get(end) == start + size for start, end in spans))
over.set()
"""


def heaps_of_threads(how: str) -> int:
    """Return how many threads of a fresh process have a heap of their own."""
    plain = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True, env=plain
    )
    return int(ran.stdout)


def test_threads_share_one_heap_once_told_to() -> None:
    assert heaps_of_threads("shared") == 0


def test_left_alone_each_thread_has_a_heap_of_its_own() -> None:
    assert heaps_of_threads("apart") > 0
