"""One find becomes one entry: what is shown of a paper and why it is there. What is missing stays empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from urllib.parse import quote, quote_plus, urlsplit

from paperdigest.core import words
from paperdigest.core.digest import Difference, Entry, Marked, Why
from paperdigest.core.entry_links import address_of, links_of
from paperdigest.core.paper import Link, Paper
from paperdigest.core.query import Field, Hit
from paperdigest.core.styles import Stretch, cut, styles_of
from paperdigest.core.text import display, excerpt, safe_url

AUTHORS_SHOWN = 5
REASONS_SHOWN = 6
_ENTRIES_KEPT = 10_000  # about 2 kB each
#: Signs that do not stand before an ellipsis.
PAUSES = " ,;:.–—("

_Make = Callable[["Find", "Card", tuple[Hit, ...], datetime, tuple[str, ...], str], Entry]
#: All that an entry is made from besides the sources' search addresses.
_Shown = tuple[_Make, int, str, int, datetime, tzinfo | None, int, tuple[str, ...], str]


def _no_hits() -> tuple[Hit, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Find:
    """A paper that some topic may show. `score`: how strongly it fits, times the topic's weight. `hits` is
    asked only for what is shown."""

    key: int
    paper: Paper
    reason: str
    change: int
    seen_at: datetime
    score: float = 0
    hits: Callable[[], tuple[Hit, ...]] = field(default=_no_hits, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a paper whoever reads it: worked out once a round, not once a reader."""

    title: str
    abstract: str
    url: str
    searches: str
    authors: tuple[str, ...]
    venue: str
    place: str
    links: tuple[Link, ...]
    title_styles: tuple[Stretch, ...] = ()
    abstract_styles: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What entries need besides their papers: each source's search address, and the cards made so far.

    One desk serves all readers of a round; `now` is the reader's local time and may differ.
    """

    searches: Mapping[str, str] = field(default_factory=dict)
    cards: dict[int, Card] = field(default_factory=dict, compare=False, repr=False)
    #: What changed in papers, by the numbers of the changes (`core.updates`).
    differences: dict[tuple[int, ...], tuple[Difference, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    entries: dict[_Shown, tuple[tuple[Hit, ...], Entry]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def card(self, find: Find) -> Card:
        """Return the paper's card."""
        found = self.cards.get(find.key)
        if found is None:
            found = self.cards[find.key] = _card(find.paper, self.searches)
        return found

    def entry(
        self, make: _Make, find: Find, now: datetime, also: tuple[str, ...], note: str
    ) -> Entry:
        """Return the entry, the same object for every reader who is shown the same."""
        hits = find.hits()
        # By the identity of the hits, which equal matches share: they are kept beside the entry, so
        # that no other hits can come to bear the same id.
        shown = (
            make,
            find.key,
            find.reason,
            id(hits),
            find.seen_at,
            now.tzinfo,
            now.year,
            also,
            note,
        )
        found = self.entries.get(shown)
        if found is None:
            if len(self.entries) >= _ENTRIES_KEPT:
                self.entries.clear()
            found = self.entries[shown] = (hits, make(find, self.card(find), hits, now, also, note))
        return found[1]


def full_entry(
    find: Find, desk: Desk, now: datetime, *, also: tuple[str, ...] = (), note: str = ""
) -> Entry:
    """Return everything that a digest shows of a paper."""
    return desk.entry(_full, find, now, also, note)


def listed_entry(
    find: Find, desk: Desk, now: datetime, *, also: tuple[str, ...] = (), note: str = ""
) -> Entry:
    """Return the one line a digest shows of a paper: its linked title."""
    return desk.entry(_listed, find, now, also, note)


def _full(
    find: Find, card: Card, hits: tuple[Hit, ...], now: datetime, also: tuple[str, ...], note: str
) -> Entry:
    paper = find.paper
    return Entry(
        paper_key=find.key,
        reason=find.reason,
        id=paper.id,
        title=Marked(card.title, merged(hits, Field.TITLE), card.title_styles),
        kind=find.reason.split(":")[0],
        url=card.url,
        searches=card.searches,
        year=_old_year(paper, now),
        authors=card.authors,
        more_authors=max(0, len(paper.authors) - AUTHORS_SHOWN),
        sources=paper.sources,
        categories=paper.categories,
        venue=card.venue,
        date=_date(paper, find, now),
        votes=paper.votes,
        place=card.place,
        version=paper.version if paper.version and paper.version > 1 else None,
        excerpt=_excerpt(card, hits),
        why=_why(hits),
        links=card.links,
        also=also,
        note=note,
        seen_on=_seen_at(find).astimezone(now.tzinfo).date(),
    )


def _listed(
    find: Find, card: Card, hits: tuple[Hit, ...], now: datetime, also: tuple[str, ...], note: str
) -> Entry:
    return Entry(
        paper_key=find.key,
        reason=find.reason,
        id=find.paper.id,
        title=Marked(card.title, merged(hits, Field.TITLE), card.title_styles),
        kind=find.reason.split(":")[0],
        url=card.url,
        searches=card.searches,
        year=_old_year(find.paper, now),
        why=_why(hits),
        also=also,
        note=note,
        seen_on=_seen_at(find).astimezone(now.tzinfo).date(),
    )


def _card(paper: Paper, searches: Mapping[str, str]) -> Card:
    url, site = address(paper, searches)
    return Card(
        display(paper.title),
        display(paper.abstract),
        url,
        site,
        tuple(display(name) for name in paper.authors[:AUTHORS_SHOWN]),
        display(paper.venue),
        words.place(paper.rank, paper.rank_of) if paper.rank else "",
        links_of(paper, url),
        styles_of(paper.title),
        styles_of(paper.abstract),
    )


def address(paper: Paper, searches: Mapping[str, str]) -> tuple[str, str]:
    """Return what the title opens, and the site's name when that is a search and not the paper."""
    ids = paper.ids or (paper.id,)
    own = safe_url(paper.url) or next(filter(None, map(address_of, ids)), "")
    if own:
        return own, ""
    for source in paper.sources:
        template = searches.get(source, "")
        if template:
            url = safe_url(_filled(template, display(paper.title)))
            return url, (urlsplit(url).hostname or "").removeprefix("www.")
    return "", ""


def _filled(template: str, title: str) -> str:
    """Return the search address of a title. A query may write a blank as `+` (WHATWG URL, application/x-www-form-urlencoded),
    a third as long as `%20`; elsewhere a plus is a plus."""
    whole = quote(title, safe="")
    before, sharp, fragment = template.partition("#")
    path, mark, query = before.partition("?")
    query = query.replace("{title}", quote_plus(title, safe=""))
    return (
        path.replace("{title}", whole) + mark + query + sharp + fragment.replace("{title}", whole)
    )


def merged(
    hits: tuple[Hit, ...], where: Field, *, start: int = 0, end: int | None = None, at: int = 0
) -> tuple[tuple[int, int], ...]:
    """Return the stretches hit in one field, sorted, overlaps joined, cut to [start, end) and moved to `at`."""
    stretches: list[tuple[int, int]] = []
    for hit in hits:  # sorted by place, as queries give them
        if hit.field is not where:
            continue
        first = max(hit.start, start)
        last = hit.end if end is None else min(hit.end, end)
        if first >= last:
            continue
        first, last = first - start + at, last - start + at
        if stretches and first <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], last))
        else:
            stretches.append((first, last))
    return tuple(stretches)


def _excerpt(card: Card, hits: tuple[Hit, ...]) -> Marked:
    text = card.abstract
    if not text:
        return Marked("")
    around = None
    for hit in hits:
        if hit.field is Field.ABSTRACT:
            around = (hit.start, hit.end)
            break
    start, end = excerpt(text, around)
    before, after = ("… " if start else ""), ("…" if end < len(text) else "")
    end = start + len(text[start:end].rstrip(PAUSES)) if after else end
    marks = merged(hits, Field.ABSTRACT, start=start, end=end, at=len(before))
    styles = cut(card.abstract_styles, start, end, at=len(before))
    return Marked(before + text[start:end] + after, marks, styles)


def _why(hits: tuple[Hit, ...]) -> tuple[Why, ...]:
    found: dict[tuple[str, str], Why] = {}
    for hit in hits:
        found.setdefault((hit.term, str(hit.field)), Why(hit.text, str(hit.field), hit.term))
    return tuple(found.values())[:REASONS_SHOWN]


def _old_year(paper: Paper, now: datetime) -> str:
    year = paper.published_at.year if paper.published_at else None
    return str(year) if year is not None and year < now.year - 1 else ""


def _date(paper: Paper, find: Find, now: datetime) -> str:
    if paper.published_at is not None:
        return words.day_and_year(paper.published_at)
    return words.first_seen(_seen_at(find).astimezone(now.tzinfo))


def _seen_at(find: Find) -> datetime:
    return find.paper.first_seen_at or find.seen_at
