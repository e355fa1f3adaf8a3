"""What is not wrong but probably not meant. `check` prints it; nothing is refused because of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from paperdigest.config.folders import SUBSCRIPTIONS, TOPICS, shown
from paperdigest.config.settings import Settings
from paperdigest.core.remarks import remarks

_SLACK = ("slack:", "slack-webhook:")


def warnings(settings: Settings) -> Iterator[str]:
    """Yield a line for everything that the files alone show."""
    yield from _nobody(settings)
    yield from _one_slack_channel(settings)
    yield from _unattached(settings)
    yield from _expressions(settings)
    yield from _page(settings)
    yield from _folders(settings)
    for key, secret in settings.secrets():
        if secret.read_by_others():
            path = shown(Path(secret.value[0]))
            yield f"{key}: other users can read {path} · chmod 600 {path}"
    for name in (SUBSCRIPTIONS, TOPICS):
        yield from _passed_over(settings.folder / name)


def _nobody(settings: Settings) -> Iterator[str]:
    if not settings.operator and len(settings.subscribers) != 1:
        yield 'no operator hears of failing sources · add operator = ["email:you@example.org"]'
    if not settings.sources:
        yield "nothing is read · add a [[source]]"
    if not settings.subscribers and not settings.broken:
        yield f"nobody reads · add {SUBSCRIPTIONS}/NAME.toml or a [[subscriber]]"


def _one_slack_channel(settings: Settings) -> Iterator[str]:
    readers: dict[str, list[str]] = {}
    for subscriber in settings.subscribers:
        for target in subscriber.deliver:
            if target.startswith(_SLACK):
                readers.setdefault(target, []).append(subscriber.name)
    for target, names in readers.items():
        if len(names) > 1:
            yield f"{target} gets the digests of {' and '.join(names)} · papers may appear twice there"


def _unattached(settings: Settings) -> Iterator[str]:
    for reader in settings.subscribers:
        if reader.attach and all(target.startswith(_SLACK) for target in reader.deliver):
            yield f"{reader.name}: attach does nothing in Slack · files go by mail and into folders"


def _expressions(settings: Settings) -> Iterator[str]:
    topics = (topic for subscriber in settings.subscribers for topic in subscriber.topics)
    for topic in dict.fromkeys(topics):  # a shared one is several readers'
        for remark in remarks(topic.expression):
            yield f"{topic.name}: query, column {remark.column}: {remark}"


def _page(settings: Settings) -> Iterator[str]:
    if settings.public_url and not settings.public_url.startswith("https://"):
        yield "public_url is an address of this machine, which no reader can open · write https://…"
    elif settings.public_url and settings.email is None:
        yield "public_url is set, but only e-mails carry unsubscribe links · add [email], or remove it"


def _folders(settings: Settings) -> Iterator[str]:
    storage = settings.storage
    nearest = next(place for place in (storage, *storage.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        yield f"{shown(storage)} cannot be written · set [storage] dir, or run as its owner"
    for source in settings.sources:
        path = source.options.get("path")
        if source.kind == "inbox" and isinstance(path, Path) and not path.is_dir():
            yield f'source "{source.name}": there is no folder {shown(path)} · mkdir {shown(path)}'


def _passed_over(folder: Path) -> Iterator[str]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  Path.iterdir hides which call failed
    except OSError:
        return
    for name in names:
        if not name.startswith(".") and not name.endswith((".toml", "~", ".md", ".txt")):
            yield f"{shown(folder / name)} is not read · only names that end in .toml are"
