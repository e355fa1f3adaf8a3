"""The types of single config values: how each may be written and what it becomes.

Each is an annotated type for `model`. All forgiving rules are here; rules over several keys are in `together`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    Strict,
    ValidationInfo,
)
from pydantic_core import CoreSchema, core_schema

from paperdigest.config import addresses, targets
from paperdigest.config.around import of
from paperdigest.config.complaint import wrong, wrong_as
from paperdigest.config.near import did_you_mean
from paperdigest.config.written import plain, text
from paperdigest.core.attachment import Citations
from paperdigest.core.errors import QueryError
from paperdigest.core.expression import parse_query
from paperdigest.core.keyword import parse_keyword
from paperdigest.core.paper import ChangeKind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NAME_LENGTH = 64
_TOPIC_LENGTH = 100


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _groups(value: Any) -> Any:
    """Read `require`: texts are one group of alternatives, lists are one group each."""
    if isinstance(value, str) or (
        isinstance(value, list) and not any(isinstance(item, list) for item in value)
    ):
        return [value] if value else []
    return value


def filled(text: str) -> str:
    """Return a text that says something, on one line and without control characters."""
    if not text.strip():
        raise wrong("this is empty", "write something or leave the line out")
    if not text.isprintable():
        raise wrong("this holds a control character", "type it again")
    return text.strip()


def _whole(low: int, high: int, noun: str) -> Callable[[object], int]:
    def check(value: object) -> int:
        if isinstance(value, str) and value.strip().isdecimal():
            raise wrong("a number is wanted here", f"write it without quotes: {value.strip()}")
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong("a whole number is wanted here", f"write {noun}")
        if not low <= value <= high:
            raise wrong(f"{value} is out of range", f"write {noun}, from {low} to {high}")
        return value

    return check


def whole(low: int, high: int, noun: str) -> PlainValidator:
    """Return the validator of a whole number between the two."""
    return PlainValidator(_whole(low, high, noun), json_schema_input_type=int)


def _rate(value: object) -> int:
    per_minute = re.fullmatch(r"\s*(\d{1,6})\s*(?:per|/)\s*min(?:ute)?\s*", str(value))
    return _whole(1, 100_000, "a number of mails a minute")(
        int(per_minute[1]) if per_minute else value
    )


def _weight(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong("a number is wanted here", "write it without quotes, like 2 or 0.5")
    if not 0 < value <= 1000:
        raise wrong(f"{value} is out of range", "write a number above 0, up to 1000")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong("true or false is wanted here", "write true or false, without quotes")
    return value


def _send_empty(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value in ("true", "false", "weekly"):
        return str(value)
    raise wrong('true, false or "weekly" is wanted here', 'write send_empty = "weekly"')


def _keyword(text: str) -> str:
    try:
        parse_keyword(text)
    except QueryError as error:
        raise wrong_as(error) from None
    return text.strip()


def _expression(text: str) -> str:
    try:
        parse_query(text)
    except QueryError as error:
        raise wrong_as(error) from None
    return text.strip()


def name_fault(name: str) -> str:
    """Return what is wrong with a name that goes into file names and headers, or ""."""
    if len(name) > _NAME_LENGTH:
        return f"a name has at most {_NAME_LENGTH} characters"
    if not _NAME.fullmatch(name):
        return "a name is letters, digits, - _ and . and starts with a letter or digit"
    return ""


def _name(text: str) -> str:
    if fault := name_fault(text):
        shown = text if text.isprintable() and len(text) <= _NAME_LENGTH else "this"
        raise wrong(f'"{shown}" cannot be a name', fault)
    return text


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        # Not repeated: this is where people put the secret itself.
        raise wrong("this is not the name of a variable", 'write the name, like "SMTP_PASSWORD"')
    return text


def _topic_name(text: str) -> str:
    if len(text) > _TOPIC_LENGTH:
        raise wrong(
            "this name is too long", f"a topic's name has at most {_TOPIC_LENGTH} characters"
        )
    return filled(text)


def _shared_topic(text: str, info: ValidationInfo) -> str:
    known = of(info).topics
    if text not in known:
        listed = f"known: {', '.join(known)}" if known else "define it as [topics.NAME]"
        raise wrong(f'unknown shared topic "{text}"', did_you_mean(text, known) or listed)
    return text


def _source_name(text: str, info: ValidationInfo) -> str:
    known = of(info).sources
    if text not in known:
        listed = f"known: {', '.join(known)}" if known else "there is no [[source]]"
        raise wrong(f'unknown source "{text}"', did_you_mean(text, known) or listed)
    return text


def _target(text: str, info: ValidationInfo) -> str:
    return targets.target(text, of(info))


def _once(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _some(items: tuple[str, ...]) -> tuple[str, ...]:
    if not items:
        raise wrong("this list is empty", "name at least one, or leave the line out")
    return _once(items)


def path_of(value: object, info: ValidationInfo) -> Path:
    """Return a path as absolute. Relative ones start at the config file."""
    return of(info).path(filled(text(value)))


class OneOf:
    """Annotation of a text that is one of a few."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names)}

    def _check(self, text: str) -> str:
        if text not in self.names:
            listed = f"write one of: {', '.join(self.names)}"
            raise wrong(
                f'"{_short(text)}" is not known here', did_you_mean(text, self.names) or listed
            )
        return text


def _short(text: str) -> str:
    return "".join(sign for sign in text[:40] if sign.isprintable())


Raw = Annotated[str, Strict(), BeforeValidator(text)]
Text = Annotated[Raw, AfterValidator(filled)]
Name = Annotated[Raw, AfterValidator(_name)]
TopicName = Annotated[Raw, AfterValidator(_topic_name)]
Keyword = Annotated[Raw, AfterValidator(_keyword)]
Expression = Annotated[Raw, AfterValidator(_expression)]
SourceName = Annotated[Raw, AfterValidator(_source_name)]
SharedTopic = Annotated[Raw, AfterValidator(_shared_topic)]
Target = Annotated[Raw, AfterValidator(_target)]
Mailbox = Annotated[Raw, AfterValidator(targets.mailbox)]
Address = Annotated[Raw, AfterValidator(targets.address)]
Variable = Annotated[Raw, AfterValidator(_variable)]

_LIST = BeforeValidator(_listed, json_schema_input_type=str | list[str])
Texts = Annotated[tuple[Text, ...], _LIST, AfterValidator(_once)]
Keywords = Annotated[tuple[Keyword, ...], _LIST, AfterValidator(_once)]
Groups = Annotated[
    tuple[Keywords, ...],
    BeforeValidator(_groups, json_schema_input_type=str | list[str | list[str]]),
]
SourceNames = Annotated[tuple[SourceName, ...], _LIST, AfterValidator(_once)]
SharedTopics = Annotated[tuple[SharedTopic, ...], _LIST, AfterValidator(_once)]
Targets = Annotated[tuple[Target, ...], _LIST, AfterValidator(_once)]
SomeTargets = Annotated[tuple[Target, ...], _LIST, AfterValidator(_some)]

Tls = Annotated[Raw, OneOf("starttls", "implicit", "none")]
Auth = Annotated[Raw, OneOf("password", "xoauth2", "none")]
OnUnknown = Annotated[Raw, OneOf("resend_once", "hold")]
CatchUp = Annotated[Raw, OneOf("coalesce", "skip")]
Group = Annotated[Raw, OneOf("topic", "day")]
Kinds = Annotated[tuple[Annotated[Raw, OneOf(*ChangeKind)], ...], _LIST, AfterValidator(_some)]

Attached = Annotated[tuple[Annotated[Raw, OneOf(*Citations)], ...], _LIST, AfterValidator(_once)]

Limit = Annotated[int, whole(0, 1_000, "how many papers")]
Flag = Annotated[bool, plain(_flag, bool)]
Weight = Annotated[float, plain(_weight, float)]
Rate = Annotated[int, plain(_rate, int | str)]
SendEmpty = Annotated[str, plain(_send_empty, bool | str)]
FilePath = Annotated[Path, plain(path_of)]
PublicUrl = Annotated[Raw, AfterValidator(addresses.public_url)]
Listen = Annotated[Raw, AfterValidator(addresses.listen)]
HealthListen = Annotated[Raw, AfterValidator(addresses.listen_or_not)]
LogFormat = Annotated[Raw, OneOf("text", "json")]
SecretAddress = Annotated[Raw, AfterValidator(addresses.secret_address)]
ApiUrl = Annotated[Raw, AfterValidator(addresses.api_url)]
Search = Annotated[Raw, AfterValidator(addresses.search)]
Host = Annotated[Raw, AfterValidator(addresses.host)]
