"""Every fixed word readers see: counts, plurals, dates, titles, closing lines. English only.

Plain text in, plain text out; what is escaped or wrapped, and how, is the renderer's work.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from paperdigest.core.digest import Entry, Section, SourceLine
from paperdigest.core.paper import ChangeKind, Link
from paperdigest.core.text import AUTHORS_CAP

SUBJECT_WIDTH = 78  # RFC 5322 2.1.1 recommends it for a line; phones show about half
NO_TRACKING = "No tracking: nothing in this message reports that you opened it."
UPDATES = "Papers you were sent before"
DOT = " · "
_NO_BREAK = "\u00a0"  # a number never stands alone at the end of a line
_LONGEST_NAME = 80
_MOST_SOURCES = 12  # that are not well have a line each
_CATEGORIES = 3  # shown of a paper

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KINDS = {
    ChangeKind.CROSS_LISTED: "Cross-listed",
    ChangeKind.REVISED: "Revised",
    ChangeKind.PUBLISHED: "Published",
    ChangeKind.WITHDRAWN: "Withdrawn",
}
_RELS = {
    "abstract": "abstract",
    "pdf": "PDF",
    "code": "code",
    "page": "page",
    "doi": "DOI",
    "bibtex": "BibTeX",
}


# ------------------------------------------------------------------ numbers


def number(count: int) -> str:
    """Return 1912 as `1,912`."""
    return f"{count:,}"


def count(amount: int, singular: str, plural: str = "") -> str:
    """Return `1 vote`, `1,912 votes`; `plural` is for nouns that do not just take an s."""
    noun = singular if amount == 1 else plural or f"{singular}s"
    return f"{number(amount)} {noun}"


def count_papers(amount: int) -> str:
    """Return `1 paper`, `1,912 papers`."""
    return count(amount, "paper")


def count_new_papers(amount: int) -> str:
    """Return `1 new paper`, `7 new papers`."""
    return count(amount, "new paper")


def count_sources(amount: int) -> str:
    """Return `1 source`, `3 sources`."""
    return count(amount, "source")


def count_votes(amount: int) -> str:
    """Return `1 vote`, `41 votes`."""
    return count(amount, "vote")


def count_days(amount: int) -> str:
    """Return `1 day`, `7 days`."""
    return count(amount, "day")


def count_hours(amount: int) -> str:
    """Return `1 hour`, `24 hours`."""
    return count(amount, "hour")


def ordinal(place: int) -> str:
    """Return 2 as `2nd`, 11 as `11th`, 1001 as `1,001st`."""
    teens = place % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{number(place)}{ending}"


def place(rank: int, rank_of: int | None) -> str:
    """Return `2nd of 96`, or `2nd` when the page's length is not known."""
    return f"{ordinal(rank)} of {number(rank_of)}" if rank_of else ordinal(rank)


# -------------------------------------------------------------------- dates


def short_date(day: date) -> str:
    """Return `20 Nov`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def day_and_year(day: date) -> str:
    """Return `18 Nov 2026`."""
    return f"{short_date(day)} {day.year}"


def weekday(day: date) -> str:
    """Return `Tuesday`."""
    return _WEEKDAYS[day.weekday()]


def full_date(day: date) -> str:
    """Return `Friday 20 Nov 2026`."""
    return f"{weekday(day)} {day_and_year(day)}"


def clock(at: datetime) -> str:
    """Return `06:30`, in the zone the time is given in."""
    return f"{at.hour:02}:{at.minute:02}"


def since(at: datetime, now: datetime) -> str:
    """Return `06:30` of today, `Tuesday` within a week, else `3 Nov`. Both times in the reader's zone."""
    if at.date() == now.date():
        return clock(at)
    near = timedelta() < now.date() - at.date() < timedelta(days=7)
    return weekday(at) if near else short_date(at)


def first_seen(day: date) -> str:
    """Return what stands in for a date the source does not give: `first seen 20 Nov`."""
    return f"first seen {short_date(day)}"


# -------------------------------------------------------------------- lists


def names(items: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def authors(shown: Sequence[str], more: int = 0) -> str:
    """Return `Ada Lovelace, Charles Babbage, +12`; empty when no one is named. A name is at most 80 letters long.
    Where all are as many as are kept, there may be more."""
    names = ", ".join(cut(name, _LONGEST_NAME) for name in shown)
    some = " or more" if len(shown) + more >= AUTHORS_CAP else ""
    return f"{names},{_NO_BREAK}+{number(more)}{some}" if more and names else names


def authors_short(shown: Sequence[str], more: int = 0) -> str:
    """Return `Ada Lovelace et al.`, or the one name, or nothing."""
    if not shown:
        return ""
    return f"{shown[0]} et al." if len(shown) > 1 or more else shown[0]


def cut(text: str, width: int) -> str:
    """Return the text cut to `width` code points, after a whole word where one ends in time, with `…`."""
    if len(text) <= width:
        return text
    room = text[: max(width, 1)]
    head, blank, _ = room.rpartition(" ")
    kept = head if blank and len(head) > width // 2 else room[:-1]
    return kept.rstrip(" ,;:·-–—(") + "…"


# ------------------------------------------------------------------- titles


def title_of(
    new: int, topics: Sequence[str], kind: str = "digest", *, waited: int = 0, came: bool = True
) -> str:
    """Return a digest's title: `7 new papers: Multimodal pretraining, Experts`.

    An alert reads `Alert: 1 new paper in Experts`. Papers that waited, which the title of an earlier digest has counted
    as new, are told apart: `6 new papers and 3 that waited: Experts`. Where no paper `came` since the digest before,
    none is called new: `10 papers: Trending`. Topics that do not fit a subject line become `+2`. Without papers:
    `title_words.nothing_matched`.
    """
    is_alert = kind == "alert"
    start = ("Alert: " if is_alert else "") + new_and_waited(new, waited, came=came)
    before_topics = (", in " if waited else " in ") if is_alert else ": "
    start += before_topics if topics else ""
    return start + _fitting(topics, SUBJECT_WIDTH - len(start))


def new_and_waited(new: int, waited: int, *, came: bool = True) -> str:
    """Return `7 new papers`, `6 new papers and 3 that waited`, `3 papers that waited`; `7 papers` where none of them
    `came` since the digest before."""
    told = count_new_papers(new) if came else count_papers(new)
    if not waited:
        return told
    if not new:
        return f"{count_papers(waited)} that waited"
    return f"{told} and {number(waited)} that waited"


def how_long(period: timedelta) -> str:
    """Return `7 days`; below a day and a half, `24 hours`. Rounded, never nothing."""
    hours = max(1, round(period / timedelta(hours=1)))
    return count_hours(hours) if hours < 36 else count_days(round(hours / 24))


def span(period: timedelta) -> str:
    """Return how far back somebody asked to look: `how_long`, below two hours in minutes, below a minute in seconds."""
    seconds = round(period.total_seconds())
    if seconds < 60:
        return count(seconds, "second")
    minutes = round(seconds / 60)
    whole = minutes >= 120 or minutes % 60 == 0
    return how_long(period) if whole else count(minutes, "minute")


def _fitting(topics: Sequence[str], width: int) -> str:
    for kept in range(len(topics), 0, -1):
        left = len(topics) - kept
        line = ", ".join(topics[:kept]) + (f", +{left}" if left else "")
        if len(line) <= width:
            return line
    return cut(topics[0], max(width, 20)) if topics else ""


# ------------------------------------------------------------ around a paper


def kind_label(kind: str) -> str:
    """Return the badge of a change that is not new: `Withdrawn`; nothing for what is new."""
    return "" if kind == ChangeKind.NEW else _KINDS.get(ChangeKind(kind), "")


def facts(entry: Entry) -> str:
    """Return `hf · cs.LG, cs.CV · 18 Nov 2026 · 41 votes · 2nd of 96 on its page · v2`, of whatever is known and says something."""
    more = len(entry.categories) - _CATEGORIES
    known = (
        ", ".join(entry.sources),
        ", ".join(entry.categories[:_CATEGORIES]) + (f",{_NO_BREAK}+{more}" if more > 0 else ""),
        entry.venue,
        _together(entry.date),
        _together(count_votes(entry.votes)) if entry.votes else "",
        f"{_together(entry.place)} on its{_NO_BREAK}page" if entry.place else "",
        f"v{entry.version}" if entry.version and entry.version > 1 else "",
    )
    return DOT.join(filter(None, known))


def _together(text: str) -> str:
    return text.replace(" ", _NO_BREAK)


def link_labels(links: Sequence[Link]) -> tuple[tuple[str, str], ...]:
    """Return (label, address) of each link: `code`, `PDF`; where several are of one kind, `code (github.com)`, and a
    number where these are at one site."""
    kinds = Counter(_kind(link) for link in links)
    seen: Counter[str] = Counter()
    labelled = []
    for link in links:
        label = _kind(link)
        if kinds[label] > 1 and (site := _site(link.url)):
            label = f"{label} ({site})"
        seen[label] += 1
        labelled.append((f"{label} {seen[label]}" if seen[label] > 1 else label, link.url))
    return tuple(labelled)


def _kind(link: Link) -> str:
    return _RELS.get(link.rel, link.rel or "link")


def _site(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # http://[::1
        return ""


def opens_search(site: str) -> str:
    """Return what is said of a title that opens a search, not the paper."""
    return f"opens a search on {site}"


# ------------------------------------------------------------ around a topic


def how_many(section: Section) -> str:
    """Return `20 of 25 papers`: shown in full, out of what the topic found; `5 papers` where that is all. Empty over the
    papers of a notice that are all shown whole: its title counts them."""
    if section.full and len(section.full) < section.total:
        return f"{number(len(section.full))} of {count_papers(section.total)}"
    says = section.name != UPDATES if section.full else section.listed or section.counted
    return count_papers(section.total) if says else ""


def by_title(section: Section) -> str:
    """Return the words over the papers that are only listed: `5 more by title`, where none has an address of its own
    `5 more by title, each opens a search on huggingface.co`."""
    amount, site = len(section.listed), one_site(section.listed)
    said = f"{number(amount)} {'more ' if section.full else ''}by title"
    return f"{said}, {'each' if amount > 1 else 'which'} {opens_search(site)}" if site else said


def one_site(entries: Sequence[Entry]) -> str:
    """Return the site that all these titles are searched on; empty where one opens its paper, or nothing."""
    sites = {entry.searches if entry.url else "" for entry in entries}
    return sites.pop() if len(sites) == 1 else ""


def waiting(amount: int) -> str:
    """Return the line for papers that are only counted: they come with the next digest."""
    return f"{number(amount)} more {'waits' if amount == 1 else 'wait'} for the next digest"


def already_sent(shown: int, more: int = 0, site: str = "") -> str:
    """Return the words over papers that reached the reader by another lane: those shown, and `more`. `site` is
    `one_site` of those shown."""
    newest = f", the newest {number(shown)} of them" if more and shown else ""
    search = f" ({'each' if shown > 1 else 'its'} title {opens_search(site)})" if site else ""
    return f"{count_papers(shown + more)} you already have{newest}{search}"


def sent_earlier(at: datetime, now: datetime, *, at_once: bool = True) -> str:
    """Return `sent at once on Tuesday`, of a paper that reached the reader by another lane; `sent on Tuesday`
    if that was not an alert. `now` is the reader's local time."""
    at = at.astimezone(now.tzinfo)
    sent = "sent at once" if at_once else "sent"
    return f"{sent} today" if at.date() == now.date() else f"{sent} on {since(at, now)}"


# ------------------------------------------------------------ opening lines


def first_digest(looked_back: timedelta, called: str = "digest") -> str:
    """Return what a first digest says of itself."""
    return (
        f"Your first {called}: it looks back over {how_long(looked_back)}. "
        "The next ones hold only what is new."
    )


# ------------------------------------------------------------- closing lines


def looked_at(
    sources: Sequence[SourceLine],
    total_new: int,
    period: timedelta | None = None,
    *,
    since_yesterday: bool = False,
    said_above: bool = False,
) -> tuple[str, ...]:
    """Return what was looked at: one line when all is well, else a line for each source that is not, or of many
    for the first of them and how many more there are, and one for the others. Of sources that brought nothing it says
    in what `period`: a trending list may hold papers from before. `said_above`: the title of an empty digest has said
    how many came and in what time."""

    def brought(papers: int) -> str:
        return "" if said_above else f"{_brought(papers, period, since_yesterday)}, "

    told = [f"{source.name}: {source.said}" for source in sources if source.said]
    more = count(len(told) - _MOST_SOURCES, "more source")
    are = "is" if len(told) == _MOST_SOURCES + 1 else "are"
    rest = (f"{more} {are} not up to date either",) if len(told) > _MOST_SOURCES else ()
    unwell = (*told[:_MOST_SOURCES], *rest)
    well = [source for source in sources if not source.said]
    if unwell and well:
        others = f"{count(len(well), 'other source')}, {brought(sum(one.papers for one in well))}"
        return (*unwell, f"{others}{'up to date' if len(well) == 1 else 'all up to date'}")
    if unwell:
        return unwell
    if not sources:
        return ("no source is set up, so nothing was looked at",)
    state = "up to date" if len(sources) == 1 else "all up to date"
    return (f"{count_sources(len(sources))}, {brought(total_new)}{state}",)


def _brought(papers: int, period: timedelta | None, since_yesterday: bool) -> str:
    if papers or period is None:
        return count_new_papers(papers)
    return (
        f"nothing new {'since yesterday' if since_yesterday else f'in the last {how_long(period)}'}"
    )


def command_for_more(subscriber: str) -> str:
    """Return the command that shows what a digest only counted."""
    return f"paperdigest preview {shlex.quote(subscriber)}"
