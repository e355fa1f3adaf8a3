"""Digests as folders: `digest.html`, `digest.txt`, `digest.json`, and files that go along. For trying things out,
archives and scripts.

A folder appears whole or not at all, and sending a part again leaves the same folder, so there is no
unknown outcome here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from paperdigest.channels.options import check_on_unknown
from paperdigest.core.ports import Form, Message, Outcome, Part, Refused, Retry, Sent
from paperdigest.failpoints import failpoint

_UNFIT = re.compile(r"[^\w.@+-]+")
_LONGEST_NAME = 80  # bytes; a folder's name may have 255
_HIDDEN = ".unfinished-"


@dataclass(frozen=True)
class FileChannel:
    """Writes one folder per digest, `2026-11-20_0930-ada-1a2b3c4d`, named by time, reader and key.

    `folder` is where the target "outbox" leads, and what lies below it ("outbox/ada"). Another relative
    target starts at `base` (default: the folder that holds `folder`); an absolute one, or one with `~`,
    is taken as it is.
    """

    folder: Path
    base: Path | None = None
    on_unknown: str = "resend_once"
    name: str = field(default="file", init=False)
    repeatable: bool = field(default=True, init=False, repr=False)
    forms: frozenset[Form] = field(
        default=frozenset({Form.TEXT, Form.HTML, Form.JSON, Form.FILES}), init=False, repr=False
    )

    def __post_init__(self) -> None:
        check_on_unknown(self.on_unknown)

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        """Return the one part. The folder's time is `at` in the zone it is given in."""
        folder = f"{at:%Y-%m-%d_%H%M}-{_fit(message.list_name, 'digest')}-{_fit(key[:8], 'x')}"
        files = {
            "digest.html": message.html.encode(errors="replace"),
            "digest.txt": message.text.encode(errors="replace"),
            "digest.json": message.json.encode(errors="replace"),
            **{one.name: one.text.encode(errors="replace") for one in message.attachments},
        }
        return (Part(target, 0, key, _packed(folder, files)),)

    def send(self, part: Part, after: str = "") -> Outcome:
        """Write the folder; its path is the receipt. Disk full or no permission is worth another try."""
        if not part.target.strip() or "\0" in part.target:
            return Refused(f"file:{part.target!r} names no folder")
        parent = self._parent(part.target)
        name, files = _unpacked(part.payload)
        try:
            _write(parent / name, files)
        except OSError as error:
            return Retry(f"{parent} cannot be written ({error.strerror or error})")
        return Sent(str(parent / name))

    def probe(self) -> str:
        """Return where digests go. Writes nothing."""
        return f"digests are written to {self.folder}"

    def close(self) -> None:
        """There is nothing to let go of."""

    def _parent(self, target: str) -> Path:
        folder = Path(target)
        if folder.parts[:1] == ("outbox",) and ".." not in folder.parts:
            return self.folder.joinpath(*folder.parts[1:])
        if target.startswith("~"):
            with suppress(RuntimeError):  # no such user: then it is a name like any other
                folder = folder.expanduser()
        return (self.base or self.folder.parent) / folder


def _packed(folder: str, files: dict[str, bytes]) -> bytes:
    """Return a folder as bytes: one line of JSON with its name and the lengths, then the files."""
    head = {"folder": folder, "files": {name: len(data) for name, data in files.items()}}
    return b"".join((json.dumps(head).encode(), b"\n", *files.values()))


def _unpacked(payload: bytes) -> tuple[str, dict[str, bytes]]:
    line, _, rest = payload.partition(b"\n")
    head = json.loads(line)
    files: dict[str, bytes] = {}
    for name, length in head["files"].items():
        files[name], rest = rest[:length], rest[length:]
    return head["folder"], files


def _write(final: Path, files: dict[str, bytes]) -> None:
    """Write the files beside and move them into place as one. Raises OSError."""
    if _holds(final, files):
        return
    fresh = final.with_name(f"{_HIDDEN}{final.name}")
    _make(fresh)
    failpoint("file.write")
    try:
        for name, data in files.items():
            (fresh / name).write_bytes(data)
        if final.exists():  # somebody changed it; what was meant takes its place
            shutil.rmtree(final)
        failpoint("file.rename")
        fresh.rename(final)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    failpoint("file.renamed")
    _to_disk(final.parent)


def _make(folder: Path) -> None:
    """Make an empty folder, and those above it; what a try that was cut short left is cleared away."""
    try:
        folder.mkdir()
    except FileNotFoundError:
        folder.mkdir(parents=True)
    except FileExistsError:
        shutil.rmtree(folder)
        folder.mkdir()


def _holds(final: Path, files: dict[str, bytes]) -> bool:
    try:
        return all((final / name).read_bytes() == data for name, data in files.items())
    except OSError:
        return False


def _to_disk(folder: Path) -> None:
    """Make a rename last. One flush per digest, not one per file: flushes are what a thousand digests
    wait for, and the outbox keeps the bytes for 30 days should a power cut empty the newest files.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fit(name: str, otherwise: str) -> str:
    """Return the name as one part of a folder's name: no separators, no leading dot, not too long."""
    plain = _UNFIT.sub("-", unicodedata.normalize("NFC", name.encode(errors="replace").decode()))
    cut = plain.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return cut.strip(".-") or otherwise
