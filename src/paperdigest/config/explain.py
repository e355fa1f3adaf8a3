"""Validate a raw table and say what is wrong with it in plain words, each with its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from paperdigest.config import model
from paperdigest.config.around import Around
from paperdigest.config.complaint import OURS, At, Complaint
from paperdigest.config.near import nearest
from paperdigest.config.positions import Path

TableT = TypeVar("TableT", bound=model.Table)

#: Where a key belongs that stands in the wrong table.
_HOMES: tuple[tuple[type[model.Table], str], ...] = (
    (model.TopicTable, "it belongs to a topic: put it below [[subscriber.topic]] or [[topic]]"),
    (model.SubscriberTable, "it belongs to a subscriber: put it above the first topic"),
    (model.EmailTable, "it belongs below [email]"),
    (model.SlackTable, "it belongs below [slack]"),
    (model.SourceTable, "it belongs below [[source]]"),
    (model.DigestTable, "it belongs below [digest]"),
    (model.MainTable, "it belongs at the top of paperdigest.toml, above the first ["),
)
#: Words people bring along from elsewhere.
_OTHER_WORDS = {
    "cron": "schedule",
    "interval": "every",
    "recipient": "deliver",
    "recipients": "deliver",
    "sender": "from",
    "server": "host",
    "smtp": "host",
    "to": "deliver",
    "type": "kind",
    "tz": "timezone",
    "user": "username",
}
_WORDED: dict[tuple[type[model.Table], str], str] = {
    (
        model.MainTable,
        "topic",
    ): "write [[subscriber.topic]] below its [[subscriber]], or [topics.NAME]",
    (model.MainTable, "sources"): "write [[source]]",
    (model.MainTable, "subscribers"): "write [[subscriber]]",
    (model.MainTable, "subscription"): "write [[subscriber]]",
}
_HEADINGS = {
    "source": "[[source]]",
    "subscriber": "[[subscriber]]",
    "topic": "[[subscriber.topic]]",
}


def validated(
    kind: type[TableT], raw: Mapping[str, Any], around: Around, path: Path = ()
) -> tuple[TableT | None, list[Complaint]]:
    """Return the table, or None and everything that is wrong with its single values."""
    try:
        return kind.model_validate(raw, context=around), []
    except ValidationError as error:
        # The values stay out: one of them may be a secret in the wrong place.
        details = error.errors(include_url=False, include_input=False)
    return None, [_complaint(kind, raw, detail, path) for detail in details]


def unknown_key(known: set[str], key: str, table: type[model.Table] | None = None) -> str:
    """Return the hint for a key that the table does not have."""
    if table is not None and (table, key) in _WORDED:
        return _WORDED[table, key]
    guess = nearest(key, known)
    close = bool(guess) and abs(len(guess) - len(key)) <= 1
    if close:
        return f'did you mean "{guess}"?'
    for home, hint in _HOMES:
        if home is not table and key in keys(home) and key != "name":
            return hint
    if _OTHER_WORDS.get(key.lower()) in known:
        guess = _OTHER_WORDS[key.lower()]
    return f'did you mean "{guess}"?' if guess else f"known: {', '.join(sorted(known))}"


def keys(table: type[BaseModel]) -> set[str]:
    """Return the keys of a table as they are written."""
    return {field.alias or name for name, field in table.model_fields.items()}


def _complaint(
    kind: type[model.Table], raw: Mapping[str, Any], detail: ErrorDetails, path: Path
) -> Complaint:
    loc = _as_written(raw, detail["loc"])
    at = At.VALUE
    if loc[-1:] == ("[key]",):
        loc, at = loc[:-1], At.KEY
    where = (*path, *loc)
    match detail["type"]:
        case "extra_forbidden":
            return _unknown(kind, loc, where)
        case "missing":
            what = f'"{loc[-1]}" is missing'
            return Complaint(where[:-1], what, f"add {loc[-1]} = …", At.TABLE)
        case "model_type" | "model_attributes_type" | "dict_type":
            return Complaint(where, *_table_wanted(loc))
        case "tuple_type":
            return Complaint(where, *_list_wanted(kind, loc))
        case _ if detail["type"] == OURS:
            said = detail["ctx"]
            return Complaint(where, said["what"], said["hint"], at, said["index"])
        case _:
            return Complaint(where, detail["msg"][:1].lower() + detail["msg"][1:])


def _unknown(kind: type[model.Table], loc: Path, where: Path) -> Complaint:
    key = str(loc[-1])
    table = _table_at(kind, loc[:-1])
    shown = f'unknown key "{key}"' if key.isprintable() and len(key) <= 60 else "unknown key"
    if kind is model.SubscriberTable and len(loc) == 1 and key == "subscriber":
        what = "this file is one subscriber already"
        return Complaint(where, what, "write its keys without a heading, and [[topic]]", At.KEY)
    hint = unknown_key(keys(table), key, table) if table is not None else ""
    return Complaint(where, shown, hint, At.KEY)


def _table_wanted(loc: Path) -> tuple[str, str]:
    if loc[-1] in ("password", "token") or "webhooks" in loc[:-1]:
        return "a secret is not written into the file", 'write { file = "secrets/NAME" }'
    name = next((part for part in reversed(loc) if isinstance(part, str)), "")
    if name in _HEADINGS:
        return "a table is wanted here", f"write {_HEADINGS[name]}"
    if name == "pause":
        return "a table is wanted here", "write { from = 2026-12-20, until = 2027-01-07 }"
    return "a table is wanted here", f"write [{'.'.join(map(str, loc))}]"


def _list_wanted(kind: type[model.Table], loc: Path) -> tuple[str, str]:
    name = str(loc[-1])
    if name == "topic" and kind is model.SubscriberTable:
        return '"topic" takes two brackets', "write [[topic]]"
    if name in _HEADINGS:
        return f'"{name}" takes two brackets', f"write {_HEADINGS[name]}"
    return "a list is wanted here", 'write it like ["…", "…"]'


def _as_written(raw: object, loc: Path) -> Path:
    """Return the path in the file: a text stands for a list of one, a flat `require` for one group."""
    written: Path = ()
    value = raw
    for part in loc:
        if isinstance(value, str):
            return written
        flat = isinstance(value, list) and not any(isinstance(item, list) for item in value)
        if part == 0 and flat and written[-1:] == ("require",) and len(loc) > len(written) + 1:
            continue
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        written = (*written, part)
    return written


def _table_at(kind: type[BaseModel], loc: Path) -> type[model.Table] | None:
    """Return the table that a path leads to."""
    here: Any = kind
    for part in loc:
        table = _table_in(here)
        if table is None:
            return None
        here = table
        if isinstance(part, str):
            named = {field.alias or name: field for name, field in table.model_fields.items()}
            here = named[part].annotation if part in named else table
    return _table_in(here)


def _table_in(annotation: Any) -> type[model.Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, model.Table):
        return annotation
    return next(filter(None, map(_table_in, get_args(annotation))), None)
