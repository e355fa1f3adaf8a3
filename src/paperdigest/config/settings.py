"""What a configuration means, as values. How it is written is `model`'s, where it is read from `load`'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paperdigest.config.secrets import SecretRef
from paperdigest.core.errors import Problem
from paperdigest.core.imprint import Imprint
from paperdigest.core.secret import Secret
from paperdigest.core.subscription import Subscriber


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file looked like just before it was read. `size` is -1 for one that was not there."""

    path: Path
    mtime_ns: int
    size: int
    inode: int
    ctime_ns: (
        int  # changes with owner and rights, too: a file that could not be read may be readable now
    )


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One `[[source]]`. Either `every` or `schedule` says when; `options` go to the plugin's dataclass.

    `quiet_after` None: never called stale. `search` None: what is usual for the kind; "": none.
    An option that is a secret is a SecretRef.
    """

    name: str
    kind: str
    every: timedelta | None
    schedule: str = ""
    quiet_after: timedelta | None = None
    max_age: timedelta = timedelta(days=60)
    search: str | None = None
    options: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """The `[email]` section. One of `host` and `sendmail` is set. `from_` may hold a display name.

    `tls` is starttls, implicit or none; `auth` password, xoauth2 or none; `rate` mails a minute.
    `reply_to` is the operator's first address unless set; `envelope_from` the address of `from_`.
    """

    host: str
    port: int
    tls: str
    auth: str
    username: str
    password: SecretRef | None
    token: SecretRef | None
    from_: str
    sendmail: str = ""
    reply_to: str = ""
    envelope_from: str = ""
    ca_file: Path | None = None
    rate: int = 60
    max_per_day: int | None = None
    on_unknown: str = "resend_once"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """The `[slack]` section. `webhooks` are the secret addresses by name."""

    token: SecretRef | None = None
    webhooks: Mapping[str, SecretRef] = field(default_factory=_nothing)
    api_url: str = "https://slack.com/api/"
    on_unknown: str = "resend_once"


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """The `[backup]` section: local wall clock time, and how many are kept (0: none is made)."""

    at: time = time(3, 30)
    keep: int = 7


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The `[web]` section. `listen` is a host of this machine with a port, or `unix:` and a path."""

    listen: str = "127.0.0.1:8710"


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """The `[health]` section. `listen` as for `[web]`, "" for nowhere. `ping` is an address that counts as secret."""

    listen: str = ""
    ping: SecretRef | Secret | None = None


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The `[log]` section. `format` is text or json."""

    format: str = "text"


@dataclass(frozen=True, slots=True)
class Broken:
    """A subscriptions file that cannot be used. `deliver` is what could be read of its targets.

    `name` is the subscriber's; it may be one that the main file also has, whose definition then holds.
    """

    name: str
    file: Path
    problems: tuple[Problem, ...]
    deliver: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole configuration. Paths are absolute; targets carry their channel (`email:a@b`).

    `channels` are the options of channels that are plug-ins, by name. `files` is what was read.
    """

    path: Path
    folder: Path
    timezone: str
    operator: tuple[str, ...]
    public_url: str
    storage: Path
    templates: Path
    sources: tuple[SourceSettings, ...] = ()
    email: EmailSettings | None = None
    slack: SlackSettings | None = None
    channels: Mapping[str, Mapping[str, Any]] = field(default_factory=_nothing)
    keep_deliveries: timedelta = timedelta(days=400)
    backup: BackupSettings = BackupSettings()
    web: WebSettings = WebSettings()
    health: HealthSettings = HealthSettings()
    log: LogSettings = LogSettings()
    digest: Imprint = field(default_factory=Imprint)
    subscribers: tuple[Subscriber, ...] = ()
    broken: tuple[Broken, ...] = ()
    files: tuple[Stamp, ...] = ()

    def secrets(self) -> Iterator[tuple[str, SecretRef]]:
        """Yield every secret with the name of its key: ("[email] password", …)."""
        if self.email is not None:
            yield from _given("[email]", password=self.email.password, token=self.email.token)
        if self.slack is not None:
            yield from _given("[slack]", token=self.slack.token)
            yield from _given("[slack.webhooks]", **self.slack.webhooks)
        yield from _given("[health]", ping=self.health.ping)
        for source in self.sources:
            yield from _given(f'source "{source.name}"', **source.options)
        for name, options in self.channels.items():
            yield from _given(f"[channels.{name}]", **options)


def _given(section: str, **options: Any) -> Iterator[tuple[str, SecretRef]]:
    for key, value in options.items():
        if isinstance(value, SecretRef):
            yield f"{section} {key}", value
