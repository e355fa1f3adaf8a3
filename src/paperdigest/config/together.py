"""Rules over more than one key: what excludes, needs or repeats what.

They read the raw tables, so that a mistake in one key does not hide what is wrong with others. A
value of the wrong type is passed over here; `model` reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from paperdigest.config.addresses import is_loopback
from paperdigest.config.around import Around, rows, table
from paperdigest.config.complaint import At, Complaint
from paperdigest.config.positions import Path
from paperdigest.config.settings import WebSettings

Raw = Mapping[str, Any]
#: Where the page for readers listens unless the config says otherwise.
_WEB = WebSettings().listen
_WANTS = ("keywords", "require", "authors", "categories", "sources", "query", "trending")


def main_rules(raw: Raw, around: Around) -> Iterator[Complaint]:
    """Yield what is wrong with the main file beyond its single values."""
    sources = rows(raw.get("source"))
    yield from _twice(_named(sources, ("source",)), "source")
    for number, source in enumerate(sources):
        if "every" in source and "schedule" in source:
            path = ("source", number, "schedule")
            yield Complaint(path, "every and schedule exclude each other", "keep one", At.KEY)
    if isinstance(raw.get("email"), Mapping):
        yield from _email(raw["email"])
    yield from _places(table(raw.get("web")), table(raw.get("health")))
    yield from shared_rules(raw)
    subscribers = rows(raw.get("subscriber"))
    yield from _twice(_named(subscribers, ("subscriber",)), "subscriber")
    for number, subscriber in enumerate(subscribers):
        yield from subscriber_rules(subscriber, ("subscriber", number), around)
    yield from _renames(subscribers)


def shared_rules(raw: Raw) -> Iterator[Complaint]:
    """Yield what is wrong with `[topics.NAME]` tables."""
    for name, topic in table(raw.get("topics")).items():
        path: Path = ("topics", name)
        if not name.strip() or not name.isprintable() or len(name) > 100:
            what = "a topic's name is 1 to 100 characters that can be seen"
            yield Complaint(path, what, "rename it", At.KEY)
        yield from topic_rules(table(topic), path)


def subscriber_rules(raw: Raw, path: Path, around: Around) -> Iterator[Complaint]:
    """Yield what is wrong with one subscriber beyond its single values."""
    topics = rows(raw.get("topic"))
    for number, topic in enumerate(topics):
        yield from topic_rules(topic, (*path, "topic", number))
    yield from _twice([*_used(raw, path, around), *_named(topics, (*path, "topic"))], "topic")
    if not any(raw.get(key) for key in ("topic", "use", "subscriber")):
        what = "this subscriber has no topic"
        hint = "add one with a name and keywords, or use = [...]"
        yield Complaint(path, what, hint, At.TABLE)
    pause = table(raw.get("pause"))
    first, until = _day(pause.get("from")), _day(pause.get("until"))
    if first and until and until <= first:
        what = "this pause ends before it begins"
        yield Complaint(
            (*path, "pause", "until"), what, "until is the first day with digests again"
        )
    if "formerly" in raw and raw["formerly"] == raw.get("name"):
        what = "the old name is the new one"
        yield Complaint((*path, "formerly"), what, "remove the line", At.KEY)


def topic_rules(raw: Raw, path: Path) -> Iterator[Complaint]:
    """Yield what is wrong with one topic beyond its single values."""
    if "query" not in raw and not any(raw.get(key) for key in _WANTS):
        if raw.get("exclude"):  # in the words of core.query, which says it too
            what, hint = "this only excludes", "add a keyword that must be present"
        else:
            what, hint = "this topic asks for nothing", 'add keywords = ["…"]'
        yield Complaint(path, what, hint, At.TABLE)
    schedule = raw.get("schedule")
    if raw.get("alert") is True and schedule is not None and schedule != "at once":
        what = "alert means at once, the schedule says otherwise"
        yield Complaint((*path, "schedule"), what, "keep one of the two", At.KEY)


def _places(web: Raw, health: Raw) -> Iterator[Complaint]:
    place = health.get("listen")
    if place and place == web.get("listen", _WEB):
        what = "the page for readers listens there, and health is not for readers"
        yield Complaint(("health", "listen"), what, "give it another port or socket")


def _email(raw: Raw) -> Iterator[Complaint]:
    if "from" not in raw:
        yield _lacking(("email",), "from", 'from = "Papers <papers@example.org>"')
    if "sendmail" in raw:
        if "host" in raw:
            what = "host and sendmail exclude each other"
            yield Complaint(("email", "sendmail"), what, "keep one", At.KEY)
        return
    if "host" not in raw:
        yield _lacking(("email",), "host", 'host = "smtp.example.org"')
    if raw.get("tls") == "none" and not is_loopback(str(raw.get("host", "localhost"))):
        what = "mail and password would travel in the clear"
        hint = 'tls = "none" is for this machine only, use starttls or implicit'
        yield Complaint(("email", "tls"), what, hint)
    yield from _login(raw)


def _login(raw: Raw) -> Iterator[Complaint]:
    auth = raw.get("auth", "password")
    if auth == "xoauth2":
        needed = {
            "username": 'username = "you@example.org"',
            "token": "token = { command = [...] }",
        }
    elif auth == "password":
        place = '{ file = "secrets/smtp-password" }'
        needed = {"username": 'username = "papers"', "password": f"password = {place}"}
    else:
        return
    missing = [key for key in needed if key not in raw]
    for key in missing:
        hint = needed[key]
        if auth == "password" and len(missing) == len(needed):
            hint += ', or auth = "none" if the server asks for none'
        yield _lacking(("email",), key, hint)


def _lacking(path: Path, key: str, hint: str) -> Complaint:
    return Complaint(path, f'"{key}" is missing', f"add {hint}", At.TABLE)


def _named(tables: Iterable[Raw], path: Path) -> list[tuple[str, Path]]:
    found = ((row.get("name"), (*path, number, "name")) for number, row in enumerate(tables))
    return [(name, where) for name, where in found if isinstance(name, str)]


def _used(raw: Raw, path: Path, around: Around) -> list[tuple[str, Path]]:
    use = raw.get("use")
    names = [use] if isinstance(use, str) else use if isinstance(use, list) else []
    seen: dict[str, Path] = {}
    for number, name in enumerate(names):
        if isinstance(name, str) and name in around.topics:
            seen.setdefault(name, (*path, "use", number))
    return [(around.titles.get(name, name), where) for name, where in seen.items()]


def _twice(named: Iterable[tuple[str, Path]], noun: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for name, path in named:
        # Names reach file names, and some disks do not tell capitals apart.
        if name.casefold() in seen:
            what = f'there is another {noun} "{name}"' if name.isprintable() else f"a {noun} twice"
            yield Complaint(path, what, "names must differ, also beyond capitals")
        seen.add(name.casefold())


def _renames(subscribers: tuple[Raw, ...]) -> Iterator[Complaint]:
    names = {row.get("name") for row in subscribers if isinstance(row.get("name"), str)}
    for number, row in enumerate(subscribers):
        old = row.get("formerly")
        if isinstance(old, str) and old in names and old != row.get("name"):
            what = f'"{old}" is still a subscriber'
            hint = "an old name can only be taken over once it is gone"
            yield Complaint(("subscriber", number, "formerly"), what, hint)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
