from __future__ import annotations

import os
import tomllib
import traceback
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperdigest.config import Settings, changed, examine, find_config, fingerprint, load, model
from paperdigest.config.effective import effective, effective_toml
from paperdigest.config.explain import keys
from paperdigest.config.near import nearest
from paperdigest.config.reference import reference
from paperdigest.config.schema import main_schema, subscriber_schema
from paperdigest.config.toml import toml_text
from paperdigest.config.warn import warnings
from paperdigest.core.errors import ConfigError
from paperdigest.core.expression import parse_query
from paperdigest.core.query import keywords
from paperdigest.core.subscription import (
    Pause,
    Subscriber,
    Topic,
    topic_from_json,
    topic_to_json,
)
from paperdigest.resources import data_dir

CANARY = "canary-5b1e77"

TOPIC = """
[[subscriber.topic]]
name = "Maps"
keywords = "paper map"
"""
READER = f"""
[[subscriber]]
name = "ada"
{{keys}}
{TOPIC}"""
MAIL = """
[email]
host = "smtp.example.org"
username = "papers"
password = { env = "SMTP" }
from = "papers@example.org"
"""
SLACK = """
[slack]
token = { env = "SLACK" }
[slack.webhooks]
team = { env = "TEAM" }
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STATE_DIRECTORY", "PAPERDIGEST_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def write(text: str, **files: str) -> Path:
    """Write a main file, and others named like `subscriptions__ada`, into the working folder."""
    for name, content in {"paperdigest": text, **files}.items():
        path = Path(name.replace("__", "/") + ".toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    return Path("paperdigest.toml")


def loaded(text: str, **files: str) -> Settings:
    return load(write(text, **files), env={})


def reader(written: str, more: str = MAIL + SLACK) -> Subscriber:
    (subscriber,) = loaded(READER.format(keys=written) + more).subscribers
    return subscriber


def problems(text: str, **files: str) -> list[str]:
    return [str(problem) for problem in examine(write(text, **files), env={}).problems]


# -- what a good file means


def test_empty_file_is_a_config_with_defaults() -> None:
    settings = loaded("")
    here = Path.cwd()
    assert (settings.path, settings.folder) == (here / "paperdigest.toml", here)
    assert (settings.storage, settings.templates) == (here, here / "templates")
    assert (settings.timezone, settings.operator, settings.public_url) == ("UTC", (), "")
    assert (settings.email, settings.slack, settings.sources) == (None, None, ())
    assert (settings.backup.at, settings.backup.keep) == (time(3, 30), 7)


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:8710", "localhost:1", "[::1]:65535", "unix:/run/paperdigest/web.sock"]
)
def test_the_page_listens_on_this_machine(listen: str) -> None:
    assert loaded(f'[web]\nlisten = " {listen}"').web.listen == listen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('public_url = "https://x.org"', ["only e-mails carry unsubscribe links"]),
        ('public_url = "http://localhost"', ["which no reader can open"]),
        ('public_url = "https://x.org"' + MAIL, []),
        ("", []),
    ],
)
def test_a_page_that_does_nothing_is_worth_a_warning(text: str, said: list[str]) -> None:
    told = [each for each in warnings(loaded(text)) if "public_url" in each]
    assert [word in each for word, each in zip(said, told, strict=True)] == [True] * len(said)


def test_the_page_has_a_place_of_its_own_by_default() -> None:
    assert loaded("").web.listen == "127.0.0.1:8710"


def test_subscriber_has_the_documented_defaults() -> None:
    ada = reader("", more="")
    topic = ada.topics[0]
    assert ada == Subscriber(name="ada", topics=(topic,))
    assert (topic.name, topic.keywords) == ("Maps", ("paper map",))


def test_subscriber_takes_the_zone_of_the_main_file() -> None:
    ada = loaded('timezone = "Europe/Berlin"\n' + READER.format(keys="")).subscribers[0]
    assert ada.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ('deliver = "ada@example.org"', "deliver", ("email:ada@example.org",)),
        ('deliver = ["file:out", "file:out"]', "deliver", ("file:out",)),
        (
            'deliver = ["slack:#papers", "slack:C0123", "slack:ada@example.org", "slack-webhook:team"]',
            "deliver",
            ("slack:#papers", "slack:C0123", "slack:ada@example.org", "slack-webhook:team"),
        ),
        ('schedule = "08:00"', "schedule", "daily 08:00"),
        ('schedule = "8:30,17:00"', "schedule", "daily 08:30,17:00"),
        ('schedule = "at once"', "schedule", "at once"),
        ('schedule = "mon,thu 07:30"', "schedule", "mon,thu 07:30"),
        ("schedule = 07:30:00", "schedule", None),
        ('backfill = "2d"', "backfill", timedelta(days=2)),
        ('backfill = "0 days"', "backfill", timedelta(0)),
        ("send_empty = true", "send_empty", "true"),
        ("send_empty = false", "send_empty", "false"),
        ('include = "new"', "include", ("new",)),
        ("pause = { until = 2027-01-07 }", "pause", Pause(None, date(2027, 1, 7))),
        (
            'pause = { from = "2026-12-20", until = 2027-01-07 }',
            "pause",
            Pause(date(2026, 12, 20), date(2027, 1, 7)),
        ),
        ('quiet = "22:00 - 7:00"', "quiet", "22:00-07:00"),
        ('timezone = "America/New_York"', "timezone", "America/New_York"),
        ("limit = 0", "limit", 0),
        ('catch_up = "skip"', "catch_up", "skip"),
        ("shared = true", "shared", True),
        ('formerly = "ada-old"', "formerly", "ada-old"),
    ],
)
def test_subscriber_key_is_read(written: str, field: str, value: object) -> None:
    if value is None:
        assert len(problems(READER.format(keys=written))) == 1
    else:
        assert getattr(reader(written), field) == value


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ('keywords = ["a b", "a b", "cat*"]', "keywords", ("a b", "cat*")),
        ('require = "a b"', "require", (("a b",),)),
        ('require = ["a b", "c d"]', "require", (("a b", "c d"),)),
        ('require = [["a b", "c d"], "e f"]', "require", (("a b", "c d"), ("e f",))),
        ('exclude = "title:survey"\nkeywords = "maps"', "exclude", ("title:survey",)),
        ('authors = "Y LeCun"', "authors", ("Y LeCun",)),
        ('categories = ["cs.LG"]', "categories", ("cs.LG",)),
        ('sources = "in"', "sources", ("in",)),
        ("trending = 10", "trending", 10),
        ('trending = 10\nwithin = "3d"', "within", timedelta(days=3)),
        ("trending = 10\nmin_votes = 5", "min_votes", 5),
        ('keywords = "maps"\nweight = 2', "weight", 2.0),
        ('keywords = "maps"\nweight = 0.5', "weight", 0.5),
        ('keywords = "maps"\nalert = true', "schedule", "at once"),
        ('keywords = "maps"\nschedule = "weekly mon"', "schedule", "weekly mon 08:00"),
        ('keywords = "maps"\nschedule = "08:00"', "schedule", ""),
        ('keywords = "maps"\nlimit = 3', "limit", 3),
    ],
)
def test_topic_key_is_read(written: str, field: str, value: object) -> None:
    text = '[[source]]\nname = "in"\nkind = "inbox"\npath = "in"\n[[subscriber]]\nname = "ada"\n'
    topic = loaded(f'{text}[[subscriber.topic]]\nname = "T"\n{written}\n').subscribers[0].topics[0]
    assert getattr(topic, field) == value


def test_shared_topics_come_from_the_main_file_and_the_folder() -> None:
    text = '[topics.experts]\nkeywords = "=MoE"\n[[subscriber]]\nname = "ada"\nuse = ["maps", "experts", "a b"]\n'
    folder = 'name = "Paper maps"\nkeywords = "map"\n'
    several = '[topics."a b"]\nkeywords = "x"\n'
    ada = loaded(text, topics__maps=folder, topics__more=several).subscribers[0]
    assert [topic.name for topic in ada.topics] == ["Paper maps", "experts", "a b"]


def test_file_of_a_subscriber_names_it() -> None:
    text = 'deliver = "file:x"\n[[topic]]\nname = "T"\nkeywords = "a"\n'
    ada = loaded(READER.format(keys="").replace("ada", "eve"), subscriptions__ada=text).subscribers[
        1
    ]
    assert (ada.name, ada.deliver, ada.topics[0].name) == ("ada", ("file:x",), "T")


def test_sources_have_the_defaults_of_their_kind() -> None:
    settings = loaded("""
        [[source]]
        name = "in"
        kind = "inbox"
        path = "drop"
        [[source]]
        name = "arxiv"
        kind = "feed"
        url = "https://rss.example.org/rss/cs.LG"
        [[source]]
        name = "list"
        kind = "url"
        url = "https://example.org/list.jsonl"
        schedule = "06:30"
        quiet_after = "2 days"
        max_age = "10d"
        search = ""
    """)
    inbox, feed, url = settings.sources
    assert (inbox.every, inbox.quiet_after) == (timedelta(minutes=1), None)
    assert dict(inbox.options) == {"path": Path.cwd() / "drop"}
    assert (feed.every, feed.quiet_after) == (timedelta(hours=1), timedelta(days=4))
    assert (feed.max_age, feed.search) == (timedelta(days=60), None)
    assert (url.every, url.schedule) == (None, "daily 06:30")
    assert (url.quiet_after, url.max_age, url.search) == (timedelta(days=2), timedelta(days=10), "")


@pytest.mark.parametrize("off", ['"off"', "false", '"never"'])
def test_going_quiet_can_be_turned_off(off: str) -> None:
    text = f'[[source]]\nname = "a"\nkind = "feed"\nurl = "https://x.org/"\nquiet_after = {off}\n'
    assert loaded(text).sources[0].quiet_after is None


def test_mail_has_the_documented_defaults() -> None:
    email = loaded('operator = "ops@example.org"\n' + MAIL).email
    assert email is not None
    assert (email.port, email.tls, email.auth, email.rate) == (587, "starttls", "password", 60)
    assert (email.reply_to, email.envelope_from) == ("ops@example.org", "papers@example.org")
    assert (email.ca_file, email.max_per_day, email.on_unknown) == (None, None, "resend_once")


def test_implicit_tls_has_its_own_port_unless_one_is_given() -> None:
    implicit = MAIL + 'tls = "implicit"\n'
    email, other = loaded(implicit).email, loaded(implicit + "port = 587\n").email
    assert email is not None
    assert other is not None
    assert (email.port, other.port) == (465, 587)


def test_sender_may_have_a_name() -> None:
    email = loaded(
        MAIL.replace('"papers@', '"Papers <papers@')
        .replace('.org"\n', '.org>"\n')
        .replace("smtp.example.org>", "smtp.example.org")
    ).email
    assert email is not None
    assert (email.from_, email.envelope_from) == (
        "Papers <papers@example.org>",
        "papers@example.org",
    )


def test_slack_has_its_secrets_by_reference() -> None:
    slack = loaded(SLACK).slack
    assert slack is not None
    assert slack.api_url == "https://slack.com/api/"
    assert slack.token is not None
    assert slack.token.resolve({"SLACK": CANARY}).reveal() == CANARY
    assert slack.webhooks["team"].where == "$TEAM"


def test_secret_file_starts_at_the_config(tmp_path: Path) -> None:
    email = loaded(MAIL.replace('env = "SMTP"', 'file = "secrets/x"')).email
    assert email is not None
    assert email.password is not None
    assert email.password.value == (str(tmp_path / "secrets/x"),)


def test_storage_is_said_or_systemd_says_or_it_is_beside_the_config(tmp_path: Path) -> None:
    main = write("")
    assert load(main, env={}).storage == tmp_path
    assert load(main, env={"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}).storage == Path(
        "/var/lib/a"
    )
    write('[storage]\ndir = "data"\n')
    assert load(main, env={"STATE_DIRECTORY": "/var/lib/a"}).storage == tmp_path / "data"


def test_past_deliveries_stay_for_400_days_unless_something_else_is_said() -> None:
    assert load(write("")).keep_deliveries == timedelta(days=400)
    main = write('[storage]\nkeep_deliveries = "90 days"\n')
    assert load(main).keep_deliveries == timedelta(days=90)


def test_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    Path("paperdigest.toml").write_bytes(
        b'\xef\xbb\xbftimezone = "Europe/Berlin"\r\noperator = []\r\n'
    )
    assert load(Path("paperdigest.toml"), env={}).timezone == "Europe/Berlin"


# -- what is wrong, and where

SOURCE = '[[source]]\nname = "a"\nkind = "inbox"\npath = "a"\n'
BAD = [
    # unknown keys and kinds
    ('timezon = "UTC"', '1:1: unknown key "timezon" · did you mean "timezone"?'),
    ("[emial]", '1:2: unknown key "emial" · did you mean "email"?'),
    ("[[sorce]]", '1:3: unknown key "sorce" · did you mean "source"?'),
    (SOURCE + "pth = 1", '5:1: unknown key "pth" · did you mean "path"?'),
    (SOURCE + 'evry = "1h"', '5:1: unknown key "evry" · did you mean "every"?'),
    (SOURCE.replace("inbox", "inbx"), '3:8: unknown kind of source "inbx" · did you mean "inbox"? known: arxiv, biorxiv, feed, huggingface, inbox, pubmed, url'),
    (SOURCE.replace("path", "pathh"), '4:1: unknown key "pathh" · did you mean "path"?'),
    ("schedule = 1", '1:1: unknown key "schedule" · it belongs to a topic: put it below [[subscriber.topic]] or [[topic]]'),
    ("deliver = 1", '1:1: unknown key "deliver" · it belongs to a subscriber: put it above the first topic'),
    ("[[topic]]", '1:3: unknown key "topic" · write [[subscriber.topic]] below its [[subscriber]], or [topics.NAME]'),
    # missing and repeated
    ('[[source]]\nkind = "inbox"\npath = "a"', '1:1: "name" is missing · add name = …'),
    ('[[source]]\nname = "a"\nkind = "inbox"', '1:1: "path" is missing · add path = "…"'),
    (SOURCE + SOURCE, '6:8: there is another source "a" · names must differ, also beyond capitals'),
    (SOURCE + SOURCE.replace('"a"', '"A"', 1), '6:8: there is another source "A" · names must differ, also beyond capitals'),
    ('[[subscriber]]\nname = "ada"', "1:1: this subscriber has no topic · add one with a name and keywords, or use = [...]"),
    # values
    ('timezone = "Berlin"', '1:12: unknown time zone "Berlin" · did you mean "Europe/Berlin"?'),
    ("timezone = 1", '1:12: text is wanted here, not a number · put it in quotes: "1"'),
    (SOURCE + 'every = "5"', '5:9: "5" is not a duration · a number needs its unit, like "5 days"'),
    (SOURCE + "every = 5", '5:9: a duration needs its unit · write it like "5 days"'),
    (SOURCE + 'every = "1h"\nschedule = "08:00"', "6:1: every and schedule exclude each other · keep one"),
    (SOURCE + 'search = "https://x.org/"', '5:10: a search address needs {title} · like "https://example.org/search?q={title}"'),
    (SOURCE + 'format = "jsonlines"', '5:10: this is not known here · did you mean "json-lines"?'),
    (SOURCE + 'after = "delte"', '5:9: this is not known here · did you mean "delete"?'),
    ('[[source]]\nname = "a b"\nkind = "feed"\nurl = "https://x.org/"', '2:8: "a b" cannot be a name · a name is letters, digits, - _ and . and starts with a letter or digit'),
    ('[[source]]\nname = "a"\nkind = "feed"\nurl = "x.org/rss"', "4:7: this is not an address of the web · write it in full, beginning with https://"),
    ('public_url = "http://example.org"', "1:14: this address is not encrypted · write https://"),
    ('public_url = "https://bücher.example"', "1:14: this address is not in ASCII · write its host as xn--…, its path with %"),
    ('public_url = "https://example.org/?a=b"', "1:14: links are made by adding to this address · write it without ?, # and @"),
    (f'public_url = "https://example.org/{"x" * 200}"', "1:14: this address has more than 200 characters · it goes into a mail header: give it a shorter path"),
    ('[storage]\nkeep_deliveries = "59 days"', '2:19: what was sent is still needed for a while · write "60 days" or more'),
    ('[web]\nlisten = "0.0.0.0:8710"', '2:10: only this machine itself may reach this page directly · write "127.0.0.1:8710", and put a reverse proxy with TLS before it'),
    ('[web]\nlisten = "example.org:80"', '2:10: only this machine itself may reach this page directly · write "127.0.0.1:80", and put a reverse proxy with TLS before it'),
    ('[web]\nlisten = ":8710"', '2:10: only this machine itself may reach this page directly · write "127.0.0.1:8710", and put a reverse proxy with TLS before it'),
    ('[web]\nlisten = "127.0.0.1"', '2:10: this is not a host with a port · write it like "127.0.0.1:8710" or "unix:/run/paperdigest/web.sock"'),
    ('[web]\nlisten = "127.0.0.1:0"', '2:10: this is not a host with a port · write it like "127.0.0.1:8710" or "unix:/run/paperdigest/web.sock"'),
    ('[web]\nlisten = "127.0.0.1:70000"', '2:10: this is not a host with a port · write it like "127.0.0.1:8710" or "unix:/run/paperdigest/web.sock"'),
    ('[web]\nlisten = "unix:web.sock"', '2:10: this is not the full path of a socket · write it like "unix:/run/paperdigest/web.sock"'),
    (f'[web]\nlisten = "unix:/{"x" * 103}"', "2:10: this path has more than 103 bytes · give the socket another"),
    ('operator = "ada"', '1:12: "ada" does not say by which channel · write "email:ADDRESS", "slack:#channel", "slack-webhook:NAME" or "file:FOLDER"'),
    ('operator = ["file:x", "a@b@c"]', '1:23: "a@b@c" is not an e-mail address · write one address, like "ada@example.org"'),
    ('operator = "ädä@example.org"', '1:12: an e-mail address has letters before the @ that are not ASCII · not every mail server takes one (SMTPUTF8): write an address in ASCII'),
    ('operator = "ada@bücher.example"', '1:12: an e-mail address has a domain that is not ASCII · write the domain as "xn--…"'),
    ('operator = "ada@example.org"', "1:12: e-mail is not set up · add an [email] section with host and from"),
    ('operator = "slack:#x"', "1:12: Slack is not set up · add a [slack] section with token"),
    ('operator = "slak:#x"', '1:12: unknown channel "slak" · did you mean "slack"?'),
    (SLACK + '[storage]\n[[subscriber]]\nname = "a"\ndeliver = "slack-webhook:teem"' + TOPIC, '9:11: unknown Slack webhook "teem" · did you mean "team"?'),
    ('topics = 3', "1:10: a table is wanted here · write [topics]"),
    ("source = {}", '1:10: "source" takes two brackets · write [[source]]'),
    ("[subscriber]", '1:1: "subscriber" takes two brackets · write [[subscriber]]'),
    # mail
    ('[email]\nhost = "h"\nauth = "none"', '1:1: "from" is missing · add from = "Papers <papers@example.org>"'),
    ('[email]\nhost = "h:25"\nauth = "none"\nfrom = "a@b.c"', '2:8: a host is written without its port · host = "h" and port = 25'),
    ('[email]\nhost = "h"\nusername = "u"\nfrom = "a@b.c"', '1:1: "password" is missing · add password = { file = "secrets/smtp-password" }'),
    ('[email]\nhost = "h"\nauth = "xoauth2"\nusername = "u"\nfrom = "a@b.c"', '1:1: "token" is missing · add token = { command = [...] }'),
    ('[email]\nhost = "h"\nauth = "none"\ntls = "none"\nfrom = "a@b.c"', '4:7: mail and password would travel in the clear · tls = "none" is for this machine only, use starttls or implicit'),
    ('[email]\nhost = "h"\nsendmail = "/s"\nfrom = "a@b.c"', "3:1: host and sendmail exclude each other · keep one"),
    ('[email]\nsendmail = "/s"\nfrom = "a b"', '3:8: "a b" is not an e-mail address · write one address, like "ada@example.org"'),
    (MAIL + 'port = "587"', "7:8: a number is wanted here · write it without quotes: 587"),
    (MAIL + "port = 0", "7:8: 0 is out of range · write a port number, from 1 to 65535"),
    (MAIL + 'tls = "startls"', '7:7: "startls" is not known here · did you mean "starttls"?'),
    # secrets
    (f'[slack]\ntoken = "{CANARY}"', '2:9: a secret is not written into the file · store it with "paperdigest secret set NAME" and write { file = "secrets/NAME" }'),
    ("[slack]\ntoken = {}", "2:9: a secret comes from one place · write one of file, env, command, credential"),
    ('[slack]\ntoken = { file = "a", env = "B" }', "2:9: a secret comes from one place · write one of file, env, command, credential"),
    ('[slack]\ntoken = { fil = "a" }', '2:11: unknown key "fil" · did you mean "file"?'),
    ('[slack]\ntoken = { command = "pass show smtp" }', '2:21: a command is a list · write it like ["pass", "show", "smtp"]'),
    # topics
    (READER.format(keys="use = 'experts'"), '4:7: unknown shared topic "experts" · define it as [topics.NAME]'),
    ("[topics.experts]\nkeywords = 'a'\n" + READER.format(keys="use = ['experts', 'expert']"), '6:19: unknown shared topic "expert" · did you mean "experts"?'),
    (READER.format(keys="") + TOPIC, '11:8: there is another topic "Maps" · names must differ, also beyond capitals'),
    ("[topics.Maps]\nkeywords = 'a'\n" + READER.format(keys="use = 'Maps'"), '9:8: there is another topic "Maps" · names must differ, also beyond capitals'),
    (READER.format(keys="") + "query = 'a OR OR b'", '9:15: "OR" needs a term on both sides · add one, or remove it; as text, put it in quotes'),
    (READER.format(keys="") + "query = 3", '9:9: text is wanted here, not a number · put it in quotes: "3"'),
    (READER.format(keys="") + 'query = ["a", "b"]', "9:9: text is wanted here · write it in quotes"),
    ("[topics.a]\nquery = '-survey'", "2:10: this only excludes · add a term that must be present"),
    ('[topics.a]\nquery = ""', "2:10: this is empty · add a term"),
    ("[topics.a]\nkeywords = 'a'\nquerry = 'a'", '3:1: unknown key "querry" · did you mean "query"?'),
    ("query = 'a'", "1:1: unknown key \"query\" · it belongs to a topic: put it below [[subscriber.topic]] or [[topic]]"),
    ("[topics.a]\nkeywords = 'a OR b'", "2:15: keywords are plain phrases · write it as query = '…'"),
    (READER.format(keys="") + 'sources = ["a"]', '9:12: unknown source "a" · there is no [[source]]'),
    (READER.format(keys="") + 'alert = true\nschedule = "08:00"', "10:1: alert means at once, the schedule says otherwise · keep one of the two"),
    ('[topics.a]\nexclude = ["x"]', "1:1: this only excludes · add a keyword that must be present"),
    ("[topics.a]", '1:1: this topic asks for nothing · add keywords = ["…"]'),
    ('[topics.a]\nkeywords = "a"\nweight = 0', "3:10: 0 is out of range · write a number above 0, up to 1000"),
    # subscribers
    (READER.format(keys='schedule = "weekdys 08:00"'), '4:12: "weekdys" is not a day · did you mean "weekdays"?'),
    (READER.format(keys="schedule = 08:00:00"), '4:12: a time needs quotes · write "daily 08:00"'),
    (READER.format(keys='limit = "20"'), "4:9: a number is wanted here · write it without quotes: 20"),
    (READER.format(keys='shared = "yes"'), "4:10: true or false is wanted here · write true or false, without quotes"),
    (READER.format(keys="deliver = []"), "4:11: this list is empty · name at least one, or leave the line out"),
    (READER.format(keys='include = ["new", "revisd"]'), '4:19: "revisd" is not known here · did you mean "revised"?'),
    (READER.format(keys="pause = { from = 2027-01-07, until = 2027-01-07 }"), "4:38: this pause ends before it begins · until is the first day with digests again"),
    (READER.format(keys='formerly = "ada"'), "4:1: the old name is the new one · remove the line"),
    (READER.format(keys="") + READER.format(keys=""), '11:8: there is another subscriber "ada" · names must differ, also beyond capitals'),
    (READER.format(keys='deliver = "https://hooks.example.org/canary-5b1e77"'), '4:11: an address of the web is not a target · store it with "paperdigest secret set NAME" under [slack.webhooks] and write "slack-webhook:NAME"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"), BAD, ids=[f"{number} {said[:30]}" for number, (_, said) in enumerate(BAD)]
)
def test_problem_is_told_with_its_place_and_what_to_do(text: str, said: str) -> None:
    assert problems(text) == [f"paperdigest.toml:{said}"]


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ('keywords = ["maps", "paper OR map"]', 28),
        ("keywords = 'paper OR map'", 19),
        (r'keywords = "p\u0061per OR map"', 24),
        ('keywords = "maps"\nrequire = ["map", "paper OR map"]', 26),
        ('keywords = "maps"\nrequire = [["map", "x"], ["paper OR map"]]', 34),
        ('keywords = "maps"\nexclude = ["paper OR map"]', 19),
    ],
)
def test_keyword_that_is_an_expression_is_shown_at_its_character(key: str, column: int) -> None:
    (said,) = problems("[topics.a]\n" + key)
    line = 2 + key.count("\n")
    assert said.startswith(f"paperdigest.toml:{line}:{column}: ")


@pytest.mark.parametrize(
    ("key", "line", "column"),
    [
        ("query = 'graph titel:x'", 2, 16),
        (r'query = "\"graph\" titel:x"', 2, 20),
        (r'query = "gr\u0061ph titel:x"', 2, 21),
        ("query = '''\ngraph OR\n  titel:x'''", 4, 3),
        ("query = '''graph\n  OR'''", 3, 3),
        ('query = """\\\n  graph \\\n  titel:x"""', 4, 3),
        ("keywords = 'x'\nquery = 'graph (tree'", 3, 16),
        ("name = 'x'\nquery = '\"graph'", 3, 10),
        ("query = 'naïve 図 a*b'", 2, 19),
    ],
)
def test_a_fault_of_a_query_is_shown_at_its_character(key: str, line: int, column: int) -> None:
    (said,) = problems("[topics.a]\n" + key)
    assert said.startswith(f"paperdigest.toml:{line}:{column}: ")


def test_a_broken_query_of_a_file_sets_only_its_reader_aside() -> None:
    write("", subscriptions__ada="[[topic]]\nname = 'a'\nquery = 'graph (tree'")
    examined = examine(Path("paperdigest.toml"), env={})
    assert examined.settings is not None
    assert [str(problem) for problem in examined.broken[0].problems] == [
        'subscriptions/ada.toml:3:16: this "(" is never closed · add the closing ")"'
    ]


def test_a_broken_query_of_a_shared_topic_is_told_with_its_file() -> None:
    assert problems("", topics__maps="query = 'graph (tree'") == [
        'topics/maps.toml:1:16: this "(" is never closed · add the closing ")"'
    ]


def test_all_broken_queries_are_told_at_once() -> None:
    said = problems("[topics.a]\nquery = 'a OR'\n[topics.b]\nquery = '(b'\nkeywords = 'a OR b'")
    assert [each.split(": ")[0] for each in said] == [
        "paperdigest.toml:2:12",
        "paperdigest.toml:4:10",
        "paperdigest.toml:5:15",
    ]


SYNTAX = [
    ("a = hello", '1:5: text must be in quotes · write a = "…"'),
    ("every = 10 minutes", '1:9: text must be in quotes · write every = "10 minutes"'),
    ("schedule = 08:00", '1:12: a time must be in quotes · write schedule = "08:00"'),
    ("schedule = daily 08:00", '1:12: text must be in quotes · write schedule = "…"'),
    ('x = ["08:00", 09:00]', '1:15: a time must be in quotes · write "09:00"'),
    ("name = “ada”", '1:8: these are curly quotes · use straight ones: "…"'),
    ("shared = True", "1:10: this is not how true is written · write shared = true"),
    ("shared = yes", "1:10: this is not how true is written · write shared = true"),
    ("alert = no", "1:9: this is not how false is written · write alert = false"),
    ("pause = null", "1:9: there is no word for nothing · remove the line"),
    ("a = 1\nb = 2\na = 3", '3:1: "a" is written twice · keep one of them, the first is in line 1'),
    ("[email]\n[slack]\n[email]", "3:2: [email] is there twice · put its keys together, the first is in line 1"),
    ("[[source]]\n[source]", '2:1: "source" has one bracket in one place and two in another · write [[source]] each time'),
    ('a = "b\nc = 1', '1:5: this quote is never closed · add the closing "'),
    ("a = 'b\nc = 1", "1:5: this quote is never closed · add the closing '"),
    ('a = ["b",\nc = 1', "1:5: this list is never closed · add the closing ]"),
    ('a = ["b"\nc = 1', "1:5: this list is never closed · add the closing ]"),
    ('a = ["b" "c"]', "1:10: a comma is missing before this"),
    ("a = {b = 1", "1:5: this table is never closed · add the closing } on the same line"),
    ("[[source]\na = 1", "1:1: this heading is not closed · write [[source]] alone on its line"),
    ("name: ada", '1:1: a key is followed by "=", not by ":" · write name = …'),
    ("- ada", '1:1: lists are not written with dashes · write key = ["a", "b"]'),
    ("just words", '1:1: this is not a setting · write key = "value"; a note begins with #'),
    ('path = "C:\\papers"', "1:8: a backslash has a meaning of its own in double quotes · path = '…'"),
    ("name =", "1:7: a value is missing here · write one, or remove the line"),
    ('query = "a" OR b', "1:9: something follows the closing quote · put all of it in single quotes: query = '…'"),
    ("deliver = ada@example.org", '1:11: text must be in quotes · write deliver = "…"'),
    ("until = 2026-13-40", "1:9: there is no such date or time · write it like 2026-12-24"),
    ("a = " + "[" * 3000, "paperdigest.toml: lists are nested too deeply · a bracket may be missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    SYNTAX,
    ids=[f"{number} {text[:20]}" for number, (text, _) in enumerate(SYNTAX)],
)
def test_text_that_is_no_toml_is_explained(text: str, said: str) -> None:
    assert problems(text) == [
        said if said.startswith("paperdigest") else f"paperdigest.toml:{said}"
    ]


def test_text_that_is_not_utf_8_is_placed() -> None:
    Path("paperdigest.toml").write_bytes('# grün\noperator = "gr'.encode() + b'\xfc"')
    (said,) = examine(Path("paperdigest.toml")).problems
    assert str(said) == "paperdigest.toml:2:15: this is not UTF-8 text · save the file as UTF-8"


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(
            'timezone = "Berlin"\nlimit = 3\n[[source]]\nname = "a"\nkind = "fed"\n[email]\nport = 0\n'
        )
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert places == [(1, 12), (2, 1), (5, 8), (6, 1), (6, 1), (6, 1), (6, 1), (7, 8)]


def test_unreadable_file_is_a_problem() -> None:
    assert problems_of(Path("missing.toml")) == [
        "missing.toml: cannot be read (no such file or directory)"
    ]
    assert (
        problems_of(Path()) == [".: this is not a file"] or "not a file" in problems_of(Path())[0]
    )


def problems_of(path: Path) -> list[str]:
    return [str(problem) for problem in examine(path).problems]


# -- whatever is written, it is told and not thrown

FULL = (
    'timezone = "UTC"\noperator = "file:x"\n[[source]]\nname = "in"\nkind = "inbox"\npath = "in"\n'
    + MAIL + SLACK + '[topics.shared]\nkeywords = "x"\n' + READER.format(keys='use = "shared"')
)  # fmt: skip
HEADINGS = {
    model.MainTable: "", model.StorageTable: "[storage]", model.BackupTable: "[backup]",
    model.SourceTable: '[[source]]\nname = "z"\nkind = "inbox"\npath = "z"', model.EmailTable: "[email]",
    model.SlackTable: "[slack]", model.SharedTopicTable: "[topics.t]", model.SubscriberTable: "[[subscriber]]",
    model.TopicTable: "[[subscriber]]\n[[subscriber.topic]]", model.PauseTable: "[[subscriber]]\n[subscriber.pause]",
    model.SecretTable: "[slack.webhooks.x]",
}  # fmt: skip
ODD_VALUES = [
    "1", "-1", "1.5", "inf", "nan", "true", '""', '" "', '"x"', '"\\n"', '"\\u0000"', '"a:b"', "[]", "[1]", '[""]',
    "[[]]", '[[["x"]]]', "{}", "{ a = 1 }", "[{}]", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "99999999999999999999",
]  # fmt: skip


@pytest.mark.parametrize("table", HEADINGS, ids=lambda table: table.__name__)
def test_any_value_of_any_key_is_taken_or_told(table: type[model.Table]) -> None:
    for value in ODD_VALUES:
        lines = [
            f"{key} = {value}" for key in sorted(keys(table)) if f"\n{key} =" not in HEADINGS[table]
        ]
        text = "\n".join([HEADINGS[table], *lines])
        for problem in examine(write(text), env={}).problems:
            assert 1 <= problem.line <= text.count("\n") + 1
            assert problem.what.isprintable()
            assert problem.hint.isprintable()


@settings(deadline=None, max_examples=80)
@given(
    st.integers(0, len(FULL)), st.integers(0, 12), st.text("ab\"'[]{}=.,#\\\n :1“é\r\0", max_size=3)
)
def test_any_slip_of_the_pen_is_taken_or_told(at: int, gone: int, typed: str) -> None:
    text = FULL[:at] + typed + FULL[at + gone :]
    main = Path("paperdigest.toml")
    main.write_bytes(text.encode())
    lines = text.split("\n")
    for problem in examine(main, env={}).problems:
        assert problem.line <= len(lines)
        assert problem.column <= max(map(len, lines)) + 1


# -- did you mean


def tables() -> list[type[model.Table]]:
    return [
        model.MainTable, model.SourceTable, model.EmailTable, model.SlackTable, model.StorageTable,
        model.BackupTable, model.SubscriberTable, model.TopicTable, model.SharedTopicTable,
        model.PauseTable, model.SecretTable,
    ]  # fmt: skip


KEYS = [(table, key) for table in tables() for key in sorted(keys(table))]


@pytest.mark.parametrize(("table", "key"), KEYS, ids=[f"{t.__name__}.{k}" for t, k in KEYS])
def test_every_key_is_found_behind_a_slip(table: type[model.Table], key: str) -> None:
    swapped = key[1] + key[0] + key[2:]
    for slip in (key + key[-1], swapped, key.upper(), key.replace("_", "-") + "x"):
        if slip not in keys(table):
            assert nearest(slip, keys(table)) == key


def test_word_from_elsewhere_is_known() -> None:
    (said,) = problems(READER.format(keys='recipients = "ada@example.org"'))
    assert said.endswith('unknown key "recipients" · did you mean "deliver"?')


def test_word_that_is_like_nothing_lists_what_there_is() -> None:
    (said,) = problems("[storage]\nxyzzy = 1")
    assert said.endswith('unknown key "xyzzy" · known: dir, keep_deliveries')


# -- targets

ODD = [
    "email:ada@@example.org", "email:ada", "email:@example.org", "email:ada@", "email:a b@example.org",
    "email:ada@example.org\\nBcc: eve@example.org", "email:ada@exa\\u0000mple.org", "email:a@b,c@d",
    "email:Ada <ada@example.org>", "email:ada@-x.org", "email:ada@x..org", "email:ädä@example.org",
    "email:", "slack:papers", "slack:#two words", "slack:#Papers", "slack:", "slack:@ada", "file:", "fax:123", "#papers",
]  # fmt: skip


@pytest.mark.parametrize("target", ODD)
def test_odd_target_is_refused(target: str) -> None:
    (said,) = problems(READER.format(keys=f'deliver = ["{target}"]') + MAIL + SLACK)
    assert said.startswith("paperdigest.toml:4:12: ")
    assert said.isprintable()


@pytest.mark.parametrize(
    "target",
    [
        "email:a+b@example.org",
        "email:o'neil@sub.example.co.uk",
        "email:root@localhost",
        "slack:#a_b-1",
        "slack:U0123ABC",
    ],
)
def test_good_target_is_taken_as_it_is(target: str) -> None:
    assert reader(f'deliver = ["{target}"]').deliver == (target,)


# -- files of subscriptions/

GOOD = 'deliver = "file:x"\n[[topic]]\nname = "T"\nkeywords = "a"\n'


def test_broken_subscription_is_set_aside_alone() -> None:
    settings = loaded(MAIL, subscriptions__ada=GOOD, subscriptions__bob=GOOD + "limt = 3\n")
    assert [subscriber.name for subscriber in settings.subscribers] == ["ada"]
    (bob,) = settings.broken
    assert (bob.name, bob.file, bob.deliver) == (
        "bob",
        Path.cwd() / "subscriptions/bob.toml",
        ("file:x",),
    )
    assert [str(problem) for problem in bob.problems] == [
        'subscriptions/bob.toml:5:1: unknown key "limt" · did you mean "limit"?'
    ]


@pytest.mark.parametrize(
    ("text", "said", "deliver"),
    [
        ("[[topic]]\n[subscriber.topic]\n", ':2:2: this file is one subscriber already · write its keys without a heading, and [[topic]]', ("file:outbox",)),
        ('[topic]\nname = "T"\nkeywords = "a"\n', ':1:1: "topic" takes two brackets · write [[topic]]', ("file:outbox",)),
        ('name = "eve"\n' + GOOD, ":1:1: the file's name is the subscriber's · remove this line, or rename the file", ("file:x",)),
        ('deliver = ["ada@example.org", "x"]\n[[topic]]\nname = "T"\nkeywords = "a"', ':1:31: "x" does not say by which channel', ("email:ada@example.org",)),
        ('deliver = "ada@example.org"\nschedule = 08:00\n' + GOOD, ':2:12: a time must be in quotes · write schedule = "08:00"', ("email:ada@example.org",)),
        ('schedule = 08:00\ndeliver = "ada@example.org"\n', ':1:12: a time must be in quotes', ()),
        ('formerly = "main"\n' + GOOD, ':1:12: "main" is still a subscriber', ("file:x",)),
    ],
)  # fmt: skip
def test_subscription_file_is_explained(text: str, said: str, deliver: tuple[str, ...]) -> None:
    main = MAIL + READER.format(keys="").replace('"ada"', '"main"')
    (broken,) = loaded(main, subscriptions__bob=text).broken
    shown = [str(problem) for problem in broken.problems]
    assert any(each.startswith("subscriptions/bob.toml" + said) for each in shown)
    assert broken.deliver == deliver


def test_own_name_in_a_file_may_be_repeated() -> None:
    assert loaded("", subscriptions__ada='name = "ada"\n' + GOOD).subscribers[0].name == "ada"


def test_subscriber_of_two_files_is_the_first_one() -> None:
    settings = loaded(READER.format(keys=""), subscriptions__ada=GOOD)
    assert settings.subscribers[0].topics[0].name == "Maps"
    assert str(settings.broken[0].problems[0]).startswith(
        'subscriptions/ada.toml: there is another subscriber "ada"'
    )


def test_old_name_of_a_file_that_comes_later_is_still_a_subscriber() -> None:
    settings = loaded("", subscriptions__abe='formerly = "ada"\n' + GOOD, subscriptions__ada=GOOD)
    (broken,) = settings.broken
    assert '"ada" is still a subscriber' in str(broken.problems[0])


def test_name_may_change_in_its_capitals_alone() -> None:
    settings = loaded("", subscriptions__Ada='formerly = "ada"\n' + GOOD)
    assert [each.formerly for each in settings.subscribers] == ["ada"]


@pytest.mark.parametrize("name", ["a b", ".hid", "-a", "é", "x" * 65])
def test_file_name_that_is_no_name_is_a_problem(name: str) -> None:
    write("")
    Path("subscriptions").mkdir()
    Path("subscriptions", f"{name}.toml").write_text(GOOD)
    settings = load(Path("paperdigest.toml"), env={})
    assert settings.subscribers == ()
    assert [broken.name for broken in settings.broken] == ([] if name == ".hid" else [name])


def test_broken_main_file_still_shows_what_is_wrong_with_the_others() -> None:
    examined = examine(write("limit = 1", subscriptions__bob="limt = 1"), env={})
    assert examined.settings is None
    assert [broken.name for broken in examined.broken] == ["bob"]


def test_broken_shared_topic_is_a_problem_of_the_whole() -> None:
    said = problems("", topics__maps="keywords = ['a']\nlimt = 1\n", topics__empty="")
    assert said == [
        'topics/empty.toml:1:1: this topic asks for nothing · add keywords = ["…"]',
        'topics/maps.toml:2:1: unknown key "limt" · did you mean "limit"?',
    ]


def test_shared_topic_of_two_files_is_a_problem() -> None:
    (said,) = problems("[topics.maps]\nkeywords = 'a'\n", topics__maps="keywords = 'a'\n")
    assert said.startswith('topics/maps.toml:1:1: there is another shared topic "maps"')


# -- what changed


def test_settings_notice_a_changed_added_or_removed_file() -> None:
    settings = loaded("", subscriptions__ada=GOOD)
    assert not changed(settings)
    Path("subscriptions/bob.toml").write_text(GOOD)
    assert changed(settings)
    settings = load(settings.path, env={})
    assert not changed(settings)
    Path("subscriptions/bob.toml").unlink()
    assert changed(settings)
    Path("paperdigest.toml").unlink()
    assert fingerprint(settings.path)[0].size == -1


def test_settings_notice_a_file_of_the_same_size_put_in_place() -> None:
    settings = loaded("", subscriptions__ada=GOOD)
    stamp = Path("subscriptions/ada.toml").stat()
    Path("new").write_text(GOOD.replace("file:x", "file:y"))
    os.utime("new", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    Path("new").replace("subscriptions/ada.toml")
    assert changed(settings)


def test_settings_notice_a_file_whose_rights_changed() -> None:
    settings = loaded("", subscriptions__ada=GOOD)
    Path("subscriptions/ada.toml").chmod(0o640)  # one that could not be read may be readable now
    assert changed(settings)


# -- where it is looked for


def test_named_file_comes_before_all_others(tmp_path: Path) -> None:
    write("")
    other = tmp_path / "other.toml"
    other.write_text("")
    assert find_config(other, {"PAPERDIGEST_CONFIG": "paperdigest.toml"}) == other
    assert find_config(None, {"PAPERDIGEST_CONFIG": str(other)}) == other


def test_places_are_looked_at_in_order(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    places = [tmp_path / "xdg/paperdigest", tmp_path / "config", tmp_path]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / "paperdigest.toml").write_text("")
        assert find_config(None, env) == place / "paperdigest.toml"


def test_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    write("")
    assert find_config(tmp_path, {}) == tmp_path / "paperdigest.toml"


def test_nothing_found_names_every_place_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_config(None, {"XDG_CONFIG_HOME": str(tmp_path / "xdg")})
    for part in (
        "./paperdigest.toml",
        "./config/paperdigest.toml",
        f"{tmp_path}/xdg/paperdigest/paperdigest.toml",
        "/etc/paperdigest/paperdigest.toml",
        "paperdigest init",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize("env", [{}, {"PAPERDIGEST_CONFIG": "gone.toml"}])
def test_named_file_that_is_not_there_is_never_passed_over(env: dict[str, str]) -> None:
    write("")
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        find_config(None if env else Path("gone.toml"), env)


# -- expressions


def test_a_topic_may_be_a_query_alone() -> None:
    topic = _topic("query = 'graph OR tree -title:survey'")
    assert topic.expression == "graph OR tree -title:survey"
    assert topic.query == keywords(query=parse_query("graph OR tree -title:survey"))


def test_a_query_is_one_more_way_to_be_taken() -> None:
    keys = "keywords = 'maps'\nrequire = ['paper', 'ink']\nauthors = 'Y LeCun'\ncategories = 'cs'\nexclude = 'old'"
    topic = _topic(f"{keys}\nquery = 'graph tree'")
    assert topic.query is not None
    assert topic.query.reading == (
        '((maps AND (paper OR ink)) OR author:"Y LeCun" OR (graph AND tree)) AND cat:cs AND NOT old'
    )


def test_exclusions_are_enough_beside_a_query() -> None:
    query = _topic("query = 'graph'\nexclude = 'tree'").query
    assert query is not None
    assert query.reading == "graph AND NOT tree"


def test_a_trending_list_may_have_a_query() -> None:
    assert _topic("trending = 5\nquery = 'graph'").query == keywords(query=parse_query("graph"))


def test_the_words_of_a_topic_are_what_its_query_wants_as_typed() -> None:
    topic = _topic(
        "keywords = 'maps'\nauthors = 'Y LeCun'\nquery = 'title:=RAG OR \"a b\"~3 -old maps'"
    )
    assert topic.words == ("maps", "Y LeCun", "title:=RAG", '"a b"~3')


def test_a_query_asked_for_twice_is_the_same() -> None:
    first, second = (_topic("query = 'graph OR tree'") for _ in range(2))
    assert first is not second
    assert first.query is second.query


def test_a_topic_with_a_query_survives_its_way_through_the_store() -> None:
    topic = _topic("query = '\"naïve\" OR b'")
    assert topic_from_json(topic_to_json(topic)) == topic


def test_a_topic_stored_before_there_were_queries_has_not_changed() -> None:
    stored = (
        '{"authors": [], "categories": [], "exclude": [], "keywords": ["maps"], "limit": null, '
        '"min_votes": 0, "name": "Maps", "require": [], "schedule": "", "sources": [], '
        '"trending": 0, "weight": 1.0, "within": 604800.0}'
    )
    assert topic_from_json(stored) == Topic("Maps", keywords=("maps",))
    assert topic_to_json(Topic("Maps", keywords=("maps",))) == stored


def test_the_settings_in_force_show_a_query_and_how_it_is_read() -> None:
    settings = loaded(READER.format(keys="") + "query = '\"graph neural\" tree OR x'")
    (topic,) = effective(settings)["subscriber"][0]["topic"]
    read = '("graph neural" AND tree) OR x'
    assert (topic["query"], topic["reading"]) == ('"graph neural" tree OR x', read)
    shown = effective_toml(settings)
    assert f"# read as {read}" in shown
    assert tomllib.loads(shown)["subscriber"][0]["topic"][0]["query"] == '"graph neural" tree OR x'


def test_what_a_query_may_not_mean_is_remarked_once_for_all_readers() -> None:
    text = "[topics.a]\nname = 'Maps'\nquery = 'graph or tree'\n"
    readers = "".join(f"[[subscriber]]\nname = '{name}'\nuse = 'a'\n" for name in "xy")
    (said,) = (each for each in warnings(loaded(text + readers)) if "query" in each)
    assert said.startswith('Maps: query, column 7: "or" is read as a word · the operator is OR')


def test_an_and_beside_an_or_is_remarked() -> None:
    settings = loaded(READER.format(keys="") + "query = 'graph tree OR x'")
    assert any("AND binds tighter than OR" in each for each in warnings(settings))


def test_the_schema_knows_queries() -> None:
    assert subscriber_schema()["$defs"]["TopicTable"]["properties"]["query"]["type"] == "string"


@given(st.text(max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_is_taken_or_told_inside_its_string(query: str) -> None:
    for said in examine(write(f"[topics.a]\nquery = {toml_text(query)}"), env={}).problems:
        assert said.line == 2
        assert said.column >= len("query = ")


def _topic(written: str) -> Topic:
    text = f"[topics.a]\n{written}\n[[subscriber]]\nname = 'ada'\nuse = 'a'"
    return loaded(text).subscribers[0].topics[0]


# -- secrets never show

HIDING = [
    f'[email]\npassword = "{CANARY}"\n',
    f'[email]\npasword = "{CANARY}"\n',
    f"[email]\npassword = {CANARY}\n",
    f'[email]\npassword = "{CANARY}\n',
    f"[email]\npassword = '{CANARY}' x\n",
    f'[email]\npassword = ["{CANARY}"]\n',
    f'[email]\npassword = {{ env = "{CANARY}!" }}\n',
    f'[email]\npassword = {{ value = "{CANARY}" }}\n',
    f'[email]\nrate = "{CANARY}"\nport = "{CANARY}"\nhost = "https://u:{CANARY}@h"\n',
    f'[slack]\ntoken = "{CANARY}"\nwebhooks = {{ a = "{CANARY}" }}\n',
    f'[slack]\nwebhooks = "{CANARY}"\n',
    f'operator = "slack-webhook:https://hooks.example.org/{CANARY}"\n',
    f'operator = "https://hooks.example.org/{CANARY}"\n',
    f'[[source]]\nname = "a"\nkind = "feed"\nurl = "ftp://u:{CANARY}@x"\n',
    f"{CANARY}\n",
]


@pytest.mark.parametrize("text", HIDING)
def test_secret_in_the_wrong_place_is_not_repeated(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(text)
    seen: BaseException | None = caught.value
    while seen is not None:
        assert CANARY not in "".join(traceback.format_exception(seen, chain=False)) + repr(
            vars(seen)
        )
        seen = seen.__cause__ or seen.__context__


# -- schema, reference, starter


def test_schema_knows_every_key() -> None:
    made = main_schema()
    for table in tables():
        if table is not model.MainTable:
            properties = made["$defs"][table.__name__]["properties"]
            assert keys(table) <= set(properties)
            assert all(part.get("description") or "$ref" in part for part in properties.values())
    assert keys(model.MainTable) == set(made["properties"])
    assert {"path", "url", "format", "after", "fields"} <= set(
        made["$defs"]["SourceTable"]["properties"]
    )


def test_schema_of_a_file_of_a_subscriber_needs_no_name() -> None:
    assert subscriber_schema()["required"] == []


def test_reference_is_what_the_model_says() -> None:
    assert (data_dir("config") / "reference.toml").read_text() == reference()


OPTIONS = {"path", "url", "format", "after", "fields"}  # of the built-in sources


def in_force(*, alternatives: bool) -> str:
    """Return the reference with its options in force; of two that exclude each other, one or both."""
    lines, before = [], ""
    for line in (data_dir("config") / "reference.toml").read_text().split("\n"):
        if line[:1] == "#" and line[:2] != "# " and (alternatives or "instead of" not in before):
            lines.append(line[1:])
        before = line
    return "\n".join(lines)


REFERENCE = tomllib.loads(in_force(alternatives=True))
SECTIONS: list[tuple[type[model.Table], dict[str, Any]]] = [
    (model.MainTable, REFERENCE | {"channels": {}}),
    (model.StorageTable, REFERENCE["storage"]),
    (model.BackupTable, REFERENCE["backup"]),
    (model.SourceTable, REFERENCE["source"][0]),
    (model.EmailTable, REFERENCE["email"]),
    (model.SlackTable, REFERENCE["slack"]),
    (model.SharedTopicTable, REFERENCE["topics"]["experts"]),
    (model.SubscriberTable, REFERENCE["subscriber"][0]),
    (model.TopicTable, REFERENCE["subscriber"][0]["topic"][0]),
    (model.PauseTable, REFERENCE["subscriber"][0]["pause"]),
]
by_section = pytest.mark.parametrize(
    ("table", "given"), SECTIONS, ids=[table.__name__ for table, _ in SECTIONS]
)


@by_section
def test_reference_has_every_key_and_nothing_else(
    table: type[model.Table], given: dict[str, Any]
) -> None:
    assert set(given) - OPTIONS == keys(table)


@by_section
def test_reference_shows_true_defaults(table: type[model.Table], given: dict[str, Any]) -> None:
    for name, field in table.model_fields.items():
        default = None if field.is_required() else field.get_default()
        value = given[field.alias or name]
        if default is not None and not isinstance(value, dict) and not _is_rows(value):
            assert value == (list(default) if isinstance(default, tuple) else default)


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def test_reference_marks_what_is_no_default() -> None:
    lines = (data_dir("config") / "reference.toml").read_text().split("\n")
    explained = dict(zip(lines[1:], lines, strict=False))
    assert explained['#host = "smtp.example.org"'].endswith(" (an example)")
    assert not explained["#port = 587"].endswith(" (an example)")


def test_reference_tells_every_place_for_a_secret() -> None:
    text = (data_dir("config") / "reference.toml").read_text()
    assert all(f"{{ {key} = " in text for key in keys(model.SecretTable))


def test_reference_loads_with_its_options_in_force() -> None:
    settings = loaded(in_force(alternatives=False).replace("keywords = []", 'keywords = "maps"'))
    kinds = ["inbox", "arxiv", "huggingface", "biorxiv", "pubmed", "feed", "url"]
    assert [source.kind for source in settings.sources] == kinds
    assert settings.email is not None


@pytest.mark.parametrize(("name", "most"), [("paperdigest.toml", 25), ("me.toml", 15)])
def test_starter_is_short(name: str, most: int) -> None:
    lines = (data_dir("config") / name).read_text().splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) < most


def test_starter_works_unedited() -> None:
    texts = {
        name: (data_dir("config") / f"{name}.toml").read_text() for name in ("paperdigest", "me")
    }
    settings = loaded(texts["paperdigest"], subscriptions__me=texts["me"])
    assert [source.kind for source in settings.sources] == ["inbox"]
    assert settings.subscribers[0].deliver == ("file:outbox",)


def test_starter_works_with_all_its_comments_taken_away() -> None:
    text = (data_dir("config") / "paperdigest.toml").read_text()
    live = "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line
        for line in text.split("\n")
    )
    settings = loaded(live)
    assert [source.kind for source in settings.sources] == ["inbox", "arxiv"]
    assert settings.email is not None
    assert settings.slack is not None
