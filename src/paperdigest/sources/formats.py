"""Which kind of document some bytes are, told by their content and never by a name or a content type.

Each kind's own module knows how it looks and how it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Format, Parsed
from paperdigest.sources import (
    arxiv_snapshot,
    bibtex,
    biorxiv,
    crossref,
    feed,
    hf_daily,
    json_lines,
    json_list,
    medline,
    openalex,
    openreview,
    page_dump,
    page_markdown,
    pubmed_xml,
    ris,
    semantic_scholar,
    table,
)
from paperdigest.sources.encoding import as_utf8, decoded
from paperdigest.sources.xml_document import root_of

#: In the order they are asked: a service's own answers before JSON in general, one object alone on its line
#: before many, and the one that any plain text might pass for at the end.
BUILT_IN: tuple[Format, ...] = (
    feed.FORMAT,
    pubmed_xml.FORMAT,
    hf_daily.FORMAT,
    biorxiv.FORMAT,
    crossref.FORMAT,
    openalex.FORMAT,
    openreview.FORMAT,
    semantic_scholar.FORMAT,
    json_list.FORMAT,
    arxiv_snapshot.FORMAT,
    json_lines.FORMAT,
    bibtex.FORMAT,
    medline.FORMAT,
    ris.FORMAT,
    table.FORMAT,
    page_markdown.FORMAT,
    page_dump.FORMAT,
)
_ORDER = {one.name: place for place, one in enumerate(BUILT_IN)}

_HEAD = 64 * 1024
_ALIASES = {
    "atom": "feed",
    "bib": "bibtex",
    "biblatex": "bibtex",
    "csv": "table",
    "daily-papers": "hf-daily",
    "endnote": "ris",
    "hf": "page-dump",
    "hf-api": "hf-daily",
    "hf-markdown": "page-markdown",
    "json-list": "json",
    "jsonl": "json-lines",
    "kaggle": "arxiv-snapshot",
    "medline": "nbib",
    "medrxiv": "biorxiv",
    "ndjson": "json-lines",
    "pubmed-xml": "pubmed",
    "rss": "feed",
    "s2": "semantic-scholar",
    "tsv": "table",
}
_BINARY = (
    (b"PK\x03\x04", "a zip archive inside another: unpack it once before"),
    (b"\x28\xb5\x2f\xfd", "a zstd file inside another: unpack it once before"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\0", "an SQLite database"),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_XML = {
    "": "broken XML",
    "opml": 'a list of feeds (OPML): write a [[source]] of kind "feed" for each of them',
    "article": "the full text of one article (JATS), not a list of papers",
}
_TAGGED = (
    (
        re.compile(rb"FN \S.*[\r\n]+VR "),
        "Web of Science's tagged lines: export RIS, BibTeX or tab-delimited text instead",
    ),
    (re.compile(rb"%[0TA] \S"), "EndNote's tagged lines: export RIS or BibTeX instead"),
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
    return detect(data, wanted, formats, fields).parse(as_utf8(data))


def detect(
    data: bytes,
    wanted: str = "auto",
    formats: Sequence[Format] = (),
    fields: Mapping[str, str] | None = None,
) -> Format:
    """Return the format that `data` is of; `wanted` names one outright. Arguments as of `parse`.

    Raises RefusedInput for what is empty, binary, not UTF-8 or of no known kind.
    """
    known = [_renamed(one, fields or {}) for one in (ordered(formats) if formats else BUILT_IN)]
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


def _renamed(one: Format, fields: Mapping[str, str]) -> Format:
    """Return the format for documents that call our keys something else, if it has keys."""
    renamed: Callable[[Mapping[str, str]], Format] | None = getattr(one, "with_fields", None)
    return one if not fields or renamed is None else renamed(fields)


def is_known(wanted: str) -> bool:
    """Say whether a format can be asked for by this name."""
    return wanted == "auto" or _ALIASES.get(wanted, wanted) in {one.name for one in BUILT_IN}


def ordered(formats: Sequence[Format]) -> tuple[Format, ...]:
    """Return the formats in the order they are asked: those of others first, the most lenient one last."""
    return tuple(sorted(formats, key=lambda one: _ORDER.get(one.name, -1)))


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
        root = root_of(head).rpartition(":")[2][:40]
        return _XML.get(
            root.lower(), f"XML with the root element <{root}>, neither a feed nor PubMed's"
        )
    if start.startswith((b"[", b"{")):
        return "JSON, but of no service we know, and no list of records with titles"
    return next((what for begins, what in _TAGGED if begins.match(start)), "not recognised")


def _list(known: Sequence[Format]) -> str:
    return ", ".join(sorted(one.name for one in known))
