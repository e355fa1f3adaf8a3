"""Reads what the system lets this process have: memory, open files, proxies."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from urllib.request import getproxies

from paperdigest.http_words import shown

_CGROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")
#: What version 1 says where there is no limit is about as large as a number can be.
_NO_LIMIT = 1 << 60


def memory_limit(groups: Path = _CGROUPS, own: Path = _OWN_GROUPS) -> int | None:
    """Return the smallest limit in force, in bytes: of this process, of its control group and of those above it
    (https://docs.kernel.org/admin-guide/cgroup-v2.html); None for none."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    limits = [*_of_groups(groups, own), *([soft] if soft != resource.RLIM_INFINITY else [])]
    return min((limit for limit in limits if limit < _NO_LIMIT), default=None)


def files_limit() -> int | None:
    """Return how many files may be open at once; None for no limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def proxies() -> dict[str, str]:
    """Return the proxies of the environment for what is fetched, without users and passwords."""
    named = getproxies()
    return {
        scheme: shown(address if "://" in address else f"http://{address}")
        for scheme, address in named.items()
        if scheme in ("http", "https", "all") and address
    }


def _of_groups(groups: Path, own: Path) -> Iterator[int]:
    try:
        lines = own.read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2) if line.count(":") >= 2 else ("", "-", "")
        if controllers == "":
            yield from _upwards(groups, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _upwards(groups / "memory", path, "memory.limit_in_bytes")


def _upwards(top: Path, path: str, name: str) -> Iterator[int]:
    """Yield the limits of a group and of those above it. In a container the path may be of another view, and then
    only the topmost is there."""
    folder = top / path.strip("/")
    for group in (folder, *folder.parents):
        try:
            text = (group / name).read_text("ascii", "replace").strip()
        except OSError:
            text = ""
        if text.isdecimal():
            yield int(text)
        if group == top:
            return
