"""Settings become the options of a channel or source, and say when a source is due. Secrets are handed on as
callables, asked when needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from paperdigest.config.secrets import SecretRef
from paperdigest.config.settings import EmailSettings, Settings, SlackSettings, SourceSettings
from paperdigest.core import schedule
from paperdigest.core.clock import behind
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.secret import Secret
from paperdigest.logs import hide

if TYPE_CHECKING:
    from paperdigest.flow.looked_at import SourceView
    from paperdigest.store.sources import SourceState

T = TypeVar("T")

#: A source is due so long before its time: half of the beat at which that is asked, so that it is read at the beat
#: next to its time. A beat is never exact, and at 59 seconds the next one would be half a minute late.
EARLY = timedelta(seconds=15)

#: What a title opens when a record has no address and the source names no search of its own.
_SEARCH = {
    "inbox": "https://scholar.google.com/scholar?q={title}",
    "url": "https://scholar.google.com/scholar?q={title}",
}


class NotConfigured(PaperdigestError):
    """A target names a channel that the config does not set up."""

    exit_code = 3


def channel_options(name: str, settings: Settings) -> dict[str, Any]:
    """Return the constructor arguments of a channel. Raises NotConfigured."""
    if name == "file":
        return {"folder": settings.storage / "outbox", "base": settings.folder}
    if name == "email":
        return _email(_set_up(settings.email, "email"))
    if name == "slack":
        return _slack(_set_up(settings.slack, "slack"))
    if name == "slack-webhook":
        slack = _set_up(settings.slack, "slack")
        webhooks = {key: _asked(ref) for key, ref in slack.webhooks.items()}
        return {"webhooks": webhooks, "on_unknown": slack.on_unknown}
    return _with_secrets(settings.channels.get(name, {}))


def source_options(source: SourceSettings, settings: Settings) -> dict[str, Any]:
    """Return the constructor arguments of a source."""
    options: dict[str, Any] = {"name": source.name, **_with_secrets(source.options)}
    if source.kind == "inbox":
        options["quarantine"] = quarantine_folder(settings)
    return options


def ping_address(settings: Settings) -> Secret | None:
    """Return what is fetched after a good run; None for nothing. Raises SecretError."""
    ping = settings.health.ping
    return ping.resolve() if isinstance(ping, SecretRef) else ping


def source_views(settings: Settings) -> tuple[SourceView, ...]:
    """Return what composing and looking need to know of the configured sources."""
    from paperdigest.flow.looked_at import SourceView

    return tuple(
        SourceView(
            source.name,
            _SEARCH.get(source.kind, "") if source.search is None else source.search,
            source.quiet_after,
        )
        for source in settings.sources
    )


def quarantine_folder(settings: Settings) -> Path:
    """Return where refused files go."""
    return settings.storage / "quarantine"


def _email(email: EmailSettings) -> dict[str, Any]:
    secret = email.token if email.auth == "xoauth2" else email.password
    return {
        "host": email.host,
        "port": email.port,
        "tls": email.tls,
        "auth": email.auth,
        "username": email.username,
        "password": None if secret is None else _asked(secret),
        "sender": email.from_,
        "reply_to": email.reply_to,
        "envelope_from": email.envelope_from,
        "ca_file": email.ca_file,
        "sendmail": email.sendmail or None,
        "rate": email.rate,
        "max_per_day": email.max_per_day,
        "on_unknown": email.on_unknown,
    }


def _slack(slack: SlackSettings) -> dict[str, Any]:
    if slack.token is None:
        raise NotConfigured('[slack] has no token · add token = { file = "secrets/slack-token" }')
    return {
        "token": _asked(slack.token),
        "api_url": slack.api_url,
        "on_unknown": slack.on_unknown,
    }


def _set_up(section: T | None, name: str) -> T:
    if section is None:
        raise NotConfigured(
            f"a target needs [{name}], which the config does not have · add it, or change deliver"
        )
    return section


def _asked(ref: SecretRef) -> Callable[[], Secret]:
    def resolved() -> Secret:
        secret = ref.resolve()
        hide(secret)  # whatever a library may log from now on
        return secret

    return resolved


def _with_secrets(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _asked(value) if isinstance(value, SecretRef) else value
        for key, value in options.items()
    }


def is_due(
    source: SourceSettings,
    settings: Settings,
    state: SourceState | None,
    now: datetime,
    stale_for: timedelta | None,
) -> bool:
    """Say whether a source is to be read now; with `stale_for`, whether it was not read for that long."""
    if state is None or state.last_read_at is None:
        return True
    if behind(state.last_read_at, now) is not None:
        return True  # read at a time that is yet to come: the clock was set back meanwhile
    if state.not_before_at is not None and now < state.not_before_at:
        return False
    if state.failing_since_at is not None:
        return True  # its own pauses are over: no need to wait for its hour
    if stale_for is not None:
        return now - state.last_read_at > stale_for
    if source.schedule:
        zone = schedule.zone(settings.timezone)
        plan = schedule.parse_schedule(source.schedule)
        return bool(schedule.due(plan, zone, state.last_read_at, now))
    return source.every is None or now - state.last_read_at >= source.every - EARLY
