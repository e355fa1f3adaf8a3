"""Lists of topics, and of their words, in a line: the first ones by name, the others as a number.

A reader may have hundreds of topics; what a line leaves out it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paperdigest.core.digest import Digest, Section
from paperdigest.core.words import DOT, count, cut, names, number, one_site, opens_search

_MOST = 8
_ROOM = 300  # code points of all names in a line
_LONGEST = 80  # of one name in a list


def first_names(items: Sequence[str], noun: str = "topic") -> str:
    """Return `a, b and c`; of many or long ones `a, b, c and 37 more topics`."""
    shown = _first(items)
    more = len(items) - len(shown)
    return f"{', '.join(shown)} and {_more(more, noun)}" if more else names(shown)


def also_in(topics: Sequence[str]) -> str:
    """Return `Also in Experts and Trending`."""
    return f"Also in {first_names(topics)}"


def in_topics(topics: Sequence[str]) -> str:
    """Return which topics found a paper that stands under its day: `In Experts, Trending`."""
    return f"In {topics_in_line(topics)}" if topics else ""


def topics_in_line(topics: Sequence[str]) -> str:
    """Return the topics that found a paper, before other facts: `Experts, Trending`."""
    shown = _first(topics)
    return first_names(topics) if len(shown) < len(topics) else ", ".join(shown)


def shown_elsewhere(amount: int, topics: Sequence[str] = ()) -> str:
    """Return where papers of a topic are that stand under other ones: `3 under Experts and Floating`."""
    return f"{number(amount)} under {first_names(topics) if topics else 'another topic'}"


def the_rest(section: Section) -> str:
    """Return where the papers are that do not stand whole below a topic's name: `38 by title at the end · 9 under Experts
    · 8 wait`. With those that do they are all that `how_many` says the topic found. Where none does, the titles and
    what waits stand right below, under their own number."""
    listed, waiting = (len(section.listed), len(section.counted)) if section.full else (0, 0)
    told = (
        f"{number(listed)} by title at the end" if listed else "",
        shown_elsewhere(section.elsewhere, section.elsewhere_in) if section.elsewhere else "",
        f"{number(waiting)} {'waits' if waiting == 1 else 'wait'}" if waiting else "",
    )
    return DOT.join(filter(None, told))


def everything_of(sources: Sequence[str], *, excluding: bool) -> str:
    """Return why papers are here of which no word is asked: `Everything new in arxiv-cs and hf`."""
    said = f"Everything new in {first_names(sources, 'source')}" if sources else ""
    return f"{said}, less what is excluded" if said and excluding else said


def searched_on(section: Section) -> str:
    """Return the site that the titles of all papers shown whole are searched on, to be said once over them; empty where
    one is not, and of a single paper, which says so itself."""
    return one_site(section.full) if len(section.full) > 1 else ""


def titles_open(site: str) -> str:
    """Return what is said over papers that all open a search: `Each title opens a search on huggingface.co`."""
    return f"Each title {opens_search(site)}"


def to_see_now(digest: Digest, section: Section) -> str:
    """Return the words before the command that shows what is only counted, `To see them now`. It stands once, behind the
    last topic of which papers wait; behind others this is empty."""
    waiting = [part for part in digest.sections if part.counted]
    if not digest.more or not waiting or section is not waiting[-1]:
        return ""
    return "To see them now" if len(waiting) == 1 else "To see all that wait now"


def new_words(added: Sequence[str], topic: str) -> str:
    """Return the name over what only new words of a topic find: `New keyword: state space model`."""
    if not added:
        return f"{topic}: as changed"
    shown = _first(added)
    more = len(added) - len(shown)
    rest = f" and {number(more)} more" if more else ""
    return f"New {'keyword' if len(added) == 1 else 'keywords'}: {', '.join(shown)}{rest}"


# ------------------------------------------------------- topics that stand together


def together(topics: int, *, further: bool) -> str:
    """Return the name over topics of which only a number is left: `37 more topics`, or `37 topics` if those are all."""
    return _more(topics, "topic") if further else count(topics, "topic")


def numbers_of(topics: Sequence[tuple[str, int]]) -> str:
    """Return how many papers are under each: `Experts (2), Floating (1) and 35 more topics`. A topic with none is
    named without a number."""
    told = [
        f"{cut(name, _LONGEST - 12)} ({number(papers)})" if papers else name
        for name, papers in topics
    ]
    return first_names(told)


def known_under(topics: int, of: int) -> str:
    """Return how many of `of` topics have papers the reader already has: one paper may be under several, so it is the
    topics that are counted."""
    if topics == of:
        return "Under all of them are papers you already have"
    return f"Under {number(topics)} of them are papers you already have"


def _first(items: Sequence[str]) -> list[str]:
    return list(_while_there_is_room(cut(item, _LONGEST) for item in items[:_MOST]))


def _while_there_is_room(items: Iterable[str]) -> Iterable[str]:
    room = _ROOM
    for place, item in enumerate(items):
        room -= len(item)
        if place and room < 0:
            return
        yield item


def _more(amount: int, noun: str) -> str:
    return count(amount, f"more {noun}")
