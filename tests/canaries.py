"""Secrets as canaries: where one of them has got to, in whatever form, among everything that a run leaves behind."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

_WHITE = re.compile(rb"=?\r?\n[ \t]*")  # a folded header, a soft break, a wrapped base64 line


def forms(secret: str) -> dict[str, bytes]:
    """Return how a secret may be written down, by name. Base64 in all three alignments, so that it is found
    inside of something longer, `\\0user\\0password` for one; hex and its kin in small letters."""
    raw = secret.encode()
    made = {
        "raw": raw,
        "utf-16": secret.encode("utf-16-le"),
        "latin-1": secret.encode("latin-1", "replace"),
        "url": quote(secret, safe="").encode(),
        "url, slashes kept": quote(secret).encode(),
        "url, blanks as plus": quote_plus(secret).encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "json, not ascii": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "json twice": json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(),
        "repr": repr(secret)[1:-1].encode(),
        "repr of bytes": repr(raw)[2:-1].encode(),
        "ascii": ascii(secret)[1:-1].encode(),
        "quoted-printable": binascii.b2a_qp(raw),
        "hex": raw.hex().encode(),
        "html": secret.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;").encode(),
    }
    for shift in range(3):
        made[f"base64, shifted by {shift}"] = _base64(raw, shift)
    for name in [name for name in made if name.startswith("base64")]:
        made[f"{name}, for addresses"] = made[name].translate(bytes.maketrans(b"+/", b"-_"))
    return made


def _base64(raw: bytes, shift: int) -> bytes:
    """Return the signs of a base64 text that depend on the secret alone, `shift` bytes into a group of three."""
    coded = base64.b64encode(bytes(shift) + raw)
    first = -(-shift * 8 // 6)  # signs that hold bits of what stands before
    return coded[first : (shift + len(raw)) * 8 // 6]


def found(secrets: Mapping[str, str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return `password (base64 …) in the log` for every secret that is anywhere, in any form."""
    wanted = [
        (f"{name} ({form})", needle, needle.lower())
        for name, secret in secrets.items()
        for form, needle in forms(secret).items()
    ]
    told = []
    for place, data in places:
        whole, small = _WHITE.sub(b"", data), data.lower()
        told += [
            f"{name} in {place}"
            for name, needle, low in wanted
            if needle in data
            or needle in whole
            or (low in small and ("hex" in name or "url" in name))
        ]
    return told


def left_behind(folder: Path, *, but: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of every file below a folder, what is packed unpacked too, and every value of every
    database. `but`: files and folders, by name, that may hold secrets."""
    skipped = set(but)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if skipped & {str(name), *name.parts} or not path.is_file():
            continue
        yield f"the name of {name}", str(name).encode("utf-8", "surrogateescape")
        data = path.read_bytes()
        yield str(name), data
        with suppress(OSError, EOFError, zlib.error):
            yield f"{name}, unpacked", gzip.decompress(data)
        if data.startswith(b"SQLite format 3\0"):
            yield from _values(path, str(name))


def _values(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        tables = [
            table
            # What a virtual table holds stands in tables of its own beside it.
            for (table,) in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
            )
        ]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    data = (
                        value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
                    )
                    yield f"{name}, table {table}", data
                    with suppress(zlib.error):
                        yield f"{name}, table {table}, unpacked", zlib.decompress(data)
