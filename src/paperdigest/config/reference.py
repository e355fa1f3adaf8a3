"""reference.toml: every option with its default and one line of explanation, made from the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from paperdigest import plugins
from paperdigest.config import model
from paperdigest.config.toml import toml_key, toml_value

#: What the options of the built-in sources mean.
OPTIONS: Mapping[str, str] = {
    "allow_private": "redirects may lead to private addresses, which only the address itself may be otherwise",
    "after": "what becomes of a read file: move (to done/YYYY-MM/ in the folder), keep, delete",
    "api_key": "a key of NCBI's, for those who have one; never a value, see above",
    "api_url": "where arXiv's API is: it is asked for days that were missed",
    "biorxiv.url": "where the service is",
    "categories": "only these: cs.CV, or a whole archive like cs; or bioRxiv's own, like neuroscience",
    "feed_url": "where arXiv's daily announcements are",
    "fields": "names of columns or keys, where a file calls them something else",
    "format": "auto is told by content; or the name of a format",
    "huggingface.url": "where the service is",
    "path": "the folder that dumps are dropped into",
    "pubmed.url": "where the service is",
    "query": "what is searched for, as PubMed's own search takes it",
    "server": "biorxiv or medrxiv",
    "url": "the address that is read",
}
#: What stands where there is no default.
_EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("[storage]", "dir"): "/var/lib/paperdigest",
    ("[[source]]", "every"): "10 minutes",
    ("[[source]]", "schedule"): "daily 07:00",
    ("[[source]]", "quiet_after"): "4 days",
    ("[[source]]", "search"): "https://example.org/search?q={title}",
    ("[health]", "ping"): {"file": "secrets/ping"},
    ("[email]", "host"): "smtp.example.org",
    ("[email]", "username"): "papers",
    ("[email]", "password"): {"file": "secrets/smtp-password"},
    ("[email]", "token"): {"command": ["/usr/local/bin/mail-token"]},
    ("[email]", "from"): "Papers <papers@example.org>",
    ("[email]", "sendmail"): "/usr/sbin/sendmail",
    ("[email]", "reply_to"): "ops@example.org",
    ("[email]", "envelope_from"): "papers@example.org",
    ("[email]", "ca_file"): "ca.pem",
    ("[email]", "max_per_day"): 500,
    ("[slack]", "token"): {"file": "secrets/slack-token"},
    ("[topics.experts]", "name"): "Mixture of experts",
    ("[topics.experts]", "query"): '("mixture of experts" OR =MoE) -title:survey',
    ("[topics.experts]", "schedule"): "weekly mon 08:00",
    ("[topics.experts]", "limit"): 10,
    ("[[subscriber]]", "name"): "ada",
    ("[[subscriber]]", "timezone"): "America/New_York",
    ("[[subscriber]]", "quiet"): "22:00-07:00",
    ("[[subscriber]]", "formerly"): "ada-old",
    ("[[subscriber.topic]]", "name"): "Multimodal pretraining",
    ("[[subscriber.topic]]", "query"): 'multimodal (pretraining OR "vision language model")',
    ("[[subscriber.topic]]", "schedule"): "weekly mon 08:00",
    ("[[subscriber.topic]]", "limit"): 10,
}
#: A name for one of each kind, and what it cannot be without.
_SOURCES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "inbox": ("papers", {"path": "inbox"}),
    "arxiv": ("arxiv", {"categories": ["cs.CV", "cs.LG"]}),
    "huggingface": ("hugging-face", {}),
    "biorxiv": ("medrxiv", {"server": "medrxiv", "categories": ["neurology"]}),
    "pubmed": ("pubmed", {"query": "paper maps[tiab]", "api_key": {"file": "secrets/ncbi-key"}}),
    "feed": ("journal", {"url": "https://example.org/journal.rss"}),
    "url": ("list", {"url": "https://example.org/papers.jsonl"}),
}
_HEAD = """\
# Every option of paperdigest, with its default. Nothing here is read: change paperdigest.toml.
# "#key = value" is an option; what has no default shows an example and says so.
# A single text may stand for a list of one. Durations: "7 days" or "7d". Secrets are never values:
# password = { file = "secrets/NAME" }        {file}
# password = { env = "NAME" }                 {env}
# password = { command = ["program", "…"] }   {command}
# password = { credential = "NAME" }          {credential}
"""
_NOT_HERE = (
    "source",
    "storage",
    "backup",
    "web",
    "health",
    "log",
    "digest",
    "email",
    "slack",
    "channels",
    "topics",
    "subscriber",
)


def reference() -> str:
    """Return the text of reference.toml."""
    head = _HEAD
    for name, field in model.SecretTable.model_fields.items():
        head = head.replace("{" + name + "}", str(field.description))
    lines = [head, *_table("", model.MainTable, without=_NOT_HERE)]
    lines += _section("[storage]", model.StorageTable)
    lines += _section("[backup]", model.BackupTable)
    lines += _section("[web]", model.WebTable)
    lines += _section("[health]", model.HealthTable)
    lines += _section("[log]", model.LogTable)
    lines += _section("[digest]", model.DigestTable)
    for kind in _SOURCES:
        lines += _source(kind)
    lines += _section("[email]", model.EmailTable)
    lines += _section("[slack]", model.SlackTable, without=("webhooks",))
    lines += _heading(
        "[slack.webhooks]", str(model.SlackTable.model_fields["webhooks"].description)
    )
    lines += ["# a webhook's name is yours to choose (an example)"]
    lines += ['#team = { file = "secrets/slack-webhook-team" }']
    lines += _heading("[channels.NAME]", str(model.MainTable.model_fields["channels"].description))[
        :-1
    ]
    about = "Shared topics; or one file each in topics/, the same keys without the heading"
    lines += _section("[topics.experts]", model.SharedTopicTable, about)
    about = "A reader; or one file each in subscriptions/, the same keys without name and heading"
    lines += _section("[[subscriber]]", model.SubscriberTable, about, without=("topic", "pause"))
    lines += _pause()
    about = "What a reader wants to hear of; [[topic]] in a file of subscriptions/"
    lines += _section("[[subscriber.topic]]", model.TopicTable, about)
    return "\n".join(lines) + "\n"


def _section(
    heading: str, table: type[model.Table], about: str = "", *, without: tuple[str, ...] = ()
) -> list[str]:
    return [
        *_heading(heading, about or str(table.__doc__)),
        *_table(heading, table, without=without),
    ]


def _heading(heading: str, about: str) -> list[str]:
    return ["", f"# {about.rstrip('.')}", f"#{heading}"]


def _table(heading: str, table: type[model.Table], *, without: tuple[str, ...]) -> Iterator[str]:
    fields = {field.alias or name: field for name, field in table.model_fields.items()}
    for key, field in fields.items():
        if key not in without:
            yield from _option(heading, key, field)


def _option(heading: str, key: str, field: FieldInfo) -> Iterator[str]:
    default = field.get_default()
    example = (heading, key) in _EXAMPLES
    value = _EXAMPLES[heading, key] if example else default
    yield f"# {field.description}" + (" (an example)" if example else "")
    yield f"#{toml_key(key)} = {toml_value(value)}"


def _source(kind: str) -> list[str]:
    name, own = _SOURCES[kind]
    values = {"name": name, "kind": kind, **own}
    first = kind == "inbox"
    lines = _heading(
        "[[source]]", f"A source of the kind {kind}" + ("" if first else ": its own options")
    )
    for key, field in model.SourceTable.model_fields.items():
        if key in values:
            lines += [f"# {field.description} (an example)", f"#{key} = {toml_value(values[key])}"]
        elif first:
            lines += _option("[[source]]", key, field)
    for option in plugins.options(plugins.load(plugins.Group.SOURCES, kind)):
        mark = " (an example)" if option.name in values else ""
        value = values.get(option.name, option.default)
        about = OPTIONS.get(f"{kind}.{option.name}") or OPTIONS[option.name]
        lines += [f"# {about}{mark}", f"#{option.name} = {toml_value(value)}"]
    return lines


def _pause() -> list[str]:
    fields = model.PauseTable.model_fields
    parts = "; ".join(
        f"{field.alias or name}: {field.description}" for name, field in fields.items()
    )
    return [
        f"# no digests for a while; {parts} (an example)",
        "#pause = { from = 2026-12-20, until = 2027-01-07 }",
    ]
