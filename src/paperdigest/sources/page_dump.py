"""The `page-dump` format: a papers page saved as text, titles and abstracts in the page's own order.

Told by content, in both layouts (blank lines between, or line by line). Which line is what: `page_lines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean
from paperdigest.sources.abstract_text import without_heading
from paperdigest.sources.budget import check_budget
from paperdigest.sources.encoding import decoded
from paperdigest.sources.page_chrome import is_chrome, is_header, unglued
from paperdigest.sources.page_headings import headed
from paperdigest.sources.page_lines import Line, Role, roles

_NAME = "page-dump"
#: No abstract is longer; what is came from a broken file.
_LINE_CAP = 100_000
#: A page of ten papers is not given up for one stray paragraph.
_FREE_REJECTS = 3
#: Line starts of the text formats that are not ours: RIS, MEDLINE, BibTeX, mail, TOML, INI.
_FOREIGN = re.compile(
    r"[A-Z][A-Z0-9]{1,3}\s{0,2}- "
    # Web of Science's and RefWorks's tags
    r"|(?:FN|VR|PT|AU|AF|TI|SO|LA|DT|DE|AB|C1|C3|RP|EM|OI|FU|FX|CR|NR|TC|Z9|U1|U2|PU|PI|PA|SN|EI|J9|JI|PD|PY|VL|BP|EP|DI|PG"
    r"|WC|SC|GA|UT|DA|RT|SR|A1|T1|JF|YR|OP|ER|EF)(?: |$)"
    r"|@\w+\s*\{|(?:From|To|Subject|Date|Received):\s|\[[\w.\[\]\" -]+\]$|\w+ = "
)
#: Lines that a hand-made Markdown note has and a saved page has not: headings, tables, fences.
_MARKDOWN = re.compile(r"#{1,6} \S|\|.*\|$|```")
_MOST_MARKDOWN = 1
_LIST_MARKS = (re.compile(r"(?P<n>)[*•-] +(?=\S)"), re.compile(r"(?P<n>\d{1,4})[.)] +(?=\S)"))
_HEADING_MARK = re.compile(r"\A#{2,6} (?=\S)")


@dataclass(slots=True)
class _Record:
    """A title and what was found below it, while the lines are read."""

    title: str
    abstract: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.abstract)


@dataclass(frozen=True, slots=True)
class PageDump:
    """A saved page: no ids, no authors, no dates, but an order, which is the page's ranking."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it reads like a page: its header, or titles each followed by an abstract."""
        text = head.decode("utf-8-sig", errors="ignore")
        if "\0" in text or text.lstrip()[:1] in ("", "{", "[", "<"):
            return False
        lines = _lines(text)
        if any(is_header(line.text) for line in lines):
            return True
        if _count(_FOREIGN, lines) * 4 > len(lines) or _count(_MARKDOWN, lines) > _MOST_MARKDOWN:
            return False
        found = roles(lines)
        pairs, orphans = found.count(Role.ABSTRACT), found.count(Role.ORPHAN)
        return pairs > 0 and pairs > orphans

    def parse(self, data: bytes) -> Parsed:
        """Return the papers with their places. Raises RefusedInput when there are none."""
        text = decoded(data)
        lines = _lines(text)
        records, rejected = _headed(text) or _records(lines, is_cut=not text.endswith("\n"))
        _unlist(records)
        if not records:
            raise RefusedInput(
                "no papers found in this page" + (", only its header" if lines else "")
            )
        check_budget(rejected, len(records) + len(rejected), free=_FREE_REJECTS)
        papers = (_paper(record, rank, len(records)) for rank, record in enumerate(records, 1))
        return Parsed(_NAME, tuple(papers), tuple(rejected))


FORMAT = PageDump()


def _count(pattern: re.Pattern[str], lines: Iterable[Line]) -> int:
    return sum(pattern.match(line.text) is not None for line in lines)


def _lines(text: str) -> list[Line]:
    found: list[Line] = []
    gap, after_chrome = False, True
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        stripped = clean(raw)
        if not stripped:
            gap = True
            continue
        whole = unglued(stripped, after_chrome=after_chrome)
        after_chrome = is_chrome(whole)
        found.append(Line(number, whole, gap))
        gap = False
    return found


def _headed(text: str) -> tuple[list[_Record], list[Rejected]] | None:
    """Return the papers of a page whose titles are headings; None if they are not."""
    found = headed(text)
    return ([_Record(paper.title, paper.abstract) for paper in found], []) if found else None


def _records(lines: list[Line], *, is_cut: bool) -> tuple[list[_Record], list[Rejected]]:
    rejected = [
        Rejected(line.number, _too_long(line)) for line in lines if len(line.text) > _LINE_CAP
    ]
    kept = [line for line in lines if len(line.text) <= _LINE_CAP]
    records: list[_Record] = []
    for line, role in _orphans_apart(kept, rejected, is_cut=is_cut):
        if role is Role.TITLE:
            records.append(_Record(_HEADING_MARK.sub("", line.text)))
        elif role is Role.TITLE_REST:
            records[-1].title += " " + line.text
        else:
            records[-1].abstract.append(line.text)
    rejected.sort(key=lambda item: item.place)
    return _without_doubles(records), rejected


def _orphans_apart(
    lines: list[Line], rejected: list[Rejected], *, is_cut: bool
) -> Iterator[tuple[Line, Role]]:
    """Yield what belongs to a record; note abstracts without a title, and what follows them, apart."""
    lost = True
    for line, role in zip(lines, roles(lines, is_cut=is_cut), strict=True):
        if role is Role.ORPHAN:
            rejected.append(Rejected(line.number, "an abstract without a title above it"))
            lost = True
        elif role is Role.TITLE:
            lost = False
        if role is Role.CHROME or lost:
            continue
        yield line, role


def _too_long(line: Line) -> str:
    return f"a line of {len(line.text):,} characters is no abstract (at most {_LINE_CAP:,})"


def _without_doubles(records: Iterable[_Record]) -> list[_Record]:
    """Return the records, each paper once: a title that was saved twice, or a page that shows it again."""
    kept: dict[str, _Record] = {}
    for place, record in enumerate(records):
        name = record.title.casefold()
        known = kept.setdefault(name, record)
        if known is record:
            continue
        if not known.abstract:
            known.abstract = record.abstract
        elif record.abstract and record.text != known.text:
            kept[f"{name}\n{place}"] = record  # another paper of the same name
    return list(kept.values())


def _unlist(records: Sequence[_Record]) -> None:
    """Take the marks of a list from the titles, if all of them are in one: bullets, or numbers that count up."""
    for mark in _LIST_MARKS:
        marks = [mark.match(record.title) for record in records]
        if len(marks) > 1 and all(marks) and _counts_up([one["n"] for one in marks if one]):
            for record in records:
                record.title = mark.sub("", record.title, count=1)


def _counts_up(numbers: Sequence[str]) -> bool:
    given = [int(number) for number in numbers if number]
    return not given or given == list(range(given[0], given[0] + len(numbers)))


def _paper(record: _Record, rank: int, rank_of: int) -> Paper:
    abstract = clean(without_heading(record.text), ABSTRACT_CAP)
    title = clean(record.title, TITLE_CAP)
    cut = abstract.endswith(("…", "..."))
    return Paper(
        title=title, abstract=abstract, rank=rank, rank_of=rank_of, partial=cut or not abstract
    )
