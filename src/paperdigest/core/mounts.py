"""Where a path really lies: mounts as Linux and macOS write them down, and the one that holds a path. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_OCTAL = re.compile(r"\\([0-7]{3})")
_LINE_OF_MOUNT = re.compile(r"(?P<device>.+?) on (?P<point>.+) \((?P<flags>[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system. `kind` is the system's own name for it: ext4, nfs4, apfs."""

    point: str
    kind: str
    read_only: bool = False


def from_mountinfo(text: str) -> Iterator[Mount]:
    """Read /proc/self/mountinfo, which proc_pid_mountinfo(5) describes; lines that are none are left out."""
    for line in text.splitlines():
        ours, dash, theirs = line.partition(" - ")
        fields, about = ours.split(" "), theirs.split(" ")
        if not dash or len(fields) < 6:
            continue
        options = {*fields[5].split(","), *about[-1].split(",")}
        yield Mount(_unescaped(fields[4]), about[0], "ro" in options)


def from_mount_command(text: str) -> Iterator[Mount]:
    """Read what `mount` prints on macOS: "/dev/disk3s1 on / (apfs, local, journaled)"."""
    for line in text.splitlines():
        found = _LINE_OF_MOUNT.fullmatch(line.strip())
        if found is not None:
            kind, *flags = (flag.strip() for flag in found["flags"].split(","))
            yield Mount(found["point"], kind, "read-only" in flags)


def holding(path: str, mounts: Iterable[Mount]) -> Mount | None:
    """Return the mount that holds an absolute path without links: the deepest one, and of several at one place the
    last, which hides the others."""
    best: Mount | None = None
    for mount in mounts:
        if _is_below(path, mount.point) and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def _is_below(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(point.rstrip("/") + "/")


def _unescaped(field: str) -> str:
    """Blanks and the like stand as octal numbers; other signs are bytes of a name, decoded already."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), field)
