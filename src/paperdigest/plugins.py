"""Sources, formats and channels by name, through entry points. Imports only what is asked for, so a
broken plug-in that is not configured stops nothing. What a plug-in does is its own matter.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, get_type_hints

from paperdigest.core.errors import PaperdigestError


class Group(StrEnum):
    """The three kinds of plug-in, each an entry point group."""

    SOURCES = "paperdigest.sources"
    FORMATS = "paperdigest.formats"
    CHANNELS = "paperdigest.channels"


#: The same lines as in pyproject.toml, for a checkout that is not installed.
BUILT_IN: Mapping[Group, Mapping[str, str]] = MappingProxyType(
    {
        Group.SOURCES: {
            "arxiv": "paperdigest.sources.arxiv:ArxivSource",
            "biorxiv": "paperdigest.sources.biorxiv_server:BiorxivSource",
            "feed": "paperdigest.sources.feed:FeedSource",
            "huggingface": "paperdigest.sources.huggingface:HuggingFaceSource",
            "inbox": "paperdigest.sources.inbox:InboxSource",
            "pubmed": "paperdigest.sources.pubmed:PubmedSource",
            "url": "paperdigest.sources.url:UrlSource",
        },
        Group.FORMATS: {
            "arxiv-snapshot": "paperdigest.sources.arxiv_snapshot:FORMAT",
            "bibtex": "paperdigest.sources.bibtex:FORMAT",
            "biorxiv": "paperdigest.sources.biorxiv:FORMAT",
            "crossref": "paperdigest.sources.crossref:FORMAT",
            "feed": "paperdigest.sources.feed:FORMAT",
            "hf-daily": "paperdigest.sources.hf_daily:FORMAT",
            "json": "paperdigest.sources.json_list:FORMAT",
            "json-lines": "paperdigest.sources.json_lines:FORMAT",
            "nbib": "paperdigest.sources.medline:FORMAT",
            "openalex": "paperdigest.sources.openalex:FORMAT",
            "openreview": "paperdigest.sources.openreview:FORMAT",
            "page-dump": "paperdigest.sources.page_dump:FORMAT",
            "page-markdown": "paperdigest.sources.page_markdown:FORMAT",
            "pubmed": "paperdigest.sources.pubmed_xml:FORMAT",
            "ris": "paperdigest.sources.ris:FORMAT",
            "semantic-scholar": "paperdigest.sources.semantic_scholar:FORMAT",
            "table": "paperdigest.sources.table:FORMAT",
        },
        Group.CHANNELS: {
            "email": "paperdigest.channels.email:EmailChannel",
            "file": "paperdigest.channels.file:FileChannel",
            "slack": "paperdigest.channels.slack:SlackChannel",
            "slack-webhook": "paperdigest.channels.slack_webhook:SlackWebhookChannel",
        },
    }
)

_NOUNS = {
    Group.SOURCES: "kind of source",
    Group.FORMATS: "format",
    Group.CHANNELS: "channel",
}


class PluginError(PaperdigestError):
    """A plug-in that does not exist or cannot be imported. `message` and `hint` as elsewhere."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message + (f" · {hint}" if hint else ""))
        self.message = message
        self.hint = hint


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One option of a plug-in: a field of its dataclass. `type` is the resolved annotation."""

    name: str
    type: Any
    required: bool
    default: object = None


def names(group: Group) -> tuple[str, ...]:
    """Return every known name of the group, sorted. Imports none of them."""
    return tuple(sorted({*BUILT_IN[group], *(point.name for point in entry_points(group=group))}))


def load(group: Group, name: str) -> Any:
    """Import and return the plug-in. Raises PluginError: unknown (lists the others), or broken."""
    try:
        return _target(group, name)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise PluginError(
            f'the {_NOUNS[group]} "{name}" could not be loaded ({type(error).__name__}: {error})',
            "install what it needs, or remove it from the config",
        ) from error


def unknown(group: Group, name: str) -> PluginError:
    """Return the error for a name that no plug-in has."""
    known = names(group)
    close = get_close_matches(name.lower(), known, n=1)
    guess = f'did you mean "{close[0]}"? ' if close else ""
    return PluginError(f'unknown {_NOUNS[group]} "{name}"', f"{guess}known: {', '.join(known)}")


def options(plugin: Any) -> tuple[Option, ...]:
    """Return the options of a plug-in that is a dataclass: its fields but `name` and those with
    `metadata={"internal": True}`, which the program fills in.

    Raises PluginError when it is no dataclass or its annotations name what does not exist.
    """
    if not dataclasses.is_dataclass(plugin):
        raise PluginError(f"{_called(plugin)} is not a dataclass", "ask whoever wrote the plug-in")
    try:
        hints = get_type_hints(plugin)
    except NameError as error:
        raise PluginError(
            f"{_called(plugin)} has an annotation that is not defined: {error}"
        ) from error
    return tuple(
        _option(field, hints[field.name])
        for field in dataclasses.fields(plugin)
        if field.init and field.name != "name" and not field.metadata.get("internal")
    )


def _target(group: Group, name: str) -> Any:
    # The built-in names are ours: no other distribution can take the place of "email".
    if name in BUILT_IN[group]:
        module, _, attribute = BUILT_IN[group][name].partition(":")
        return getattr(import_module(module), attribute)
    for point in entry_points(group=group, name=name):
        return point.load()
    raise unknown(group, name)


def _option(field: dataclasses.Field[Any], hint: Any) -> Option:
    if field.default is not dataclasses.MISSING:
        return Option(field.name, hint, required=False, default=field.default)
    if field.default_factory is not dataclasses.MISSING:
        return Option(field.name, hint, required=False, default=field.default_factory())
    return Option(field.name, hint, required=True)


def _called(plugin: Any) -> str:
    return f"{getattr(plugin, '__module__', '?')}.{getattr(plugin, '__qualname__', plugin)}"
