"""Which topics ask for something else than before. How many papers that makes is counted elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from paperdigest.core.errors import QueryError
from paperdigest.core.query import Query
from paperdigest.core.subscription import Topic
from paperdigest.core.words import number


@dataclass(frozen=True, slots=True)
class Changed:
    """A topic's query before and now; None where there was or is no such topic."""

    name: str
    before: Query | None
    after: Query | None

    @property
    def change(self) -> str:
        """Return `added`, `removed` or `changed`."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def changed_topics(before: Mapping[str, Topic], after: Iterable[Topic]) -> tuple[Changed, ...]:
    """Return the topics that take other papers now. One that was only renamed does not, and lists of
    the N highest without words are not compared."""
    old = {name: query for name, topic in before.items() if (query := query_of(topic)) is not None}
    new = {topic.name: query for topic in after if (query := query_of(topic)) is not None}
    gone = [name for name in old if name not in new]
    for name in [name for name in new if name not in old]:
        former = next((each for each in gone if old[each] == new[name]), None)
        if former is not None:
            gone.remove(former)
            del old[former], new[name]
    names = dict.fromkeys((*new, *old))
    return tuple(
        Changed(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def query_of(topic: Topic) -> Query | None:
    """Return what a topic takes; None for one without words, or whose words nobody can read any more."""
    try:
        return topic.query
    except QueryError:
        return None


def gains_and_losses(gained: int, lost: int) -> str:
    """Return `+12 −3`."""
    return f"+{number(gained)} −{number(lost)}"
