"""One record of our own dump format: its keys, their types, their limits. Unknown keys are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, AUTHORS_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import BadIdError, identified

_ITEMS = 500
_ITEM_CAP = 500
#: SQLite's largest integer is larger; no paper has more votes.
_MOST_VOTES = 2**53
_MOST_VERSIONS = 9_999


class BadRecordError(Exception):
    """This record cannot be taken."""


def record(value: Mapping[str, object], fields: Mapping[str, str]) -> Paper:
    """Return the paper that the object describes. Raises BadRecordError naming the key.

    `fields` gives other names for our keys.
    """
    if fields:
        value = {
            **value,
            **{ours: value[theirs] for ours, theirs in fields.items() if theirs in value},
        }
    title = clean(_text(value, "title"), TITLE_CAP)
    if not title:
        raise BadRecordError("no title" if "title" not in value else "the title is empty")
    try:
        ids, version = identified((_text(value, "id"), *_texts(value, "ids", _ITEMS)))
    except BadIdError as error:
        raise BadRecordError(str(error)) from error
    abstract = clean(_text(value, "abstract"), ABSTRACT_CAP)
    return Paper(
        title=title,
        abstract=abstract,
        partial=not abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=_names(value, "authors", AUTHORS_CAP),
        categories=_names(value, "categories", _ITEMS),
        keywords=_names(value, "keywords", _ITEMS),
        venue=clean(_text(value, "venue"), _ITEM_CAP),
        url=safe_url(_text(value, "url")),
        links=_links(value),
        published_at=_date(value, "published_at"),
        updated_at=_date(value, "updated_at"),
        version=_version(value) if version is None else version,
        votes=_votes(value),
        withdrawn=_withdrawn(value),
    )


def _text(value: Mapping[str, object], key: str) -> str:
    text = value.get(key)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise BadRecordError(f'"{key}" is {_kind(text)}, not a text')
    return text


def _texts(value: Mapping[str, object], key: str, most: int) -> tuple[str, ...]:
    items = value.get(key)
    if not items:
        if items is None or items == []:
            return ()
        raise BadRecordError(f'"{key}" is {_kind(items)}, not a list of texts')
    if not isinstance(items, list):
        raise BadRecordError(f'"{key}" is {_kind(items)}, not a list of texts')
    for item in items:
        if not isinstance(item, str):
            raise BadRecordError(f'"{key}" holds {_kind(item)}, not only texts')
    return tuple(items[:most])


@lru_cache(maxsize=2048)  # a dump names the same days over and over
def _instant(text: str) -> datetime | None:
    return utc(text)


def _names(value: Mapping[str, object], key: str, most: int) -> tuple[str, ...]:
    items = _texts(value, key, most)
    if not items or _all_clean(items):
        return items
    return tuple([name for item in items if (name := clean(item, _ITEM_CAP))])


def _all_clean(items: tuple[str, ...]) -> bool:
    """Say whether nothing is to be done to any of them: one look at all is faster than one at each."""
    row = f"|{'|'.join(items)}|"
    return "||" not in row and "| " not in row and " |" not in row and clean(row, _ITEM_CAP) == row


def _links(value: Mapping[str, object]) -> tuple[Link, ...]:
    items = value.get("links")
    if items is None:
        return ()
    if not isinstance(items, list):
        raise BadRecordError(f'"links" is {_kind(items)}, not a list')
    return tuple(link for item in items[:_ITEMS] if (link := _link(item)).url)


def _link(item: object) -> Link:
    if isinstance(item, str):
        return Link("page", safe_url(item))
    if not isinstance(item, dict):
        raise BadRecordError(f'"links" holds {_kind(item)}, not {{"rel", "url"}} or an address')
    return Link(clean(_text(item, "rel"), 40) or "page", safe_url(_text(item, "url")))


def _date(value: Mapping[str, object], key: str) -> datetime | None:
    text = _text(value, key)
    return _instant(text) if text else None


def _votes(value: Mapping[str, object]) -> int | None:
    votes = value.get("votes")
    if votes is None:
        return None
    if isinstance(votes, bool) or not isinstance(votes, int):
        raise BadRecordError(f'"votes" is {_kind(votes)}, not a whole number')
    if not -_MOST_VOTES <= votes <= _MOST_VOTES:
        raise BadRecordError('"votes" is out of range')
    return votes


def _version(value: Mapping[str, object]) -> int | None:
    """Return the version that no id carries. Others may call something else so: that is passed over."""
    version = value.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        return None
    return version if 0 < version <= _MOST_VERSIONS else None


def _withdrawn(value: Mapping[str, object]) -> bool:
    withdrawn = value.get("withdrawn")
    if withdrawn is None:
        return False
    if not isinstance(withdrawn, bool):
        raise BadRecordError(f'"withdrawn" is {_kind(withdrawn)}, not true or false')
    return withdrawn


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
