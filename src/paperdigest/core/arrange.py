"""Which paper stands where in a digest: one place each, under the heaviest topic that has room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdigest.core import why_words, words
from paperdigest.core.digest import Section
from paperdigest.core.entry import Desk, Find, full_entry, listed_entry

#: So many papers that another lane has sent are named in each topic; of more, the newest.
MOST_EARLIER = 20


@dataclass(frozen=True, slots=True)
class TopicFinds:
    """What one topic found for one reader. `limit`: how many are shown whole.

    `trending` > 0 keeps only that many, by votes where every find has them, else by place; `within` is how far back
    it looked for them.
    `earlier` are finds that another lane has sent, oldest first, each with the words that say so.
    `topic` is the topic's own name where `name` is another.
    """

    name: str
    finds: tuple[Find, ...]
    weight: float = 1.0
    limit: int = 20
    trending: int = 0
    within: timedelta = timedelta(days=7)
    earlier: tuple[tuple[Find, str], ...] = ()
    note: str = ""
    topic: str = ""


@dataclass(slots=True)
class _Column:
    """One topic while papers are being placed."""

    topic: TopicFinds
    finds: list[Find]
    full: list[Find]
    listed: list[Find]


def arrange(
    topics: Sequence[TopicFinds],
    desk: Desk,
    now: datetime,
    *,
    listed_before: datetime | None = None,
) -> tuple[Section, ...]:
    """Return the sections, in the order of `topics`; those with nothing to say are left out.

    Finds seen before `listed_before` are named by title only. Every find stands in exactly one
    section, in `full` or `listed`; nothing is counted only, that is for the renderer's budget.
    """
    columns = [_Column(topic, _ordered(topic), [], []) for topic in topics]
    _place(columns, listed_before)
    also, places, earlier = _names_by_paper(columns), _places(columns), _earlier_names(columns)
    return tuple(
        section
        for column in columns
        if (section := _section(column, also, places, earlier, desk, now)) is not None
    )


def _ordered(topic: TopicFinds) -> list[Find]:
    if not topic.trending:
        return sorted(topic.finds, key=_relevance)
    best_first = sorted(topic.finds, key=_votes if _by_votes(topic) else _place_on_page)
    return best_first[: topic.trending]


def _by_votes(topic: TopicFinds) -> bool:
    return all(find.paper.votes is not None for find in topic.finds)


def _why_these(topic: TopicFinds) -> str:
    """Return why the papers of a trending list are here: no word of the reader's has to stand in them."""
    if not topic.trending or not topic.finds:
        return ""
    return why_words.highest(by_votes=_by_votes(topic), within=topic.within)


# Fixed tie-breaks in all three: the same input always gives the same digest.
def _relevance(find: Find) -> tuple[float, int, int, float, int, str]:
    # Of equally strong ones those of the last day first: what waited must not keep them off the page.
    return (-find.score, -(find.paper.votes or 0), -find.seen_at.toordinal(), *_place_on_page(find))


def _votes(find: Find) -> tuple[float, float, int, str]:
    return (-(find.paper.votes or 0), *_place_on_page(find))


def _place_on_page(find: Find) -> tuple[float, int, str]:
    # Change numbers follow the order in which a source told of its papers.
    return (find.paper.rank or float("inf"), find.change, find.paper.id)


def _place(columns: Sequence[_Column], listed_before: datetime | None) -> None:
    """Give every find one place: whole under the heaviest topic with room, else by title."""
    heaviest_first = _heaviest_first(columns)
    placed: set[tuple[int, str]] = set()
    for column in heaviest_first:
        for find in column.finds:
            fresh = listed_before is None or find.seen_at >= listed_before
            if (
                (find.key, find.reason) in placed
                or not fresh
                or len(column.full) >= column.topic.limit
            ):
                continue
            placed.add((find.key, find.reason))
            column.full.append(find)
    for column in heaviest_first:
        for find in column.finds:
            if (find.key, find.reason) not in placed:
                placed.add((find.key, find.reason))
                column.listed.append(find)


def _heaviest_first(columns: Sequence[_Column]) -> list[_Column]:
    return sorted(columns, key=lambda column: -column.topic.weight)  # stable: config order


def _names_by_paper(columns: Sequence[_Column]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for column in columns:
        for find in column.finds:
            names.setdefault(find.key, []).append(column.topic.name)
    return names


def _places(columns: Sequence[_Column]) -> dict[tuple[int, str], str]:
    """Return the topic under which each find stands."""
    return {
        (find.key, find.reason): column.topic.name
        for column in columns
        for find in (*column.full, *column.listed)
    }


def _earlier_names(columns: Sequence[_Column]) -> dict[int, list[str]]:
    """Return by paper that another lane has sent the topics that find it: it is named under the first, the heaviest."""
    names: dict[int, list[str]] = {}
    for column in _heaviest_first(columns):
        for find, _ in column.topic.earlier:
            names.setdefault(find.key, []).append(column.topic.name)
    return names


def _section(
    column: _Column,
    names: dict[int, list[str]],
    places: dict[tuple[int, str], str],
    earlier_names: dict[int, list[str]],
    desk: Desk,
    now: datetime,
) -> Section | None:
    topic = column.topic
    earlier = [told for told in topic.earlier if earlier_names[told[0].key][0] == topic.name]
    if not (column.full or column.listed or earlier):
        return None  # also where all of its papers stand under heavier topics, which name it

    def others(find: Find) -> tuple[str, ...]:
        return tuple(name for name in names[find.key] if name != topic.name)

    under = dict.fromkeys(places[find.key, find.reason] for find in column.finds)
    return Section(
        name=topic.name,
        total=len(column.finds),
        full=tuple(full_entry(find, desk, now, also=others(find)) for find in column.full),
        listed=tuple(listed_entry(find, desk, now, also=others(find)) for find in column.listed),
        elsewhere=len(column.finds) - len(column.full) - len(column.listed),
        earlier=tuple(
            listed_entry(find, desk, now, also=tuple(earlier_names[find.key][1:]), note=note)
            for find, note in earlier[-MOST_EARLIER:]
        ),
        note=words.DOT.join(filter(None, (topic.note, _why_these(topic)))),
        more_earlier=max(0, len(earlier) - MOST_EARLIER),
        elsewhere_in=tuple(name for name in under if name != topic.name),
        topic=topic.topic,
        weight=topic.weight,
    )
