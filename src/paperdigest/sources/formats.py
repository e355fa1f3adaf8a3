"""Which kind of document some bytes are, told by their content and never by a name or a content type.

Each kind's own module knows how it looks and how it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Format, Parsed
from paperdigest.sources import feed, json_lines, page_dump
from paperdigest.sources.encoding import as_utf8, decoded

#: In the order they are asked: the one that any plain text might pass for comes last.
BUILT_IN: tuple[Format, ...] = (feed.FORMAT, json_lines.FORMAT, page_dump.FORMAT)

_HEAD = 64 * 1024
_ALIASES = {
    "jsonl": "json-lines",
    "ndjson": "json-lines",
    "rss": "feed",
    "atom": "feed",
    "hf": "page-dump",
}
_BINARY = (
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\0", "an SQLite database"),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def parse(
    data: bytes,
    wanted: str = "auto",
    formats: Sequence[Format] = (),
    fields: Mapping[str, str] | None = None,
) -> Parsed:
    """Return the papers of a document. `formats` are asked in order (none: the built-in ones).

    `fields` gives other names for our keys, where a format has keys. Raises RefusedInput.
    """
    found = detect(data, wanted, formats)
    renamed: Callable[[Mapping[str, str]], Format] | None = getattr(found, "with_fields", None)
    if fields and renamed is not None:
        found = renamed(fields)
    return found.parse(as_utf8(data))


def detect(data: bytes, wanted: str = "auto", formats: Sequence[Format] = ()) -> Format:
    """Return the format that `data` is of; `wanted` names one outright.

    Raises RefusedInput for what is empty, binary, not UTF-8 or of no known kind.
    """
    known = ordered(formats) if formats else BUILT_IN
    text = as_utf8(data)
    if not text.strip():
        raise RefusedInput(
            "the file is empty" if not data else "the file holds nothing but white space"
        )
    if wanted != "auto":
        return _named(wanted, known)
    head = text[:_HEAD]
    _refuse_binary(head)
    for candidate in known:
        if candidate.recognise(head):
            return candidate
    decoded(text)
    raise RefusedInput(f"{_seems(head)}: known formats are {_list(known)}")


def is_known(wanted: str) -> bool:
    """Say whether a format can be asked for by this name."""
    return wanted == "auto" or _ALIASES.get(wanted, wanted) in {one.name for one in BUILT_IN}


def ordered(formats: Sequence[Format]) -> tuple[Format, ...]:
    """Return the formats with the most lenient one, the page dump, asked last."""
    return tuple(sorted(formats, key=lambda one: one.name == page_dump.FORMAT.name))


def _named(wanted: str, known: Sequence[Format]) -> Format:
    name = _ALIASES.get(wanted.lower(), wanted.lower())
    for candidate in known:
        if candidate.name == name:
            return candidate
    raise RefusedInput(f'unknown format "{wanted}": known formats are {_list(known)}')


def _refuse_binary(head: bytes) -> None:
    for magic, what in _BINARY:
        if head.startswith(magic):
            raise RefusedInput(f"not text: it is {what}")
    odd = _NOT_TEXT.search(head)
    if odd is not None and len(_NOT_TEXT.findall(head)) * 50 > len(head):
        raise RefusedInput(f"not text: byte {head[odd.start()]:#04x} at offset {odd.start():,}")


def _seems(head: bytes) -> str:
    start = head.lstrip()
    if _HTML.match(start):
        return "an HTML page"
    if start.startswith(b"<"):
        return "XML, but no RSS or Atom feed"
    if start.startswith(b"["):
        return "a JSON list; write one object a line"
    if start.startswith(b"{"):
        return "JSON, but not one object a line"
    return "not recognised"


def _list(known: Sequence[Format]) -> str:
    return ", ".join(sorted(one.name for one in known))
