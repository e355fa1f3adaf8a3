"""What one message says of papers that stand in another: how many are here, in the first message, in the thread."""

from __future__ import annotations

from collections.abc import Sequence

from paperdigest.core import words

#: Stands behind a topic's name where its papers stood in the message before as well.
CONTINUED = "continued"
_MOST = 8
_ROOM = 240  # letters of all names


def here(shown: int, total: int) -> str:
    """Return `2 of 7 papers`, of those a topic found; `7 papers` where that is all of them."""
    papers = words.count_papers(total)
    return f"{words.number(shown)} of {papers}" if shown < total else papers


def the_other(papers: int) -> str:
    """Return `the other 5`, over those of a topic's papers that do not stand in the first message."""
    return f"the other {words.number(papers) if papers > 1 else 'one'}"


def titles_open(site: str) -> str:
    """Return what stands behind a topic's name where no title of its papers opens the paper: `titles open a search on
    huggingface.co`."""
    return f"titles open a search on {site}"


def in_thread(papers: int, topics: Sequence[tuple[str, int]], waiting: int) -> str:
    """Return `9 more in the thread: Maps (5) and Boats (4) · 12 more wait for the next digest`.

    `topics` are the names of topics with how many papers are below, shown as they are; of many the first ones.
    """
    more = f"{words.number(papers)} more in the thread" if papers else ""
    if more and topics:
        more += f": {_names(topics)}"
    told = words.DOT.join(filter(None, (more, words.waiting(waiting) if waiting else "")))
    return told or "More in the thread"


def and_more(lines: int) -> str:
    """Return `and 37 more`."""
    return f"and {words.number(lines)} more"


def found_no_room(papers: int) -> str:
    """Return what a message without a thread says of papers that are not in it."""
    return f"… and {words.number(papers)} more that found no room here"


def _names(topics: Sequence[tuple[str, int]]) -> str:
    if len(topics) == 1:  # all of them, as has just been said
        return topics[0][0]
    shown: list[str] = []
    room = _ROOM
    for name, papers in topics[:_MOST]:
        room -= len(name)
        if shown and room < 0:
            break
        shown.append(f"{name} ({words.number(papers)})")
    more = len(topics) - len(shown)
    return words.names([*shown, words.count(more, "more topic")] if more else shown)
