"""Who wants what: subscribers and topics as values. Reading them from files is config's work."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from paperdigest.core.expression import parse_query
from paperdigest.core.query import Query, keywords
from paperdigest.core.tree import wanted_terms

#: Whoever runs the service, as a reader of notices; no subscriber can have such a name.
OPERATOR = "(operator)"


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing a subscriber wants to hear of. `require` is a list of alternatives: one of each group.

    `schedule` is "" for the subscriber's own, "at once" for alerts. `limit` None: the subscriber's.
    `trending` > 0 makes a list of that many papers by votes or place within `within`. `expression` is
    what stands under the key `query`.
    """

    name: str
    keywords: tuple[str, ...] = ()
    require: tuple[tuple[str, ...], ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    trending: int = 0
    within: timedelta = timedelta(days=7)
    min_votes: int = 0
    weight: float = 1.0
    schedule: str = ""
    limit: int | None = None
    expression: str = ""

    @property
    def has_query(self) -> bool:
        """Say whether it asks for anything: a trending list may take everything."""
        return bool(self.wants.strip("\x1e"))

    @property
    def query(self) -> Query | None:
        """Return what decides; None for a trending list that takes everything. Raises QueryError."""
        return _query(
            self.keywords,
            self.require,
            self.exclude,
            self.authors,
            self.categories,
            self.sources,
            self.expression,
        )

    @property
    def whole_sources(self) -> tuple[str, ...]:
        """Return the sources of which it takes everything that is not excluded; none where it asks for more."""
        asks = self.keywords or self.require or self.authors or self.categories or self.expression
        return () if asks else self.sources

    @property
    def wants(self) -> str:
        """Return all that decides about its papers as one text: topics that want the same, the same text."""
        groups = "\x1d".join(["\x1f".join(group) for group in self.require])
        lists = (self.keywords, self.exclude, self.authors, self.categories, self.sources)
        return "\x1e".join([groups, self.expression, *["\x1f".join(words) for words in lists]])

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is looked for, as typed: the names under which new finds are shown."""
        if not self.expression:
            return self.keywords + self.authors
        wanted = wanted_terms(_expressed(self.expression).root)
        typed = (term.name for term in wanted)
        return tuple(dict.fromkeys((*self.keywords, *self.authors, *typed)))


_Texts = tuple[str, ...]


@lru_cache(maxsize=1024)
def _query(
    words: _Texts,
    require: tuple[_Texts, ...],
    exclude: _Texts,
    authors: _Texts,
    categories: _Texts,
    sources: _Texts,
    expression: str,
) -> Query | None:
    if not any((words, require, exclude, authors, categories, sources, expression)):
        return None
    return keywords(
        words,
        require=require,
        exclude=exclude,
        authors=authors,
        categories=categories,
        sources=sources,
        query=_expressed(expression) if expression else None,
    )


@lru_cache(maxsize=1024)
def _expressed(expression: str) -> Query:
    return parse_query(expression)


@dataclass(frozen=True, slots=True)
class Pause:
    """No digests from `from_day` (None: now) up to but not including `until` (None: open end)."""

    from_day: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader or shared channel. `deliver` holds targets with their channel: `email:a@b`.

    `schedule` is a text that `core.schedule.parse_schedule` takes; `timezone` an IANA name.
    `send_empty` is "true", "false" or "weekly"; `catch_up` "coalesce" or "skip";
    `quiet` is "22:00-07:00" or ""; `group` "topic" or "day"; `attach` are `attachment.Citations`.
    """

    name: str
    deliver: tuple[str, ...] = ("file:outbox",)
    schedule: str = "daily 08:00"
    timezone: str = "UTC"
    limit: int = 20
    backfill: timedelta = timedelta(days=7)
    send_empty: str = "weekly"
    include: tuple[str, ...] = ("new", "withdrawn")
    catch_up: str = "coalesce"
    pause: Pause | None = None
    quiet: str = ""
    shared: bool = False
    group: str = "topic"
    attach: tuple[str, ...] = ()
    formerly: str = ""
    topics: tuple[Topic, ...] = ()


def topic_to_json(topic: Topic) -> str:
    """Return the topic as one line of JSON that `topic_from_json` reads; equal topics, equal text."""
    return json.dumps(_plain_topic(topic), sort_keys=True, ensure_ascii=False)


def topic_from_json(text: str) -> Topic:
    """Read what `topic_to_json` wrote; keys of later versions are passed over."""
    return _topic(json.loads(text))


def subscriber_to_json(subscriber: Subscriber) -> str:
    """Return the subscriber as JSON, kept in the store as its last good version."""
    plain = _plain(subscriber)
    plain["topics"] = [_plain_topic(topic) for topic in subscriber.topics]
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def subscriber_from_json(text: str) -> Subscriber:
    """Read what `subscriber_to_json` wrote."""
    known = _known(Subscriber, json.loads(text))
    known["backfill"] = timedelta(seconds=known["backfill"])
    pause = known.get("pause")
    if pause is not None:
        known["pause"] = Pause(_day(pause["from_day"]), _day(pause["until"]))
    known["deliver"] = tuple(known["deliver"])
    known["include"] = tuple(known["include"])
    known["attach"] = tuple(known.get("attach", ()))
    known["topics"] = tuple(_topic(topic) for topic in known["topics"])
    return Subscriber(**known)


def _plain_topic(topic: Topic) -> dict[str, Any]:
    plain = _plain(topic)
    if not topic.expression:  # a topic that was stored before there were any has not changed
        del plain["expression"]
    return plain


def _plain(value: Any) -> dict[str, Any]:
    plain = asdict(value)
    return {name: _plain_value(plain[name]) for name in plain}


def _plain_value(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain_value(item) for key, item in value.items()}
    return value


def _topic(plain: dict[str, Any]) -> Topic:
    known = _known(Topic, plain)
    for name in ("keywords", "exclude", "authors", "categories", "sources"):
        known[name] = tuple(known[name])
    known["require"] = tuple(tuple(group) for group in known["require"])
    known["within"] = timedelta(seconds=known["within"])
    return Topic(**known)


def _known(kind: type, plain: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in plain.items() if name in names}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
