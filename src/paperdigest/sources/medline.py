"""The `nbib` format: PubMed's records as tagged lines, what "Send to: Citation manager" saves.

https://www.nlm.nih.gov/bsd/mms/medlineelements.html. A record begins with its PMID and ends with its SO line
or a blank one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed
from paperdigest.sources import citation, nlm, tagged_lines
from paperdigest.sources.date_words import told
from paperdigest.sources.encoding import as_utf8
from paperdigest.sources.tagged_lines import Record
from paperdigest.sources.text_lines import lines_of

_NAME = "nbib"
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) *")
_BEGINS = re.compile(rb"\s*PMID- [0-9]{1,10}[ \t]*[\r\n]")
_ANOTHER = re.compile(rb"(?:\r|\n|\A)(?:OWN |STAT|DP  |TI  |AB  |FAU |AU  |IS  |LID )- ")
_EXACT = re.compile(r"[0-9]{4} [A-Z][a-z]{2} [0-9]{1,2}")
_TYPED = re.compile(r"(.*\S)\s*\[(doi|pii)\]", re.DOTALL)
_MARK = re.compile(r"\s*\*")


@dataclass(frozen=True, slots=True)
class Medline:
    """Tagged lines, `TI  - ` and six blanks where a value goes on. Bad records are rejected singly."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether the first line is a PMID's, and other fields follow."""
        text = as_utf8(head)
        begins = _BEGINS.match(text)
        return begins is not None and _ANOTHER.search(text, begins.end() - 1) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the file's order. Raises RefusedInput past the budget of bad records."""
        return tagged_lines.parsed(_NAME, _records(lines_of(data)), _paper)


FORMAT = Medline()


def _records(lines: Iterable[str]) -> Iterator[Record]:
    """Yield the records. What stands before a first field, or between records, says nothing."""
    record: Record | None = None
    for number, line in enumerate(lines, 1):
        tag, value = _tagged(line)
        # A line of blanks may be the beginning of one that goes on, where the file is cut.
        if record is not None and (not line or tag == "PMID"):
            record.ended = True
            yield record
            record = None
        if tag and record is None:
            record = Record(number)
        if tag and record is not None:
            record.add(tag, value)
        elif record is not None:
            record.go_on(line)
    if record is not None:
        record.ended = record.fields[-1][0] == "SO"
        yield record


def _tagged(line: str) -> tuple[str, str]:
    """Return the tag and the value, two empty texts for a line that only goes on."""
    tag = _TAG.fullmatch(line[:4]) if line[4:5] == "-" else None
    return (tag[1], line[5:].strip()) if tag and line[5:6] in ("", " ") else ("", "")


def _paper(record: Record) -> Paper:
    types = list(record.values("PT"))
    pmid = citation.some_pmid(record.first("PMID"))
    dates = [told(record.first(tag)) for tag in ("DEP", "DP", "CRDT", "EDAT", "LR")]
    online, issue, created, entered, revised = dates
    return citation.paper_of(
        citation.Citation(
            title=nlm.title_of(record.first("TI", "BTI"), record.first("TT")),
            abstract=record.first("AB"),
            names=_names(record),
            ids=(pmid, citation.some_pmc(record.first("PMC")), *_ids(record)),
            keywords=_keywords(record),
            venue=nlm.venue_of(record.first("JT", "TA"), types),
            urls=(nlm.address_of(pmid.removeprefix("pmid:")),) if pmid else (),
            published_at=nlm.published(
                online,
                issue,
                min(filter(None, (created, entered)), default=None),
                exact=_EXACT.fullmatch(record.first("DP")) is not None,
            ),
            updated_at=revised,
            withdrawn=nlm.is_retracted(types),
        )
    )


def _names(record: Record) -> Iterator[str]:
    """Yield the authors; `FAU` has the name in full, the `AU` after it the same with initials."""
    before = ""
    for tag, value in record.pairs("FAU", "AU", "CN"):
        if tag == "FAU":
            yield citation.turned(value.split(","))
        elif tag == "CN" or before != "FAU":
            yield value
        before = tag


def _ids(record: Record) -> Iterator[str]:
    for value in record.values("LID", "AID"):
        typed = _TYPED.fullmatch(value)
        if typed is None:
            continue
        if typed[2] == "doi":
            yield citation.some_doi(typed[1])
        elif typed[1][:6].lower() == "arxiv:":
            yield citation.some_arxiv(typed[1])


def _keywords(record: Record) -> Iterator[str]:
    """Yield the authors' keywords, then the subject headings without what qualifies or stresses them."""
    yield from (_MARK.sub("", value) for value in record.values("OT"))
    yield from (_MARK.sub("", value.partition("/")[0]) for value in record.values("MH"))
