"""Match topics against papers, with queries that are compiled once and kept in the store between runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from paperdigest.core.compiled import Compiled
from paperdigest.core.matcher import Answers, Match, Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query
from paperdigest.core.subscription import Topic
from paperdigest.core.tree import Term
from paperdigest.store import facts
from paperdigest.store.connection import Store

_FACT = "compiled queries"
#: So many queries may be kept beside those asked for: not everyone is due each time.
_SPARE = 1_000
_SPARE_EACH = 4
#: Of so many topics the matches are kept spelled out, some 150 bytes each: a lane asks for its own several times.
_TOPICS_KEPT = 1_000


class TopicMatches:
    """Which papers each topic takes. Only what is asked for is spelled out."""

    def __init__(self, topics: Mapping[Topic, int], keys: Sequence[int], answers: Answers) -> None:
        self._topics = topics
        self._keys = keys
        self._answers = answers
        self._known: dict[int, dict[int, Match]] = {}

    def get(self, topic: Topic) -> Mapping[int, Match] | None:
        """Return the matches of a topic by paper key; None if it has no query."""
        number = self._topics.get(topic)
        if number is None:
            return None
        found = self._known.get(number)
        if found is None:
            if len(self._known) >= _TOPICS_KEPT:
                self._known.clear()
            found = {self._keys[match.paper]: match for match in self._answers.matches(number)}
            self._known[number] = found
        return found

    def bits(self, keys: Iterable[int]) -> int:
        """Return some of the papers as a bit set, as `holding` does."""
        wanted = set(keys)
        return sum(1 << place for place, key in enumerate(self._keys) if key in wanted)

    def holding(self, term: Term) -> int | None:
        """Return the papers that hold a term as a bit set; None if no topic here has it."""
        return self._answers.holding(term)


def matched(store: Store, topics: Sequence[Topic], papers: Mapping[int, Paper]) -> TopicMatches:
    """Return what each of the topics takes of the papers, all matched in one go."""
    asked = [topic for topic in topics if topic.has_query]
    wants = [topic.wants for topic in asked]
    compiled = _compiled(store, asked, wants)
    answers = Matcher.of(compiled, wants).answers(list(papers.values()))
    numbers = {topic: number for number, topic in enumerate(asked)}
    return TopicMatches(numbers, list(papers), answers)


def _compiled(store: Store, topics: Sequence[Topic], wants: Sequence[str]) -> Compiled:
    """Return the queries of these topics, those known from earlier runs as they were kept."""
    compiled = Compiled.from_text(facts.fact(store, _FACT))
    for topic, key in zip(topics, wants, strict=True):
        if key not in compiled.programs:
            compiled.add(key, _query(topic))
    if len(compiled.programs) > _SPARE + _SPARE_EACH * len(wants):
        compiled = compiled.only(dict.fromkeys(wants))
    if compiled.changed and store.writable:
        with store.transaction():
            facts.remember(store, _FACT, compiled.to_text())
    return compiled


def _query(topic: Topic) -> Query:
    query = topic.query
    if query is None:
        raise ValueError(f"topic {topic.name!r} has no query")
    return query
