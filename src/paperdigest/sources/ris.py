"""The `ris` format: what reference managers and publishers export.

https://en.wikipedia.org/wiki/RIS_(file_format). A record stands between `TY  - ` and `ER  - `; which tag a
program uses for what differs, so each thing is looked for under several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed
from paperdigest.sources import citation, tagged_lines
from paperdigest.sources.date_words import told
from paperdigest.sources.encoding import as_utf8
from paperdigest.sources.tagged_lines import Record
from paperdigest.sources.text_lines import lines_of

_NAME = "ris"
_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?")
_BEGINS = re.compile(
    rb"(?:\A|[\r\n])TY {1,2}- [A-Za-z][A-Za-z0-9]{2,9}[ \t]*[\r\n]+[A-Z][A-Z0-9] {1,2}-[ \r\n]"
)
_NUMBER = re.compile(r"[0-9]+")
_BETWEEN_ADDRESSES = re.compile(r"\s+;?\s*|;\s+|;(?=https?://)")
_VENUES = ("JF", "T2", "JO", "JA", "J2", "J1")


@dataclass(frozen=True, slots=True)
class Ris:
    """Tagged lines, `TY  - ` to `ER  - `. Bad records are rejected singly."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether a record begins; anything may stand before the first, except markup and JSON."""
        text = as_utf8(head)
        return not text.lstrip().startswith((b"<", b"{")) and _BEGINS.search(text) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the file's order. Raises RefusedInput past the budget of bad records."""
        return tagged_lines.parsed(_NAME, _records(lines_of(data)), _paper)


FORMAT = Ris()


def _records(lines: Iterable[str]) -> Iterator[Record]:
    """Yield the records. What stands between them says nothing; a new one also ends the one before."""
    record: Record | None = None
    for number, line in enumerate(lines, 1):
        tag, value = _tagged(line)
        if record is not None and tag in ("ER", "TY"):
            record.ended = True
            yield record
            record = None
        if tag == "TY":
            record = Record(number)
        elif record is not None and tag:
            record.add(tag, value)
        elif record is not None:
            record.go_on(line)
    if record is not None:
        yield record


def _tagged(line: str) -> tuple[str, str]:
    """Return the tag and the value, two empty texts for a line that only goes on."""
    found = _TAG.fullmatch(line)
    return (found[1], (found[2] or "").strip()) if found else ("", "")


def _paper(record: Record) -> Paper:
    venue = record.first(*_VENUES)
    return citation.paper_of(
        citation.Citation(
            title=record.first("TI", "T1", "CT", "BT"),
            abstract="\n".join(record.values("AB")) or "\n".join(record.values("N2")),
            names=(citation.turned(name.split(",")) for name in _names(record)),
            ids=(*_ids(record), citation.arxiv_in_venue(venue)),
            keywords=(word for value in record.values("KW") for word in re.split(r"[;\n]", value)),
            venue=venue,
            urls=_addresses(record, "UR", "L2"),
            pdfs=_addresses(record, "L1"),
            published_at=_published(record),
        )
    )


def _names(record: Record) -> Iterable[str]:
    """Return the authors; some programs write each of them under both tags, some all of them in one field."""
    return dict.fromkeys(
        name for value in record.values("AU", "A1") for name in value.split(";") if name.strip()
    )


def _ids(record: Record) -> Iterator[str]:
    """Yield what its fields say outright to be an id: programs keep DOIs and accession numbers in several."""
    for value in record.values("DO", "DI"):
        yield citation.some_doi(value)
    for value in record.values("M3", "C2", "AN"):
        low = value.lower()
        if low.startswith(("10.", "doi:")):
            yield citation.some_doi(value)
        elif low.startswith("arxiv:"):
            yield citation.some_arxiv(value)
        elif low.startswith("pmid"):
            yield citation.some_pmid(value)
        elif low.startswith("pmc"):
            yield citation.some_pmc(value)


def _addresses(record: Record, *tags: str) -> Iterator[str]:
    return (one for value in record.values(*tags) for one in _BETWEEN_ADDRESSES.split(value))


def _published(record: Record) -> datetime | None:
    """Return the date of `PY` or `Y1`, or that of `DA` where it says more of the same year."""
    year, date = record.first("PY", "Y1"), record.first("DA")
    told_year, told_date = _day(year), _day(date)
    if told_year is None or told_date is None:
        return told_year or told_date
    says_more = len(_NUMBER.findall(date)) > len(_NUMBER.findall(year))
    return told_date if says_more and told_date.year == told_year.year else told_year


def _day(value: str) -> datetime | None:
    """Return the day of "2006/05/03/remark", whose parts may be empty."""
    return told(" ".join(value.split("/")[:3]))
