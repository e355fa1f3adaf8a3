"""The `arxiv-snapshot` format: arXiv's metadata snapshot, one paper a line with all its versions.

https://www.kaggle.com/datasets/Cornell-University/arxiv. Lines are read as in `json_lines`; `record` reads one
alone, for a snapshot that is too large to be read whole. Names: https://github.com/arXiv/arxiv-base, `authors_parsed`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url

# What arXiv's own feeds call withdrawn is withdrawn here: two sources must not differ about it.
from paperdigest.sources.arxiv_feed import _WITHDRAWN
from paperdigest.sources.dates import utc
from paperdigest.sources.encoding import as_utf8
from paperdigest.sources.ids import arxiv, doi_of
from paperdigest.sources.json_lines import by_line, not_json, object_of
from paperdigest.sources.json_record import BadRecordError
from paperdigest.sources.names import MOST, split_creators

_NAME = "arxiv-snapshot"
_LOOK = 20
_NAME_CAP = 200
_VENUE_CAP = 500
_COMMENTS_CAP = 500
_MOST_CATEGORIES = 200
_MOST_DOIS = 5
_DOI_CAP = 500
_MOST_VERSIONS = 9_999

#: Keys that our own lines do not have. A quote inside a text is escaped, so none of these is found in one.
_MARK = re.compile(rb'"(authors_parsed|versions|submitter|update_date|report-no|journal-ref)"\s*:')
#: How every line of arXiv's own begins: one with thousands of authors shows little more of itself.
_BEGINS = re.compile(rb'\s*\{\s*"id"\s*:\s*"[^"\\]*"\s*,\s*"submitter"\s*:')
_OBJECT = re.compile(rb'\s*\{\s*"')

_CREATED = re.compile(
    r"[A-Z][a-z]{2}, ([0-3]?[0-9]) ([A-Z][a-z]{2}) (199[1-9]|20[0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT",
    re.ASCII,
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_VERSION = re.compile(r"v?([0-9]{1,4})", re.ASCII)
_AND = re.compile(r",? and ")
_AFFILIATIONS_DEEP = 3
_AFFILIATION = re.compile(r"\([^()]*\)")
#: In names joined by bars: one that is empty, or has a blank at its end.
_BLANK_END = re.compile(r"\A\||\|\Z|\|\||\| | \|")


@dataclass(frozen=True, slots=True)
class ArxivSnapshot:
    """One JSON object a line, as arXiv keeps it."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether most of the first lines are records of arXiv's: one bad line hides nothing."""
        lines = [line for line in as_utf8(head).split(b"\n", _LOOK)[:_LOOK] if line.strip()]
        return sum(map(_is_record, lines)) * 2 > len(lines)

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the file's order. Raises RefusedInput past the budget of bad lines."""
        return by_line(_NAME, data, lambda line: _paper(object_of(line)))


FORMAT = ArxivSnapshot()


def record(line: bytes) -> Paper:
    """Return the paper of one line, with or without its line end. Raises BadRecordError."""
    try:
        return _paper(object_of(line.rstrip(b"\n")))
    except json.JSONDecodeError as error:
        raise BadRecordError(not_json(error)) from error
    except UnicodeDecodeError as error:
        raise BadRecordError(f"not valid UTF-8 at byte {error.start:,} of the line") from error


def _is_record(line: bytes) -> bool:
    if not _OBJECT.match(line):
        return False
    return _BEGINS.match(line) is not None or len(set(_MARK.findall(line))) >= 2


def _paper(value: Mapping[str, object]) -> Paper:
    title = clean(_unwrapped(value, "title"), TITLE_CAP)
    if not title:
        raise BadRecordError("no title")
    name, carried = _id(value)
    dois = _dois(_text(value, "doi"))
    abstract = clean(_unwrapped(value, "abstract"), ABSTRACT_CAP)
    comments = clean(_unwrapped(value, "comments"), _COMMENTS_CAP)
    version, published_at, updated_at = _versions(value)
    return Paper(
        title=title,
        abstract=abstract,
        id=name,
        ids=(name, *dois),
        authors=_authors(value),
        categories=_categories(value),
        venue=clean(_unwrapped(value, "journal-ref"), _VENUE_CAP),
        url=f"https://arxiv.org/abs/{name.removeprefix('arxiv:')}",
        links=_links(name, dois),
        published_at=published_at,
        updated_at=updated_at,
        version=version or carried,
        withdrawn=_says_withdrawn(comments) or _says_withdrawn(abstract),
        partial=not abstract,
    )


def _text(value: Mapping[str, object], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""


def _unwrapped(value: Mapping[str, object], key: str) -> str:
    """Return a text without its line ends: mostly nothing is left for `clean` to do then."""
    return _text(value, key).strip().replace("\n", " ")


def _id(value: Mapping[str, object]) -> tuple[str, int | None]:
    text = _text(value, "id")
    found = arxiv(text) if len(text) <= _NAME_CAP and text.isascii() else None
    if found is None:
        shown = clean(text, 60)
        raise BadRecordError(f'"{shown}" is no arXiv id' if shown else "no id")
    return found


def _dois(text: str) -> tuple[str, ...]:
    """Return the DOIs: mostly one, at times several parted by blanks."""
    if not text:
        return ()
    named = (doi_of(word) for word in clean(text, _MOST_DOIS * _DOI_CAP).split())
    return tuple(dict.fromkeys(name for name in named if name))[:_MOST_DOIS]


def _links(name: str, dois: tuple[str, ...]) -> tuple[Link, ...]:
    bare = name.removeprefix("arxiv:")
    own = (
        Link("abstract", f"https://arxiv.org/abs/{bare}"),
        Link("pdf", f"https://arxiv.org/pdf/{bare}"),
    )
    addresses = (safe_url("https://doi.org/" + doi.removeprefix("doi:")) for doi in dois)
    return own + tuple([Link("doi", address) for address in addresses if address])


def _says_withdrawn(text: str) -> bool:
    return _WITHDRAWN.match(text) is not None


# ------------------------------------------------------------------ names and categories


def _authors(value: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names as read by arXiv: family name, other names, suffix, then affiliations."""
    read = value.get("authors_parsed")
    if isinstance(read, list) and read:
        return _cleaned([_name(one) for one in read[:MOST]])
    return _listed(_unwrapped(value, "authors"))


def _listed(text: str) -> tuple[str, ...]:
    """Return the names of the text that was read: parted by commas and "and", affiliations in parentheses."""
    for _ in range(_AFFILIATIONS_DEEP):
        text = _AFFILIATION.sub("", text)
    bare = _AND.sub(", ", " ".join(re.sub(r"[()]", "", text).split()))
    return split_creators(",".join(name[: 5 * _NAME_CAP] for name in bare.split(",")))


def _name(parts: object) -> str:
    if not isinstance(parts, list):
        return ""
    family, first, suffix = parts[:3] if len(parts) > 2 else (*parts, "", "", "")[:3]
    if isinstance(first, str) and isinstance(family, str) and first and not suffix:
        return f"{first} {family}"
    return _odd_name(family, first, suffix)


def _odd_name(*parts: object) -> str:
    family, first, suffix = (part.strip() if isinstance(part, str) else "" for part in parts)
    name = f"{first} {family}".strip()
    return f"{name}, {suffix}" if suffix and name else name


def _cleaned(names: list[str]) -> tuple[str, ...]:
    """Return the names that are some: one look at all is faster than one at each."""
    row = "|".join(names)
    if (
        len(max(names, key=len)) * 4 <= _NAME_CAP
        and clean(row) == row
        and not _BLANK_END.search(row)
    ):
        return tuple(names)
    return tuple([name for one in names if (name := clean(one, _NAME_CAP))])


def _categories(value: Mapping[str, object]) -> tuple[str, ...]:
    """Return the categories in their order, the primary one first; early snapshots had a list of one text."""
    given = value.get("categories")
    texts = given if isinstance(given, list) else [given]
    words = (word for text in texts if isinstance(text, str) for word in text.split())
    return tuple(dict.fromkeys(name for word in words if (name := clean(word, _NAME_CAP))))[
        :_MOST_CATEGORIES
    ]


# ------------------------------------------------------------------ versions


def _versions(
    value: Mapping[str, object],
) -> tuple[int | None, datetime | None, datetime | None]:
    """Return the highest version, when the first one came, and when the highest did.

    `update_date` is the day any of the metadata changed: it only stands in where there is no version.
    """
    created = dict(_created(value.get("versions")))
    if not created:
        return None, None, utc(_text(value, "update_date"))
    highest = max(created)
    return highest, _instant(created.get(1, "")), _instant(created[highest])


def _created(versions: object) -> Iterator[tuple[int, str]]:
    if not isinstance(versions, list):
        return
    for one in versions[:_MOST_VERSIONS]:
        if isinstance(one, Mapping) and (number := _VERSION.fullmatch(_text(one, "version"))):
            yield int(number[1]), _text(one, "created")


def _instant(text: str) -> datetime | None:
    """Return what `utc` does; dates are most of the work, so arXiv's own spelling is read directly."""
    found = _CREATED.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        return utc(text)
    day, month, year, hour, minute, second = found.groups()
    try:
        return datetime(
            int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:  # the 31st of February, or second 60
        return utc(text)
