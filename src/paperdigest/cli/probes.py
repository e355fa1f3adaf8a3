"""Whether the other sides answer: mail, Slack, feeds. Each is asked once; nothing is sent or stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from paperdigest.app import App
from paperdigest.config import Settings
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.examine_network import ends_soon
from paperdigest.core.survey import Grade, Surveys
from paperdigest.logs import redact


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of asking one of them."""

    name: str
    ok: bool
    says: str
    warns: bool = False  # it works, but not in all ways

    @property
    def mark(self) -> str:
        """Return what it is shown with."""
        if self.warns:
            return "WARNING"
        return "OK" if self.ok else "FAILED"


def probe_all(settings: Settings) -> Iterator[Probed]:
    """Yield one result for each channel in use and each source that can be asked."""
    yield from probe_channels(settings)
    yield from probe_sources(settings)


def probe_channels(settings: Settings) -> Iterator[Probed]:
    """Yield what each channel in use answers, and what it says of each target."""
    app = App(settings)
    try:
        for channel in _channels(settings):
            yield from _probed(
                channel, partial(app.channel, channel), app.clock(), _targets(settings, channel)
            )
    finally:
        app.close()


def probe_sources(settings: Settings) -> Iterator[Probed]:
    """Yield what each source that can be asked answers."""
    app = App(settings)
    try:
        for source in settings.sources:
            yield from _probed(
                f"source {source.name}", partial(app.source, source.name), app.clock()
            )
    finally:
        app.close()


def _channels(settings: Settings) -> list[str]:
    """Return the channels that are set up or used; the folder is always there."""
    used = {"email"} if settings.email is not None else set()
    if settings.slack is not None and settings.slack.token is not None:
        used.add("slack")
    if settings.slack is not None and settings.slack.webhooks:
        used.add("slack-webhook")
    used |= {target.partition(":")[0] for target in _all_targets(settings)}
    return sorted(used - {"file"})


def _all_targets(settings: Settings) -> Iterator[str]:
    yield from settings.operator
    for subscriber in settings.subscribers:
        yield from subscriber.deliver


def _targets(settings: Settings, channel: str) -> list[str]:
    """Return the targets of a channel without its name, each once, in the config's order."""
    parts = (target.partition(":") for target in _all_targets(settings))
    return list(dict.fromkeys(bare for name, _, bare in parts if name == channel))


def _probed(
    name: str, make: Callable[[], Any], now: datetime, targets: Sequence[str] = ()
) -> Iterator[Probed]:
    try:
        made = make()
        if isinstance(made, Surveys):
            for found in made.survey(targets):
                about = f"{name} {found.what}".rstrip()
                good, warns = found.grade is not Grade.BAD, found.grade is Grade.WARNING
                soon = ends_soon(found.until, now)
                says = f"{found.says}, {soon}" if soon else found.says
                yield _told(about, good, says, warns or bool(soon))
        elif hasattr(made, "probe"):
            yield _told(name, True, str(made.probe()))
    except PaperdigestError as error:
        yield _told(name, False, str(error))


def _told(name: str, ok: bool, says: str, warns: bool = False) -> Probed:
    """Return what may be shown: the other side may have named something by what it was told."""
    return Probed(redact(name), ok, redact(says), warns)
