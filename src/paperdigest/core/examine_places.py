"""Judges where the files lie: the kind of file system, and the room on it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from paperdigest.core import words
from paperdigest.core.examination import Finding, advice, trouble
from paperdigest.core.mounts import Mount
from paperdigest.core.room import MEGABYTE, Room, needed, room

_NETWORK = """
    9p afpfs afs beegfs ceph cifs coda davfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 smb2 smb3 smbfs
    vboxsf virtiofs vmhgfs webdav drvfs prl_fs fuse.cephfs fuse.curlftpfs fuse.davfs2 fuse.gcsfuse fuse.glusterfs
    fuse.goofys fuse.gvfsd-fuse fuse.juicefs fuse.rclone fuse.s3fs fuse.smbnetfs fuse.sshfs
    fuse.vmhgfs-fuse macfuse osxfuse
"""
#: Other machines may write there too, or an agent stands between. https://www.sqlite.org/wal.html: "WAL does not
#: work over a network filesystem".
NETWORK: Final = frozenset(_NETWORK.split())
#: Gone with the machine's memory.
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
#: Gone with the container.
LAYERED: Final = frozenset({"overlay", "aufs", "fuse.fuse-overlayfs"})
#: Know no owners and no rights.
WITHOUT_RIGHTS: Final = frozenset({"vfat", "msdos", "exfat", "fuseblk"})
_MOVE = "put [storage] dir on a disk of this machine"
#: Fewer files than this may be made: locks, logs, outbox and inbox need some each day.
_FEW_FILES: Final = 1_000
_NO_FILES: Final = 50


def storage(folder: str, mount: Mount | None) -> Iterator[Finding]:
    """Judge the file system that holds the database."""
    if mount is None:
        yield Finding("storage", f"{folder}: nothing tells what file system it is on")
        return
    where = f"{folder} is on {mount.kind}"
    if mount.kind in NETWORK:
        yield trouble(
            "storage",
            f"{where}, where neither locks nor the database's log can be relied on",
            f"{_MOVE}; a backup may lie there",
        )
    elif mount.kind in IN_MEMORY:
        yield trouble("storage", f"{where}, which is empty after a restart", _MOVE)
    elif mount.kind in LAYERED:
        yield trouble(
            "storage",
            f"{where}, which goes with the container",
            "mount a volume there, or all is sent again from a new container",
        )
    elif mount.kind.startswith("fuse."):
        yield advice("storage", f"{where}, of which it is not known whether it locks", _MOVE)
    elif mount.kind in WITHOUT_RIGHTS:
        yield advice("storage", f"{where}, which keeps no rights: others can read it", _MOVE)
    else:
        yield Finding("storage", where)
    if mount.read_only:
        yield trouble(
            "storage",
            f"{mount.point} is mounted read-only",
            "mount it to be written to, or " + _MOVE,
        )


@dataclass(frozen=True, slots=True)
class Disk:
    """The room where the database is, or will be. Bytes; `files` are those that may still be made, None where the
    file system sets no number. `log` is the size of the database's write-ahead log."""

    folder: str
    free: int
    log: int = 0
    files: int | None = None


def disk(found: Disk) -> Iterator[Finding]:
    """Judge the room for bytes and for files."""
    yield _bytes(found)
    if found.files is None or found.files >= _FEW_FILES:
        return
    left = (
        f"{found.folder}: only {words.count(found.files, 'more file')} can be made there (inodes)"
    )
    grade = trouble if found.files < _NO_FILES else advice
    yield grade("disk", left, f"df -i {found.folder}, then remove small files")


_ROOM: Final[Mapping[Room, str]] = {
    Room.LOW: "so nothing new is read or composed",
    Room.NONE: "so nothing is read, composed or sent",
}


def _bytes(found: Disk) -> Finding:
    free, wanted = found.free // MEGABYTE, -(-needed(found.log) // MEGABYTE)
    how_much = room(found.free, found.log)
    if how_much in _ROOM:
        return trouble(
            "disk",
            f"{found.folder}: {free:,} MB free, {wanted:,} MB are needed, {_ROOM[how_much]}",
            f"make room: du -h {found.folder}",
        )
    if how_much is Room.TIGHT:
        said = (
            f"{found.folder}: {free:,} MB free, little more than the {wanted:,} MB that are needed"
        )
        return advice("disk", said, f"make room: du -h {found.folder}")
    return Finding("disk", f"{found.folder}: {free:,} MB free")
