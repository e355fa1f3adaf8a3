"""The `hf-daily` format: Hugging Face's daily papers as its service gives them, and as its page carries them.

Owns what a paper's name there means (`hub_id`, `hub_links`); `page_markdown` reads the same page as text.
https://huggingface.co/docs/hub/api
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import arxiv
from paperdigest.sources.json_document import at, load, parsed, text, texts, whole
from paperdigest.sources.names import MOST

_NAME = "hf-daily"
_NAME_CAP = 200
_KEYWORD_CAP = 200
_MOST_KEYWORDS = 200
#: SQLite's largest integer is larger; no paper has more votes.
_MOST_VOTES = 2**53
_ELLIPSES = ("…", "...", "[…]", "[...]")

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"')
_IS_ITEM = re.compile(rb'"(?:paper"\s*:\s*\{|dailyPapers"\s*:\s*\[|discussionId"\s*:)')
_IS_VOTED = re.compile(rb'"upvotes"\s*:|"dailyPapers"\s*:\s*\[\s*\]')
#: A second object on a line of its own: that is one record a line, and no document of ours.
_NEXT_LINE = re.compile(rb'\}[ \t\r]*\n\s*\{\s*"')
_OWN_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HfDaily:
    """An array of items, the page's own object with `dailyPapers`, or one item alone."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it begins like such an answer: JSON, with a paper that has `upvotes`."""
        if not _BEGINS.match(head) or _NEXT_LINE.search(head):
            return False
        return _IS_ITEM.search(head) is not None and _IS_VOTED.search(head) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in their order. A day without papers has none, and is well.

        Papers have a place only in the list of one day: a week, a month and the newest so many are
        other lists. Raises RefusedInput for other documents, broken ones, and the service's errors.
        """
        document = load(data)
        records = _records(document)
        found = parsed(_NAME, records, paper_of)
        if not _is_one_day(document, records):
            return found
        bad = {item.place for item in found.rejected}
        places = [place for place in range(1, len(records) + 1) if place not in bad]
        ranked = (
            replace(paper, rank=place, rank_of=len(records))
            for paper, place in zip(found.papers, places, strict=True)
        )
        return replace(found, papers=tuple(ranked))


FORMAT = HfDaily()


def hub_id(name: str) -> str:
    """Return the id of what Hugging Face calls `name`: `arxiv:…`, or `hf:…` for a paper that is not
    arXiv's; "" if it is no name of a paper."""
    named = arxiv(name)
    if named is not None:
        return named[0]
    return f"hf:{name}" if _OWN_NAME.fullmatch(name) else ""


def hub_url(id_: str) -> str:
    """Return the address of a paper's page at Hugging Face ("" without an id)."""
    return safe_url(f"https://huggingface.co/papers/{id_.partition(':')[2]}") if id_ else ""


def hub_links(id_: str) -> tuple[Link, ...]:
    """Return where the abstract and the PDF of a paper with this id are."""
    scheme, _, bare = id_.partition(":")
    if scheme != "arxiv":
        return ()
    return (
        Link("abstract", f"https://arxiv.org/abs/{bare}"),
        Link("pdf", f"https://arxiv.org/pdf/{bare}"),
    )


# ------------------------------------------------------------------ the document


def _records(document: object) -> Sequence[object]:
    if isinstance(document, list):
        return document
    listed = at(document, "dailyPapers")
    if isinstance(listed, list):
        return listed
    if isinstance(at(document, "paper"), Mapping) or at(document, "upvotes") is not None:
        return [document]
    error = clean(text(document, "error"), 300)
    if error:
        raise RefusedInput(f"Hugging Face answers with an error: {error}")
    raise RefusedInput("no daily papers of Hugging Face: neither a list of items nor an item")


def _is_one_day(document: object, records: Sequence[object]) -> bool:
    """Say whether this is the list of one day: the page says so, or all papers came on the same day."""
    if at(document, "dailyPapers") is not None:
        return _DAY.fullmatch(text(document, "dateString")) is not None
    if not isinstance(document, list):
        return False
    days = {_announced_on(record) for record in records}
    return len(days) == 1 and None not in days


def _announced_on(record: object) -> str | None:
    on = utc(text(_inner(record), "submittedOnDailyAt"))
    return None if on is None else on.date().isoformat()


# ------------------------------------------------------------------ one item


def _inner(record: object) -> object:
    """Return the paper in an item; a paper that came without its item is one itself."""
    paper = at(record, "paper")
    return paper if isinstance(paper, Mapping) else record


def paper_of(record: Mapping[str, object]) -> Paper:
    """Return what an item of the daily papers tells. Its title may be empty."""
    inner = _inner(record)
    id_ = hub_id(text(inner, "id"))
    abstract = clean(_either(inner, record, "summary"), ABSTRACT_CAP)
    return Paper(
        title=clean(_either(inner, record, "title"), TITLE_CAP),
        abstract=abstract,
        id=id_,
        ids=(id_,) if id_ else (),
        authors=_authors(inner),
        keywords=_keywords(inner),
        url=hub_url(id_),
        links=tuple(_links(inner, id_)),
        published_at=_published_at(inner, record),
        votes=_votes(inner),
        withdrawn=bool(at(inner, "withdrawnAt") or at(record, "withdrawnAt")),
        partial=not abstract or abstract.endswith(_ELLIPSES),
    )


def _either(inner: object, record: object, key: str) -> str:
    """Return the paper's own word, or the item's: there it may be shortened for the list."""
    return text(inner, key) or text(record, key)


def _published_at(inner: object, record: object) -> datetime | None:
    """Return when the paper came out. The day it was put on the list (`submittedOnDailyAt`) is another
    day, weeks later at times, and fills no date; old dumps have nothing but the item's own date."""
    return utc(text(inner, "publishedAt")) or utc(text(record, "publishedAt"))


def _authors(inner: object) -> tuple[str, ...]:
    found = at(inner, "authors")
    some = found if isinstance(found, list) else []
    shown = (one for one in some if at(one, "hidden") is not True)
    names = (clean(text(one, "name") or text(one), _NAME_CAP) for one in shown)
    return tuple(name for name in names if name)[:MOST]


def _keywords(inner: object) -> tuple[str, ...]:
    words = (clean(word, _KEYWORD_CAP) for word in texts(inner, "ai_keywords")[:_MOST_KEYWORDS])
    return tuple(dict.fromkeys(word for word in words if word))


def _votes(inner: object) -> int | None:
    votes = whole(inner, "upvotes")
    return votes if votes is not None and 0 <= votes <= _MOST_VOTES else None


def _links(inner: object, id_: str) -> Iterator[Link]:
    yield from hub_links(id_)
    code = text(inner, "githubRepo")
    if _REPOSITORY.fullmatch(code):
        code = f"https://github.com/{code}"
    for rel, address in (("code", code), ("page", text(inner, "projectPage"))):
        url = safe_url(address)
        if url:
            yield Link(rel, url)
