"""The file format of a backup: a gzip'd tar that any tool opens, holding a manifest, the database and the config.

The manifest comes first and names all that follows with size and SHA-256. An archive may come from anywhere, so
it is read with a reader of our own that knows plain files and nothing else: no links, no devices, no extended
headers, no path that leaves the folder, and never a byte more than the manifest says.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from paperdigest.core import room
from paperdigest.core.errors import StoreError, StoreFull
from paperdigest.store.faults import told_plainly

MANIFEST: Final = "manifest.json"
DATABASE: Final = "paperdigest.db"
CONFIG: Final = "config/"
#: Of config files and templates: far more than any has, and little enough for memory.
LARGEST_FILE: Final = 1_000_000
MOST_FILES: Final = 20_000
_LARGEST_MANIFEST = 8_000_000
_FORMAT = 1
_BLOCK = 512
_CHUNK = 1 << 20
_USTAR_LIMIT = 8**11  # bytes; a larger file's size is written as GNU tar does
#: Abstracts shrink by half at the first level already; the next ones take twice as long for a tenth.
_LEVEL = 1
#: What a config consists of beside its main file: folders of TOML files, and the tree of templates.
_TOML_FOLDERS = ("subscriptions", "topics")
_TREE = "templates"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive. `size` is in bytes, `sha256` in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. `made_at` is aware UTC: the database is as it was then; `host` names the
    machine; `version` and `schema` are the program's and the database's."""

    version: str
    schema: int
    host: str
    made_at: datetime
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Return how many bytes its files are together."""
        return sum(member.size for member in self.members)

    def to_json(self) -> str:
        """Return it as it stands in the archive."""
        told = {
            "format": _FORMAT,
            "program": "paperdigest",
            "version": self.version,
            "schema": self.schema,
            "host": self.host,
            "made_at": self.made_at.astimezone(UTC).isoformat(),
            "files": {
                member.name: {"bytes": member.size, "sha256": member.sha256}
                for member in self.members
            },
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


def measured(name: str, source: Path | bytes) -> Member:
    """Return a file as the manifest names it."""
    if isinstance(source, bytes):
        return Member(name, len(source), hashlib.sha256(source).hexdigest())
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Member(name, file.tell(), digest)


def fits(name: str) -> bool:
    """Say whether a file of that name can be held: one that a config has, and not too long for a tar header."""
    try:
        _header(name, 0, datetime.fromtimestamp(0, UTC))
    except (ValueError, UnicodeError):
        return False
    return _is_safe(name)


def write(
    target: Path,
    manifest: Manifest,
    sources: Mapping[str, Path | bytes],
    stop: Callable[[], None] = lambda: None,
) -> None:
    """Write an archive to a new private file, and onto the disk. `stop` raises to break it off."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        # Without name and time of its own: the same content is the same archive.
        with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            _put(packed, MANIFEST, manifest.to_json().encode(), manifest.made_at, stop)
            for member in manifest.members:
                _put(packed, member.name, sources[member.name], manifest.made_at, stop)
            packed.write(bytes(2 * _BLOCK))
        file.flush()
        os.fsync(file.fileno())


def read_manifest(archive: Path) -> Manifest:
    """Return what an archive says of itself. Raises StoreError for what is none of ours."""
    with _opened(archive) as packed:
        return _manifest(archive, packed)


def extract(archive: Path, folder: Path, *, free: Callable[[Path], int]) -> Manifest:
    """Write all files of an archive below a new, empty, private folder and return its manifest.

    Every size and hash is compared. Raises StoreError, with what is wrong; StoreFull where it has no room.
    """
    with _opened(archive) as packed:
        manifest = _manifest(archive, packed)
        if free(folder) < manifest.size + room.LEAST:
            raise StoreFull(
                f"{folder} has too little room: {archive.name} unpacks to {manifest.size // 1_000_000} MB"
                " · nothing was changed, make room"
            )
        for member in manifest.members:
            _take(archive, packed, member, folder)
        if packed.read(_BLOCK).strip(b"\0"):
            raise _bad(archive, "it holds more than its manifest says")
    return manifest


def _put(
    packed: gzip.GzipFile,
    name: str,
    source: Path | bytes,
    at: datetime,
    stop: Callable[[], None],
) -> None:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        size = len(source) if isinstance(source, bytes) else os.fstat(file.fileno()).st_size
        packed.write(_header(name, size, at))
        while piece := file.read(_CHUNK):
            stop()
            packed.write(piece)
        packed.write(bytes(-size % _BLOCK))


def _header(name: str, size: int, at: datetime) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(at.timestamp())
    if size < _USTAR_LIMIT:
        return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


class _Unpacked:
    """What is in an archive, as a stream; what is wrong with its packing is told as the archive's fault."""

    def __init__(self, archive: Path, file: IO[bytes]) -> None:
        self.archive = archive
        self._packed = gzip.GzipFile("", "rb", _LEVEL, file)

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        try:
            return self._packed.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _bad(self.archive, f"it is cut off or damaged ({error})") from error


@contextmanager
def _opened(archive: Path) -> Iterator[_Unpacked]:
    with told_plainly(archive), archive.open("rb") as file:
        yield _Unpacked(archive, file)


def _manifest(archive: Path, packed: _Unpacked) -> Manifest:
    try:
        return _understood(json.loads(_told(packed)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _bad(archive, str(error)) from error


def _told(packed: _Unpacked) -> bytes:
    name, size = _next(packed)
    if name != MANIFEST or size > _LARGEST_MANIFEST:
        raise ValueError("it does not begin with a manifest")
    data = _exactly(packed, size)
    packed.read(-size % _BLOCK)
    return data


def _understood(told: Any) -> Manifest:
    if told["program"] != "paperdigest" or int(told["format"]) > _FORMAT:
        raise ValueError("it was made by another program or a newer one")
    files = told["files"].items()
    if len(files) > MOST_FILES:
        raise ValueError(f"it holds more than {MOST_FILES} files")
    members = tuple(
        Member(str(name), int(file["bytes"]), str(file["sha256"])) for name, file in files
    )
    if len({member.name.casefold() for member in members}) != len(members):
        raise ValueError("two of its files have one name")
    for member in members:
        _refuse_odd(member)
    if sum(_is_main(member.name) for member in members) > 1:
        raise ValueError("it holds two main config files")
    if not any(member.name == DATABASE for member in members):
        raise ValueError("it holds no database")
    made_at = datetime.fromisoformat(told["made_at"]).astimezone(UTC)
    return Manifest(str(told["version"]), int(told["schema"]), str(told["host"]), made_at, members)


def _refuse_odd(member: Member) -> None:
    if not _is_safe(member.name):
        raise ValueError(f"{member.name!r} is no name for a file of a backup")
    if member.size < 0 or (member.name != DATABASE and member.size > LARGEST_FILE):
        raise ValueError(f"{member.name} is too large for a config file")


def _is_main(name: str) -> bool:
    return name.startswith(CONFIG) and name.count("/") == 1


def _is_safe(name: str) -> bool:
    """Say whether a name stays below the folder it is written to, on every system, and is one that a config has:
    nothing hidden, no secret, no program, no file of an inbox."""
    if name == DATABASE:
        return True
    parts = PurePosixPath(name).parts
    return (
        name.startswith(CONFIG)
        and "/".join(parts) == name
        and not any(part.startswith(".") for part in parts)
        and name.isprintable()
        and "\\" not in name
        and _is_of_a_config(parts[1:])
    )


def _is_of_a_config(parts: tuple[str, ...]) -> bool:
    match parts:
        case (main,):
            return main.endswith(".toml")
        case (folder, file) if folder in _TOML_FOLDERS:
            return file.endswith(".toml")
        case (folder, _, *_):
            return folder == _TREE
    return False


def _take(archive: Path, packed: _Unpacked, member: Member, folder: Path) -> None:
    """Write one file below the folder. What follows in the archive must be just this file."""
    try:
        found = _next(packed)
    except ValueError as error:
        raise _bad(archive, str(error)) from error
    if found != (member.name, member.size):
        raise _bad(archive, f"{found[0]!r} stands where its manifest says {member.name}")
    target = folder / member.name
    digest, left = hashlib.sha256(), member.size
    with told_plainly(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with told_plainly(target), os.fdopen(handle, "wb") as file:
        while left:
            piece = packed.read(min(left, _CHUNK))
            if not piece:
                raise _bad(archive, "it is cut off")
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    packed.read(-member.size % _BLOCK)
    if digest.hexdigest() != member.sha256:
        raise _bad(
            archive, f"{member.name} is not what its manifest says: it was changed or is damaged"
        )


def _next(packed: _Unpacked) -> tuple[str, int]:
    """Return name and size of the next file. Raises ValueError for anything that is no plain file."""
    try:
        info = tarfile.TarInfo.frombuf(_exactly(packed, _BLOCK), "utf-8", "strict")
    except tarfile.HeaderError as error:
        raise ValueError(f"it is no tar file ({error})") from None
    if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise ValueError(f"{info.name!r} is no plain file")
    return info.name, info.size


def _exactly(packed: _Unpacked, size: int) -> bytes:
    data = packed.read(size)
    if len(data) != size:
        raise ValueError("it is cut off")
    return data


def _bad(archive: Path, why: str) -> StoreError:
    return StoreError(
        f"{archive} cannot be restored: {why} · nothing was changed, try an older one"
    )
