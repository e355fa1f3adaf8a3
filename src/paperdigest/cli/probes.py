"""Whether the other sides answer: mail, Slack, feeds. Each is asked once; nothing is sent or stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from paperdigest.app import App
from paperdigest.config import Settings
from paperdigest.core.errors import PaperdigestError


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of asking one of them."""

    name: str
    ok: bool
    says: str


def probe_all(settings: Settings) -> Iterator[Probed]:
    """Yield one result for each channel in use and each source that can be asked."""
    app = App(settings)
    try:
        for channel in _channels(settings):
            yield from _probed(channel, partial(app.channel, channel))
        for source in settings.sources:
            yield from _probed(f"source {source.name}", partial(app.source, source.name))
    finally:
        app.close()


def _channels(settings: Settings) -> list[str]:
    """Return the channels that are set up or used; the folder is always there."""
    used = {"email"} if settings.email is not None else set()
    if settings.slack is not None and settings.slack.token is not None:
        used.add("slack")
    if settings.slack is not None and settings.slack.webhooks:
        used.add("slack-webhook")
    targets = [*settings.operator]
    for subscriber in settings.subscribers:
        targets.extend(subscriber.deliver)
    used |= {target.partition(":")[0] for target in targets}
    return sorted(used - {"file"})


def _probed(name: str, make: Callable[[], Any]) -> Iterator[Probed]:
    try:
        made = make()
        if hasattr(made, "probe"):
            yield Probed(name, True, str(made.probe()))
    except PaperdigestError as error:
        yield Probed(name, False, str(error))
