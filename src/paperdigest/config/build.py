"""From validated tables to the values the program works with: defaults that depend on other keys, shared
topics put in, secrets as references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paperdigest.config import model
from paperdigest.config.settings import (
    BackupSettings,
    EmailSettings,
    HealthSettings,
    LogSettings,
    SlackSettings,
    SourceSettings,
    WebSettings,
)
from paperdigest.config.targets import bare_address
from paperdigest.core.imprint import Imprint
from paperdigest.core.secret import Secret
from paperdigest.core.subscription import Pause, Subscriber, Topic

#: How often a kind is read, and after how long a silence it is stale. Other kinds: every hour, never.
_EVERY = {"inbox": timedelta(minutes=1)}
_WATCHED = ("feed", "arxiv", "huggingface", "biorxiv", "pubmed")
_QUIET_AFTER = dict.fromkeys(_WATCHED, timedelta(days=4))
_IMPLICIT_TLS_PORT = 465  # RFC 8314


def source_settings(table: model.SourceTable, options: Mapping[str, Any]) -> SourceSettings:
    """Return a source's settings."""
    every = table.every
    if every is None and table.schedule is None:
        every = _EVERY.get(table.kind, timedelta(hours=1))
    said = "quiet_after" in table.model_fields_set
    return SourceSettings(
        name=table.name,
        kind=table.kind,
        every=every,
        schedule=table.schedule or "",
        quiet_after=table.quiet_after if said else _QUIET_AFTER.get(table.kind),
        max_age=table.max_age,
        search=table.search,
        options=options,
    )


def email_settings(
    table: model.EmailTable, operator: Iterable[str], folder: Path, name: str = ""
) -> EmailSettings:
    """Return the mail settings; answers go to the operator unless the table says otherwise. `name` is the sender's
    where the table gives none."""
    sender = _named(table.from_ or "", name)
    addresses = (to.removeprefix("email:") for to in operator if to.startswith("email:"))
    implicit = table.tls == "implicit" and "port" not in table.model_fields_set
    return EmailSettings(
        host=table.host or "",
        port=_IMPLICIT_TLS_PORT if implicit else table.port,
        tls=table.tls,
        auth=table.auth,
        username=table.username or "",
        password=table.password.ref(folder) if table.password is not None else None,
        token=table.token.ref(folder) if table.token is not None else None,
        from_=sender,
        sendmail=table.sendmail or "",
        reply_to=table.reply_to or next(addresses, ""),
        envelope_from=table.envelope_from or bare_address(sender),
        ca_file=table.ca_file,
        rate=table.rate,
        max_per_day=table.max_per_day,
        on_unknown=table.on_unknown,
    )


def _named(sender: str, name: str) -> str:
    """Return a sender with a name (RFC 5322 3.2.4): its own, or this one."""
    own, is_whole, _ = sender.partition("<")
    if not sender or not name or (is_whole and own.strip()):
        return sender
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{bare_address(sender)}>'


def imprint(table: model.DigestTable) -> Imprint:
    """Return what every digest carries."""
    return Imprint(table.name, table.subject_prefix, table.footer)


def slack_settings(table: model.SlackTable, folder: Path) -> SlackSettings:
    """Return the Slack settings."""
    webhooks = {name: secret.ref(folder) for name, secret in table.webhooks.items()}
    return SlackSettings(
        token=table.token.ref(folder) if table.token is not None else None,
        webhooks=MappingProxyType(webhooks),
        api_url=table.api_url,
        on_unknown=table.on_unknown,
    )


def backup_settings(table: model.BackupTable) -> BackupSettings:
    """Return when copies are made, and how many are kept."""
    return BackupSettings(at=table.at, keep=table.keep)


def web_settings(table: model.WebTable) -> WebSettings:
    """Return where the unsubscribe page is."""
    return WebSettings(listen=table.listen)


def health_settings(table: model.HealthTable, folder: Path) -> HealthSettings:
    """Return where the service shows how it is, and whom it tells after good runs."""
    ping = table.ping
    if ping is None:
        return HealthSettings(table.listen)
    return HealthSettings(table.listen, Secret(ping.address) if ping.address else ping.ref(folder))


def log_settings(table: model.LogTable) -> LogSettings:
    """Return how the log is written."""
    return LogSettings(format=table.format)


def topic(table: model.SharedTopicTable, name: str) -> Topic:
    """Return a topic; `name` is the one it has unless the table gives another."""
    return Topic(
        name=table.name or name,
        keywords=table.keywords,
        require=table.require,
        exclude=table.exclude,
        authors=table.authors,
        categories=table.categories,
        sources=table.sources,
        expression=table.query or "",
        trending=table.trending,
        within=table.within,
        min_votes=table.min_votes,
        weight=table.weight,
        schedule="at once" if table.alert else table.schedule or "",
        limit=table.limit,
    )


def subscriber(
    table: model.SubscriberTable, shared: Mapping[str, Topic], timezone: str
) -> Subscriber:
    """Return a subscriber. Shared topics come first; a topic on the subscriber's own schedule has none."""
    topics = (
        *(shared[name] for name in table.use),
        *(topic(own, own.name) for own in table.topic),
    )
    return Subscriber(
        name=table.name,
        deliver=table.deliver,
        schedule=table.schedule,
        timezone=table.timezone or timezone,
        limit=table.limit,
        backfill=table.backfill,
        send_empty=table.send_empty,
        include=table.include,
        catch_up=table.catch_up,
        pause=_pause(table.pause),
        quiet=table.quiet or "",
        attach=table.attach,
        shared=table.shared,
        group=table.group,
        formerly=table.formerly or "",
        topics=tuple(
            replace(each, schedule="") if each.schedule == table.schedule else each
            for each in topics
        ),
    )


def _pause(table: model.PauseTable | None) -> Pause | None:
    return Pause(table.from_, table.until) if table is not None else None
