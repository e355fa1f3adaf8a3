"""arXiv's own feeds: the daily announcements (RSS and Atom) and the answers of its API (Atom).

https://info.arxiv.org/help/rss_specifications.html, https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Announced, Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.feed_document import FeedDocument
from paperdigest.sources.ids import arxiv, doi_of
from paperdigest.sources.names import MOST, split_creators

_LONGEST_ID = 500
_LONGEST_NAME = 200
_MOST_CATEGORIES = 200
#: Where an address of a paper is also its arXiv id.
_ADDRESS = re.compile(
    r"https?://(?:(?:www|export|browse|cn)\.)?arxiv\.org/(?:abs|pdf|html)/|https?://(?:www\.)?(?:huggingface\.co/papers|alphaxiv\.org/abs)/",
    re.IGNORECASE,
)
_OAI = re.compile(r"oai:arxiv\.org:", re.IGNORECASE)
_HEAD = re.compile(
    r"\s*arXiv:\S+\s+Announce Type:\s*(?P<kind>[\w-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE
)
#: What stood behind a title until 2024: "(arXiv:2401.00001v2 [cs.LG] UPDATED)".
_BEHIND_TITLE = re.compile(
    r"\.?\s{0,9}\(arXiv:\S{1,40}?(?:v(?P<version>\d{1,4}))?\s\[(?P<category>[\w.-]{2,30})\]"
    r"(?:\s(?P<mark>CROSS LISTED|UPDATED))?\)\s{0,9}\Z"
)
_MARKS = {None: Announced.NEW, "CROSS LISTED": Announced.CROSS, "UPDATED": Announced.REPLACED}
_PARAGRAPH = re.compile(r"<p>([^<>]*)</p>")
_LINK = re.compile(r"</?a\b[^<>]*>")
_WITHDRAWN = re.compile(
    r"(?:this|the) (?:paper|submission|article|manuscript|work|preprint) (?:has been|was|is) withdrawn",
    re.IGNORECASE,
)
_ANNOUNCED = {
    "new": Announced.NEW,
    "cross": Announced.CROSS,
    "replace": Announced.REPLACED,
    "replace-cross": Announced.REPLACED,
    "absonly": Announced.REPLACED,
}


def refuse_errors(feed: FeedDocument) -> None:
    """Raise RefusedInput when arXiv says in the form of a feed that it did not understand the address."""
    title = " ".join(str(feed.head.get("title", "")).split())
    if title.lower().startswith("feed error for query"):
        raise RefusedInput(f"arXiv answers with an error: {clean(title, 300)}")
    for entry in feed.entries:
        if "/api/errors" in str(entry.get("id", "")):
            raise RefusedInput(
                f"arXiv answers with an error: {clean(str(entry.get('summary', '')), 300)}"
            )


def arxiv_of(entry: Mapping[str, Any]) -> tuple[str, int | None] | None:
    """Return the arXiv id and version that the entry's own id or address names; never one from its text."""
    for key in ("id", "link"):
        text = str(entry.get(key, ""))[:_LONGEST_ID]
        oai = _OAI.match(text)
        if oai:
            return arxiv(text[oai.end() :])
        if _ADDRESS.match(text):
            return arxiv(text.partition("?")[0].partition("#")[0])
    return None


def is_arxivs_own(entry: Mapping[str, Any]) -> bool:
    """Say whether arXiv wrote the entry, and not someone who links there."""
    name = str(entry.get("id", ""))
    return (
        _OAI.match(name) is not None
        or re.match(r"https?://(?:export\.)?arxiv\.org/abs/", name) is not None
    )


def arxiv_paper(entry: Mapping[str, Any], name: str, version: int | None) -> Paper:
    """Return what arXiv says of its paper `name` (`arxiv:…`) in `version`."""
    bare = name.removeprefix("arxiv:")
    kind, abstract = _announcement(entry)
    title = str(entry.get("title", "")).strip()
    behind = _BEHIND_TITLE.search(title[-_LONGEST_ID:])
    if behind is not None:
        title = title.removesuffix(behind[0])
        kind, abstract = _MARKS[behind["mark"]], _PARAGRAPH.sub(r"\1", abstract).strip()
        version = int(behind["version"]) if behind["version"] else version
    other = doi_of(clean(str(entry.get("arxiv_doi", "")), _LONGEST_ID))
    comment = str(entry.get("arxiv_comment", ""))
    at = utc(str(entry.get("published", "")))
    replaced = kind is Announced.REPLACED
    url = f"https://arxiv.org/abs/{bare}"
    links = [Link("abstract", url), Link("pdf", f"https://arxiv.org/pdf/{bare}")]
    if other:
        links.append(Link("doi", "https://doi.org/" + other.removeprefix("doi:")))
    return Paper(
        title=clean(title, TITLE_CAP),
        abstract=abstract,
        id=name,
        ids=(name, other) if other else (name,),
        authors=_authors(entry),
        categories=categories(entry) or ((behind["category"],) if behind else ()),
        venue=clean(
            str(entry.get("arxiv_journal_ref") or entry.get("arxiv_journal_reference") or ""), 500
        ),
        url=safe_url(url),
        links=tuple(links),
        # What an announcement dates is the announcement: of a replacement, not the day the paper came out.
        published_at=None if replaced else at,
        updated_at=at if replaced else _updated(entry),
        version=version,
        withdrawn=_WITHDRAWN.match(comment) is not None or _WITHDRAWN.match(abstract) is not None,
        announced=kind,
        partial=not abstract,
    )


def categories(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the entry's categories in its order, without repeats."""
    terms = (clean(str(tag.get("term") or ""), 200) for tag in entry.get("tags", ()))
    return tuple(dict.fromkeys(term for term in terms if term))[:_MOST_CATEGORIES]


def _announcement(entry: Mapping[str, Any]) -> tuple[Announced, str]:
    """Return what arXiv calls the record, and the abstract without the line that says so."""
    summary = str(entry.get("summary", ""))
    head = _HEAD.match(summary)
    kind = str(entry.get("arxiv_announce_type", "")).strip() or (head["kind"] if head else "")
    text = summary[head.end() :] if head else summary
    return _ANNOUNCED.get(kind.lower(), Announced.UNSAID), clean(text.strip(), ABSTRACT_CAP)


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    texts = [_LINK.sub("", str(one.get("name", ""))) for one in entry.get("authors", ())]
    if "arxiv_announce_type" in entry or len(texts) == 1:
        return tuple(name for text in texts for name in split_creators(_shortened(text)))[:MOST]
    # The API gives one element per author, so a comma there belongs to the name.
    names = (clean(text, _LONGEST_NAME) for text in texts)
    return tuple(name for name in names if name)[:MOST]


def _shortened(creators: str) -> str:
    """Return a list of names with what is far too long for a name or an address cut off."""
    return ",".join(piece[: 5 * _LONGEST_NAME] for piece in creators.split(","))


def _updated(entry: Mapping[str, Any]) -> Any:
    # An announcement's `updated` is the moment the feed was built and says nothing of the paper.
    return None if "arxiv_announce_type" in entry else utc(str(entry.get("updated", "")))
