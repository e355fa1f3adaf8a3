"""The `page-markdown` format: a papers page of Hugging Face saved as Markdown, with its links.

The links to `/papers/<id>` say whose title, abstract and votes a text is; pages saved without links are
`page_dump`'s. Every record is partial: the page may show a summary in place of the abstract, or cut it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources import hf_daily
from paperdigest.sources.budget import check_budget
from paperdigest.sources.dates import utc
from paperdigest.sources.encoding import decoded
from paperdigest.sources.hf_daily import hub_id, hub_links, hub_url
from paperdigest.sources.page_chrome import is_chrome
from paperdigest.sources.page_headings import HeadedPaper, headed
from paperdigest.sources.page_html import as_markdown, carried, is_page
from paperdigest.sources.page_links import inlined

_NAME = "page-markdown"
#: A page of ten papers is not given up for one stray link.
_FREE_REJECTS = 3
_SHORTEST_ABSTRACT = 40
_LONGEST_LABEL = 400
#: What dates, buttons and names of a block may take; more is text.
_LONGEST_NOTE = 1_000
_LAST = 2_000

_ID = r"[a-z-]{2,20}(?:\.[A-Z]{2})?(?:/|%2F)\d{7}|\w[\w.-]{2,99}"
_HOST = r"(?:https?://[^\s()/<>]{1,200})?"
#: The end of a link to a paper: `](https://huggingface.co/papers/2401.00001)`, on any host or none.
_PAPER = re.compile(rf"\]\({_HOST}/papers/(?P<id>{_ID})(?P<tail>[?#][^\s()]{{0,300}})?\)", re.ASCII)
#: The button to vote: its link names the paper, and its text ends in the votes.
_VOTES = re.compile(
    rf"(?P<votes>(?<![\w.,-])\d[\d,]{{0,11}})?\s{{0,4}}\]\({_HOST}/login\?next=(?:/|%2F)papers(?:/|%2F)(?P<id>{_ID})\)",
    re.ASCII,
)
_NO_PAPERS = frozenset({"trending", "date", "week", "month", "submit", "bookmarks"})
_OPENS = re.compile(r"[ \t]{0,3}(?:#{1,6}[ \t]+\S|!?\[)")
_LINK_END = re.compile(r"\]\([^\s()]*\)\s*$")
_ANY_LINK = re.compile(r"\]\((?:https?:/)?/")
_CUT_LINK = re.compile(r"\]\([^\s()]*\Z")
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^\s()]{0,1000}\)")
_BUTTON = re.compile(r"\[(?P<text>[^\[\]\n]{1,60})\]\((?P<url>https?://[^\s()]{1,1000})\)")
_CODE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/?", re.ASCII)
_MARK = re.compile(r"[ \t]{0,3}(?:#{1,6}[ \t]+)?\**\[?")
_AUTHORS = re.compile(r"[-·•\s]*\d+ authors?\s*", re.IGNORECASE)
#: A line end inside of a link is saved as one or two backslashes before it.
_WRAP = re.compile(r"\\{1,2}(?=\s|\Z)")
_ESCAPED = re.compile(r"\\([\[\]_*])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]{{0,6}} (\d{{1,2}}), (\d{{4}})\b", re.IGNORECASE)
_SEARCH = re.compile(r"/papers\?(?:[^\s()]{0,300}&)?q=")
_PAGE = re.compile(
    r"get trending papers in your e?-?mail inbox|/login\?next=(?:/|%2F)papers", re.IGNORECASE
)
#: A title whose link is a number that a list at the end explains.
_NUMBERED = re.compile(r"^#{1,6} \[[^\[\]]{1,1000}\]\[\d{1,5}\]", re.MULTILINE)
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of the page: lines up to a blank one, or up to a link that ends its line. `number` is the
    first line's, from 1."""

    number: int
    text: str


@dataclass(slots=True)
class _Record:
    """A paper and what was found of it, while the page is read. `goes_on`: the next plain text is more of
    its abstract."""

    title: str
    abstract: str = ""
    goes_on: bool = False
    at: datetime | None = None
    links: dict[str, Link] = field(default_factory=dict)


@dataclass(slots=True)
class _Page:
    """What has been read so far. `current` is the paper that a text without a link to one belongs to."""

    records: dict[str, _Record] = field(default_factory=dict)
    votes: dict[str, int] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    current: _Record | None = None
    is_search: bool = False


@dataclass(frozen=True, slots=True)
class PageMarkdown:
    """A page of papers with ids, in the page's order, which is its ranking."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it is Markdown with a paper's link for a heading, from a page of Hugging Face."""
        text = head.decode("utf-8-sig", errors="ignore")
        if is_page(text):
            return True
        if "\0" in text or re.match(r"\s*(?:[{<]|\[\s*[{\]]|\Z)", text):
            return False
        if _PAGE.search(text) and _NUMBERED.search(text):
            return True  # what the numbers stand for may come at the end
        text = inlined(text)
        if not any(_is_heading(unit.text) and _link(unit.text) for unit in _units(text)):
            return False
        ids = [id_ for link in _PAPER.finditer(text) if (id_ := _named(link["id"]))]
        return len(set(ids)) < len(ids) or _PAGE.search(text) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the papers with their places; search results have none. Raises RefusedInput when there
        are no papers."""
        text = decoded(data)
        if is_page(text[:_HEAD]):
            json = carried(text)
            if json is not None:
                return replace(hf_daily.FORMAT.parse(json), format=_NAME)
            text = as_markdown(text)
        page = _Page()
        for unit in _units(inlined(text)):
            _read(page, unit)
        if not page.records:
            unlinked = headed(text)
            if unlinked:
                return Parsed(_NAME, tuple(_unlinked(unlinked)))
            raise RefusedInput("no papers found in this page: no heading is a link to one")
        check_budget(page.rejected, len(page.records) + len(page.rejected), free=_FREE_REJECTS)
        papers = (_paper(page, id_, place) for place, id_ in enumerate(page.records, 1))
        return Parsed(_NAME, tuple(papers), tuple(page.rejected))


FORMAT = PageMarkdown()


def _unlinked(found: list[HeadedPaper]) -> Iterator[Paper]:
    """Yield the papers of a page whose links were cut off with its end."""
    for place, paper in enumerate(found, 1):
        abstract = clean(" ".join(paper.abstract), ABSTRACT_CAP)
        title = clean(paper.title, TITLE_CAP)
        yield Paper(title=title, abstract=abstract, rank=place, rank_of=len(found), partial=True)


def _units(text: str) -> Iterator[_Unit]:
    first, lines = 1, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        opens = _OPENS.match(line)
        if lines and (not line.strip() or (opens and _stands_apart(line, lines))):
            yield _Unit(first, "\n".join(lines))
            lines = []
        if line.strip():
            first = first if lines else number
            lines.append(line)
            if _LINK_END.search(line[-_LAST:]):
                yield _Unit(first, "\n".join(lines))
                lines = []
    if lines:
        yield _Unit(first, "\n".join(lines))


def _stands_apart(line: str, before: list[str]) -> bool:
    """Say whether a line that opens a link or a heading is no more of the link that is open already."""
    return _is_heading(line) or not _OPENS.match(before[0])


def _is_heading(text: str) -> bool:
    return text.lstrip().startswith("#")


def _link(text: str) -> re.Match[str] | None:
    return next((one for one in _PAPER.finditer(text) if _named(one["id"])), None)


def _named(name: str) -> str:
    return "" if name in _NO_PAPERS else hub_id(name.replace("%2F", "/"))


# ------------------------------------------------------------------ one piece of the page


def _read(page: _Page, unit: _Unit) -> None:
    for vote in _VOTES.finditer(unit.text):
        if vote["votes"]:
            page.votes.setdefault(_named(vote["id"]), int(vote["votes"].replace(",", "")))
    if not page.records and _SEARCH.search(unit.text):
        page.is_search = True
    link = _link(unit.text)
    if link is not None and not (link["tail"] or "").startswith("#"):
        _linked(page, unit, _named(link["id"]), unit.text[: link.start()])
    elif _is_heading(unit.text):
        page.current = None  # the page's own, or one that is cut off
    elif page.current is not None:
        _told(page.current, unit.text)


def _linked(page: _Page, unit: _Unit, id_: str, before: str) -> None:
    """Take the text of a link to a paper: in a heading it is the title, else it may be the abstract."""
    text = _plain(_MARK.sub("", before, count=1))
    known = page.records.get(id_)
    page.current = known
    if known is not None:
        if not _is_heading(before) and not known.abstract and _is_text(text, known):
            known.abstract = text
    elif _is_heading(before):
        if clean(_IMAGE.sub("", text)):
            page.current = page.records[id_] = _Record(clean(text, TITLE_CAP))
        else:
            page.rejected.append(Rejected(unit.number, "a paper without a title"))
    elif len(_IMAGE.sub("", text)) > _LONGEST_LABEL:
        page.rejected.append(Rejected(unit.number, "an abstract without a title above it"))


def _told(record: _Record, text: str) -> None:
    """Take what stands below a paper without a link to it: an abstract, a date, buttons."""
    plain = _CUT_LINK.sub("", text)
    said = _plain(plain.removeprefix("["))
    is_next = record.goes_on and len(record.abstract) < ABSTRACT_CAP
    if (is_next or not record.abstract) and not _ANY_LINK.search(plain):
        record.goes_on = _is_text(said, record)
        if record.goes_on:
            record.abstract = f"{record.abstract} {said}".strip()
            return
    record.goes_on = False
    if len(text) <= _LONGEST_NOTE:
        record.at = record.at or _dated(text)
        for button in _BUTTON.finditer(text):
            _keep_button(record, button["text"].lower(), safe_url(button["url"]))


def _keep_button(record: _Record, label: str, url: str) -> None:
    if label.startswith("github") and _CODE.fullmatch(url):
        record.links.setdefault("code", Link("code", url))
    elif label.startswith("project") and url:
        record.links.setdefault("page", Link("page", url))


def _is_text(text: str, record: _Record) -> bool:
    """Say whether this may be an abstract: no picture, no count of authors, no words of the page."""
    seen = _IMAGE.sub("", text).strip()
    return not (
        len(seen) < _SHORTEST_ABSTRACT
        or seen == record.title
        or is_chrome(seen)
        or _AUTHORS.fullmatch(seen)
    )


def _plain(text: str) -> str:
    """Return the text without what Markdown added to it."""
    return _ESCAPED.sub(r"\1", _WRAP.sub(" ", text)).strip()


def _dated(text: str) -> datetime | None:
    """Return the day a block names. One without a year is this year's, and there is no clock here."""
    found = _DATE.search(text)
    if found is None:
        return None
    return utc(f"{found[3]}-{_MONTHS.index(found[1].lower()) + 1:02}-{int(found[2]):02}")


def _paper(page: _Page, id_: str, place: int) -> Paper:
    record = page.records[id_]
    return Paper(
        title=record.title,
        abstract=clean(record.abstract, ABSTRACT_CAP),
        id=id_,
        ids=(id_,),
        url=hub_url(id_),
        links=(*hub_links(id_), *record.links.values()),
        published_at=record.at,
        votes=page.votes.get(id_),
        rank=None if page.is_search else place,
        rank_of=None if page.is_search else len(page.records),
        partial=True,
    )
