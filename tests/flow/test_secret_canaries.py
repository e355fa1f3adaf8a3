"""Every kind of secret set to a canary, the program run over good and bad paths at its most talkative: afterwards no
canary is in what it printed or logged, nor in any file or database it left, in any encoding.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builders import NOW
from canaries import found, left_behind
from contracts import message
from house import CONFIG, House
from http_server import HttpServer, Reply, Request, http_server
from paperdigest import logs
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core.ports import Channel, Retry, Unknown
from paperdigest.core.secret import Secret
from paperdigest.failpoints import CONSENT, GUARD, PLAN
from program import Program
from slack_server import FakeSlack
from smtp_server import DROP, HANG, Authority, HostileSmtp

SECRETS = {
    "mail password": "canary-Pässword 7%+/&\"'<\\",
    "mail token": "ya29.canary-oauth-2f8c1e_x",
    "slack token": "xoxb-canary-4d7a9b30",
    "webhook": "canary-webhook",  # the secret part of FakeSlack's address
    "feed password": "canary-feed-password-51c0",
    "feed token": "canary-feed-token-9e2b",
}
PLAIN_LOGIN = f"\0papers\0{SECRETS['mail password']}".encode()
ECHO = f"{SECRETS['mail password']} {base64.b64encode(PLAIN_LOGIN).decode()}"
EHLO = "250-hostile.test\r\n250-SIZE 10000000\r\n250 AUTH PLAIN LOGIN XOAUTH2"
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Maps</title><link>https://example.org/</link>
<item><title>Folding paper maps from a feed</title><description>We fold paper maps.</description></item>
</channel></rss>"""
HOTEL = "<html>welcome to the hotel</html>"


def repeated(request: Request) -> Reply:
    """A proxy that shows what it was asked: address, headers and all."""
    told = f"<html>{request.path} {dict(request.headers)}</html>"
    return Reply(told.encode(), 502, {"Content-Type": "text/html"})


def sent_on(request: Request) -> Reply:
    """A server that knows a better address, which has the secret in it and leads nowhere."""
    return Reply(b"", 302, {"Location": f"/gone?{request.path.partition('?')[2]}"})


@dataclass(frozen=True)
class Weather:
    """What the servers do. `trusted`: the mail server's certificate holds. `named`: what the Slack workspace and a
    channel of it are called."""

    auth: str = "password"
    trusted: bool = True
    smtp: dict[str, str] = field(default_factory=dict)
    slack: str = "ok"
    asked: str = "ok"
    webhook: str = "ok"
    named: str = "maps"
    feed: Reply = field(default_factory=lambda: Reply(FEED))
    feed_by: str = ""


@dataclass(frozen=True)
class Servers:
    """Whom the secrets are for."""

    mail: HostileSmtp
    bot: FakeSlack
    hook: FakeSlack
    feed: HttpServer


WEATHERS = {
    "all is well": Weather(),
    "all is well by OAuth": Weather(auth="xoauth2"),
    "no login": Weather(
        smtp={"auth": "535 5.7.8 bad credentials"},
        slack="invalid_auth",
        asked="invalid_auth",
        webhook="404 no_service",
        feed=Reply(b"who are you", 401),
    ),
    "no login by OAuth": Weather(
        auth="xoauth2", smtp={"auth": "535 5.7.8 token expired"}, slack="token_expired"
    ),
    "refused for good": Weather(
        smtp={"rcpt": "550 5.1.1 no such user"},
        slack="invalid_blocks",
        webhook="400 invalid_payload",
        feed=Reply(b"gone", 410),
    ),
    "servers that repeat what they were told": Weather(
        smtp={"auth": f"535 5.7.8 {ECHO}"},
        slack="404 " + SECRETS["slack token"],
        webhook=f"404 /services/T0/B0/{SECRETS['webhook']}",
        feed_by="repeated",
    ),
    "a mail server whose first words repeat the password": Weather(
        smtp={"greeting": f"554 5.7.1 go away, {ECHO}"}
    ),
    "a mail server whose first words repeat the token": Weather(
        auth="xoauth2", smtp={"greeting": f"421 {SECRETS['mail token']} is busy"}
    ),
    "a mail server that repeats the password as it says hello": Weather(
        smtp={"ehlo": f"554-{ECHO}\r\n554 {ECHO}"}
    ),
    "a workspace named by the token": Weather(named=SECRETS["slack token"]),
    "a certificate that nobody knows": Weather(trusted=False, slack="missing_scope"),
    "answers that are lost": Weather(
        smtp={"dot": DROP}, slack="take and drop", asked="drop", webhook="take and drop"
    ),
    "connections that break": Weather(
        smtp={"ehlo": DROP}, slack="drop", asked="http 500", webhook="drop", feed_by="sent_on"
    ),
    "a proxy's page": Weather(
        smtp={"greeting": HOTEL},
        slack="html",
        asked="html",
        webhook="html",
        feed=Reply(HOTEL.encode(), 200, {"Content-Type": "text/html"}),
    ),
    "a pause is wanted": Weather(
        smtp={"mail": "451 4.7.1 greylisted"},
        slack="429 3000",  # longer than a run waits for
        asked="429 3000",
        webhook="429 3000",
        feed=Reply(b"slow down", 429, {"Retry-After": "60"}),
    ),
    "words nobody knows": Weather(slack="some_error_of_2031", webhook="400 some_error_of_2031"),
}
COMMANDS = (
    ("run", "--once", "--all"),
    ("run", "--once", "--all", "--json"),
    ("check", "--network"),
    ("check", "--network", "--json"),
    ("status",),
    ("status", "--json"),
    ("sources",),
    ("sources", "--json"),
    ("subscribers",),
    ("deliveries",),
    ("deliveries", "--json"),
    ("config", "show"),
    ("config", "show", "--json"),
    ("history", "ada"),
    ("why", "Folding paper maps again", "ada"),
    ("quarantine", "list"),
    ("send", "ada", "--test"),
    ("preview", "ada"),
)
READER = """
deliver = "{}"
schedule = "at once"
[[topic]]
name = "Maps"
keywords = ["paper map"]
"""
SERVED = """
operator = ["file:operator"]
{config}
[[source]]
name = "maps"
kind = "feed"
url = "http://reader:{feed_password}@127.0.0.1:{feed_port}/feed?token={feed_token}&page=1"

[email]
host = "localhost"
port = {mail_port}
tls = "implicit"
auth = "{auth}"
username = "papers"
{secret}
{ca_file}
from = "Papers <papers@example.org>"

[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{api_url}"
[slack.webhooks]
team = {{ env = "CANARY_WEBHOOK" }}
"""
LOGIN = {
    "password": 'password = { file = "secrets/mail-password" }',
    "xoauth2": 'token = { command = ["cat", "secrets/mail-token"] }',
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the log know of no secret yet, as in a process of its own."""
    monkeypatch.setattr(logs, "_hidden", set())
    monkeypatch.setattr(logs, "_hidden_pattern", None)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@contextmanager
def world(
    house: House, weather: Weather, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Servers]:
    """Set everything up as that weather has it: servers, secrets, config, a good dump and a bad one."""
    with ExitStack() as stack:
        mail = stack.enter_context(
            HostileSmtp({"ehlo": EHLO} | weather.smtp, tls=authority.context("localhost"))
        )
        bot = stack.enter_context(FakeSlack(*[weather.slack] * 50))
        bot.asked_modes = [weather.asked] * 50
        bot.people["bob@example.org"] = "U2"
        bot.team, bot.channels[f"#{weather.named}"] = weather.named, "C0456"
        hook = stack.enter_context(FakeSlack(*[weather.webhook] * 50))
        feed = stack.enter_context(http_server())
        serve(feed, weather)
        monkeypatch.setenv("CANARY_WEBHOOK", hook.webhook_url)
        for name in ("mail password", "mail token", "slack token"):
            house.write(f"secrets/{name.replace(' ', '-')}", SECRETS[name]).chmod(0o600)
        authority.write(house.folder / "ca.pem")
        house.write(
            "paperdigest.toml",
            SERVED.format(
                config=CONFIG,
                feed_password=SECRETS["feed password"],
                feed_token=SECRETS["feed token"],
                feed_port=feed.port,
                mail_port=mail.port,
                auth=weather.auth,
                secret=LOGIN[weather.auth],
                ca_file='ca_file = "ca.pem"' if weather.trusted else "",
                api_url=bot.api_url,
            ),
        )
        for name, target in (
            ("ada", "email:ada@example.org"),
            ("bob", "slack:bob@example.org"),
            ("cid", "slack:#papers"),
            ("dee", "slack:C0456"),
            ("eve", "slack-webhook:team"),
            ("fay", "file:outbox"),
        ):
            house.write(f"subscriptions/{name}.toml", READER.format(target))
        house.drop("good.jsonl", "Folding paper maps again")
        house.drop_bytes("bad.json", b'{"papers": [')
        yield Servers(mail, bot, hook, feed)


def serve(feed: HttpServer, weather: Weather) -> None:
    by = {"repeated": repeated, "sent_on": sent_on}
    feed.replies["/feed"] = by.get(weather.feed_by, weather.feed)


@pytest.mark.parametrize("auth", ["password", "xoauth2"])
def test_every_canary_comes_to_the_server_it_is_for(
    house: House,
    program: Program,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    auth: str,
) -> None:
    """Secrets that nobody used would get nowhere by themselves."""
    with world(house, Weather(auth=auth), authority, monkeypatch) as servers:
        program("run", "--once", "--all")
    login = {"password": "mail password", "xoauth2": "mail token"}[auth]
    heard = [
        *((f"{login}'s server", line) for line in servers.mail.heard),
        *(("slack token's server", token.encode()) for _, token in servers.bot.seen),
        *(("webhook's server", path.encode()) for path, _ in servers.hook.seen),
        *(
            ("feed password's server", base64.b64decode(one.headers["authorization"].split()[1]))
            for one in servers.feed.requests
        ),
        *(("feed token's server", one.path.encode()) for one in servers.feed.requests),
    ]
    wanted = {login, "slack token", "webhook", "feed password", "feed token"}
    told = {one.partition(" (")[0] for one in found(SECRETS, heard) if one.endswith("server")}
    assert told == wanted


def secrets_in(house: House, printed: str) -> list[str]:
    left = left_behind(house.folder, but=["secrets", "paperdigest.toml"])
    return found(SECRETS, [("what was printed", printed.encode()), *left])


@pytest.mark.parametrize("weather", WEATHERS.values(), ids=WEATHERS)
def test_no_secret_gets_anywhere(
    house: House,
    program: Program,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    weather: Weather,
) -> None:
    printed = ""
    with world(house, weather, authority, monkeypatch):
        for command in COMMANDS:
            said = program("-vv", *command)
            assert said.code in (0, 1, 4), said.err
            printed += f"{command}\n{said.out}\n{said.err}\n"
    assert secrets_in(house, printed) == []
    assert "DEBUG" in printed or "INFO" in printed


PLACES = ("email.connected", "slack.answered", "webhook.post")


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_in_what_a_crash_leaves(
    house: House, authority: Authority, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    printed = b""
    with world(house, Weather(), authority, monkeypatch):
        config = str(house.folder / "paperdigest.toml")
        for _ in range(2):  # the second run finds what the first left
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "paperdigest",
                    "--config",
                    config,
                    "-vv",
                    "run",
                    "--once",
                ],
                env={**os.environ, GUARD: CONSENT, PLAN: f"{place}=raise@1"},
                capture_output=True,
                check=False,
            )
            printed += done.stdout + done.stderr
    assert b"FailpointReached" in printed
    assert secrets_in(house, printed.decode()) == []


def test_no_secret_is_in_what_is_said_of_a_server_that_never_answers(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    authority.write(tmp_path / "ca.pem")
    context = authority.context("localhost")
    with (
        HostileSmtp({"ehlo": EHLO, "auth": HANG}, tls=context) as mail,
        FakeSlack("take and hang") as bot,
        FakeSlack("take and hang") as hook,
    ):
        channels: tuple[Channel, ...] = (
            EmailChannel(
                host="localhost",
                port=mail.port,
                tls="implicit",
                username="papers",
                password=Secret(SECRETS["mail password"]),
                sender="papers@example.org",
                ca_file=tmp_path / "ca.pem",
                timeout=0.5,
            ),
            SlackChannel(Secret(SECRETS["slack token"]), api_url=bot.api_url, timeout=0.3),
            SlackWebhookChannel({"team": Secret(hook.webhook_url)}, timeout=0.3),
        )
        told = ""
        for channel, target in zip(channels, ("ada@example.org", "#papers", "team"), strict=True):
            outcome = channel.send(channel.prepare(message(), target, key="0" * 24, at=NOW)[0], "")
            assert isinstance(outcome, Retry | Unknown), outcome
            told += f"{outcome!r} {channel!r} {outcome.reason}\n"
    assert mail.heard[1].startswith(b"AUTH ")
    assert (
        found(SECRETS, [("what was said", told.encode()), ("the log", caplog.text.encode())]) == []
    )


def test_no_secret_is_in_a_log_of_json_lines(
    house: House,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with world(house, WEATHERS["servers that repeat what they were told"], authority, monkeypatch):
        logs.setup("DEBUG", json=True)
        house.run()
        house.close()
    printed = capsys.readouterr()
    for line in printed.err.splitlines():
        json.loads(line)
    assert secrets_in(house, printed.out + printed.err) == []
