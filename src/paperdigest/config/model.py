"""The tables of the config files, key by key: types, defaults as they would be written, and the one
line that explains each. Schema, reference and "did you mean" are made from these.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from paperdigest.config import captions, when
from paperdigest.config import values as v
from paperdigest.config.complaint import wrong
from paperdigest.config.secrets import SecretKind, SecretRef


class Table(BaseModel):
    """A table whose keys are all known. Errors never repeat what was written: it may be a secret."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )


def _written(default: Any) -> Any:
    """Return a default as it would be written in the file: it is validated like one."""
    return default


def _pointed(value: Any) -> Any:
    if isinstance(value, str):
        raise wrong(
            "a secret is not written into the file",
            'store it with "paperdigest secret set NAME" and write { file = "secrets/NAME" }',
        )
    # With an unknown key in it, that is the better message.
    if isinstance(value, dict) and len(value) != 1 and set(value) <= set(SecretKind):
        raise wrong("a secret comes from one place", "write one of file, env, command, credential")
    return value


def _arguments(value: Any) -> Any:
    if isinstance(value, str) and len(value.split()) > 1:
        raise wrong("a command is a list", 'write it like ["pass", "show", "smtp"]')
    if not value:
        raise wrong("this list is empty", 'write it like ["pass", "show", "smtp"]')
    return [value] if isinstance(value, str) else value


class SecretTable(Table):
    """Where a secret is kept: exactly one of these."""

    file: v.FilePath | None = Field(None, description="a file that holds nothing else")
    env: v.Variable | None = Field(None, description="a variable of the environment")
    command: (
        Annotated[
            tuple[v.Text, ...], BeforeValidator(_arguments, json_schema_input_type=str | list[str])
        ]
        | None
    ) = Field(None, description="a program that prints it, as a list")
    credential: v.Name | None = Field(None, description="a systemd credential")

    def ref(self, folder: Path) -> SecretRef:
        """Return the reference. `folder` is the config's."""
        for kind in SecretKind:
            value = getattr(self, kind)
            if value is not None:
                parts = value if isinstance(value, tuple) else (str(value),)
                return SecretRef(kind, parts, folder)
        raise ValueError("a secret without a place passed validation")


Secret = Annotated[SecretTable, BeforeValidator(_pointed)]


class PingTable(SecretTable):
    """An address that counts as secret: written as it is, or kept elsewhere."""

    address: v.SecretAddress | None = Field(None, description="the address itself")


def _addressed(value: Any) -> Any:
    return {"address": value} if isinstance(value, str) else _pointed(value)


Ping = Annotated[PingTable, BeforeValidator(_addressed, json_schema_input_type=str | SecretTable)]


class StorageTable(Table):
    """Where the program keeps what it writes."""

    dir: v.FilePath | None = Field(
        None, description="folder of the database, outbox and quarantine; default: beside this file"
    )
    keep_deliveries: when.Kept = Field(
        _written("400 days"),
        description="how long past digests and their deliveries are listed; which papers were sent stays known",
    )


class BackupTable(Table):
    """Copies of the database, kept beside it."""

    at: when.Clock = Field(_written("03:30"), description="when a copy is made, local time")
    keep: Annotated[int, v.whole(0, 10_000, "how many copies to keep")] = Field(
        7, description="how many copies are kept; 0: none is made"
    )


class WebTable(Table):
    """The page that a reader's unsubscribe link opens; it is there when public_url is set."""

    listen: v.Listen = Field(
        "127.0.0.1:8710",
        description="where the reverse proxy finds it: this machine, or unix:/run/paperdigest/web.sock",
    )


class HealthTable(Table):
    """How others see that the service is well."""

    listen: v.HealthListen = Field(
        "",
        description='where /healthz, /readyz and /metrics are, like 127.0.0.1:9710 or unix:/run/paperdigest/health.sock; "": nowhere',
    )
    ping: Ping | None = Field(
        None, description="fetched after each good run, so that silence is noticed; a secret"
    )


class LogTable(Table):
    """What the service writes to standard error."""

    format: v.LogFormat = Field("text", description="text, or json: one object a line")


class DigestTable(Table):
    """What every digest carries."""

    name: captions.DigestName = Field(
        "", description='what digests are called, like "Vision lab papers"; stands over the date'
    )
    subject_prefix: captions.SubjectPrefix = Field(
        "", description='stands before every subject, like "[papers]"'
    )
    footer: captions.Footer = Field(
        (), description="lines at the end: an imprint, an address, a page on privacy"
    )


class SourceTable(Table):
    """Where papers come from. Further keys belong to the kind."""

    model_config = ConfigDict(extra="allow")

    name: v.Name = Field(description="how it is called in digests and commands")
    kind: v.Text = Field(
        description="inbox, arxiv, huggingface, biorxiv, pubmed, feed, url, or the name of a plug-in"
    )
    every: when.Span | None = Field(
        None, description="how often it is read; inbox: 1 minute, others: 1 hour"
    )
    schedule: when.SourceSchedule | None = Field(
        None, description='when it is read, instead of every; like "daily 07:00"'
    )
    quiet_after: when.SpanOrOff = Field(
        None,
        description='silent for longer is stale; feed, arxiv, huggingface, biorxiv, pubmed: 4 days; url, inbox: "off"',
    )
    max_age: when.Span = Field(
        _written("60 days"),
        description="an unknown record older than this enters history without news",
    )
    search: v.Search | None = Field(
        None,
        description='what a title opens when the record has no address, with {title}; "" for nothing',
    )


class EmailTable(Table):
    """How e-mail is sent: host, or sendmail."""

    host: v.Host | None = Field(None, description="the server that takes outgoing mail")
    port: Annotated[int, v.whole(1, 65_535, "a port number")] = Field(
        587, description="its port; 465 when tls is implicit"
    )
    tls: v.Tls = Field("starttls", description="starttls, implicit, or none (this machine only)")
    auth: v.Auth = Field("password", description="password, xoauth2 (needs token) or none")
    username: v.Text | None = Field(None, description="the account at the server")
    password: Secret | None = Field(
        None, description="where its password is kept: file, env, command or credential"
    )
    token: Secret | None = Field(None, description="where the xoauth2 access token is kept")
    from_: v.Mailbox | None = Field(
        None, alias="from", description='the sender, like "Papers <papers@example.org>"'
    )
    sendmail: v.Text | None = Field(None, description="a local program, instead of host")
    reply_to: v.Mailbox | None = Field(
        None, description="where answers go; default: the first address of the operator"
    )
    envelope_from: v.Address | None = Field(
        None, description="where bounces go; default: the address in from"
    )
    ca_file: v.FilePath | None = Field(
        None, description="certificates to trust, PEM; default: the system's"
    )
    rate: v.Rate = Field(60, description="at most so many mails a minute")
    max_per_day: Annotated[int, v.whole(1, 10_000_000, "a number of mails")] | None = Field(
        None, description="at most so many mails a day; default: no limit"
    )
    on_unknown: v.OnUnknown = Field(
        "resend_once", description="when the server's answer was lost: resend_once or hold"
    )


class SlackTable(Table):
    """How Slack messages are sent: with a bot token, by webhooks, or both."""

    token: Secret | None = Field(None, description="where the bot token (xoxb-…) is kept")
    webhooks: dict[v.Name, Secret] = Field(
        {}, description="addresses of incoming webhooks by name, each a secret"
    )
    api_url: v.ApiUrl = Field("https://slack.com/api/", description="where the Slack API is")
    on_unknown: v.OnUnknown = Field(
        "resend_once", description="for webhooks whose answer was lost: resend_once or hold"
    )


class SharedTopicTable(Table):
    """A topic for everyone who names it in `use`."""

    name: v.TopicName | None = Field(None, description="its title; default: the table's name")
    keywords: v.Keywords = Field((), description="any of these phrases; also x*, =X, title:x")
    require: v.Groups = Field((), description="and one of these; a list of lists: one of each")
    exclude: v.Keywords = Field((), description="none of these")
    authors: v.Texts = Field((), description='or by one of these authors, like "Y LeCun"')
    categories: v.Texts = Field((), description='only within these categories, like "cs.LG"')
    sources: v.SourceNames = Field((), description="only from these sources")
    query: v.Expression | None = Field(
        None, description="or what this expression takes; see the query language"
    )
    trending: Annotated[int, v.whole(0, 1_000, "how many papers")] = Field(
        0, description="the so many highest not yet sent, by votes or place; 0: no such list"
    )
    within: when.Span = Field(
        _written("7 days"), description="trending: first seen no longer ago than this"
    )
    min_votes: Annotated[int, v.whole(0, 10_000_000, "a number of votes")] = Field(
        0, description="trending: with at least so many votes"
    )
    weight: v.Weight = Field(1, description="a paper of several topics appears under the heaviest")
    alert: v.Flag = Field(False, description="true: sent at once")
    schedule: when.ScheduleText | None = Field(
        None, description="its own schedule; default: the subscriber's"
    )
    limit: v.Limit | None = Field(
        None, description="papers shown in full; default: the subscriber's"
    )


class TopicTable(SharedTopicTable):
    """One thing a subscriber wants to hear of."""

    name: v.TopicName = Field(description="its title in the digest")


class PauseTable(Table):
    """No digests for a while."""

    from_: when.Day | None = Field(None, alias="from", description="the first day; default: now")
    until: when.Day | None = Field(None, description="the first day with digests again")


class SubscriberTable(Table):
    """One reader, or one shared channel."""

    name: v.Name = Field(description="letters, digits, - _ and .")
    deliver: v.SomeTargets = Field(
        ("file:outbox",),
        description="where digests go: an address, slack:#name, slack-webhook:NAME, file:DIR",
    )
    schedule: when.ScheduleText = Field(
        "daily 08:00",
        description='when: hourly, daily, weekdays, weekends, "mon,thu 08:00", "monthly 1 08:00", at once',
    )
    timezone: when.Zone | None = Field(None, description="default: that of the main file")
    limit: v.Limit = Field(20, description="papers shown in full per topic; further ones by title")
    backfill: when.Lookback = Field(
        _written("7 days"), description="how far a first digest or a new topic looks back"
    )
    send_empty: v.SendEmpty = Field(
        "weekly", description='a word when nothing matched: true, false or "weekly"'
    )
    include: v.Kinds = Field(
        ("new", "withdrawn"), description="also cross-listed, revised, published"
    )
    catch_up: v.CatchUp = Field(
        "coalesce", description="missed digests: coalesce into one, or skip"
    )
    pause: PauseTable | None = Field(None, description="{ from = 2026-12-20, until = 2027-01-07 }")
    quiet: when.Quiet | None = Field(None, description='delays alerts, like "22:00-07:00"')
    attach: v.Attached = Field(
        (), description="the papers for a reference manager, by mail and in folders: bibtex, ris"
    )
    shared: v.Flag = Field(False, description="a mailing list or channel: no unsubscribe link")
    group: v.Group = Field(
        "topic", description="how papers stand in a digest: by topic, or by the day they came"
    )
    formerly: v.Name | None = Field(
        None, description="its old name, when it was renamed: that one's history goes on"
    )
    use: v.SharedTopics = Field((), description="shared topics, by name")
    topic: tuple[TopicTable, ...] = Field((), description="topics of its own")


class MainTable(Table):
    """paperdigest.toml"""

    timezone: when.Zone = Field("UTC", description='an IANA name, like "Europe/Berlin"')
    operator: v.Targets = Field((), description="hears of failing sources and stuck deliveries")
    public_url: v.PublicUrl = Field(
        "", description="https address of the web page, if readers can reach it"
    )
    storage: StorageTable = Field(_written({}), description=str(StorageTable.__doc__))
    backup: BackupTable = Field(_written({}), description=str(BackupTable.__doc__))
    web: WebTable = Field(_written({}), description=str(WebTable.__doc__))
    health: HealthTable = Field(_written({}), description=str(HealthTable.__doc__))
    log: LogTable = Field(_written({}), description=str(LogTable.__doc__))
    digest: DigestTable = Field(_written({}), description=str(DigestTable.__doc__))
    source: tuple[SourceTable, ...] = Field((), description=str(SourceTable.__doc__))
    email: EmailTable | None = Field(None, description=str(EmailTable.__doc__))
    slack: SlackTable | None = Field(None, description=str(SlackTable.__doc__))
    channels: dict[str, dict[str, Any]] = Field(
        {}, description="options of channels that are plug-ins, by name"
    )
    topics: dict[str, SharedTopicTable] = Field({}, description="shared topics, by name")
    subscriber: tuple[SubscriberTable, ...] = Field(
        (), description="readers; or one file each in subscriptions/"
    )
