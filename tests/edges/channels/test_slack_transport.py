"""No answer holds up the rest, fills the memory or leads the token elsewhere, whatever stands before Slack."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.error import URLError
from urllib.request import Request

import pytest

from builders import NOW
from contracts import message
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_errors import TooLong
from paperdigest.channels.slack_transport import Watch, ask
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core.errors import DeliveryError
from paperdigest.core.ports import Outcome, Reach, Retry, Sent, Unknown
from paperdigest.core.secret import Secret
from slack_proxy import Proxy
from slack_server import FakeSlack
from smtp_server import Authority

KEY = "0123456789abcdef01234567"
ENDLESS = ("drips", "drips headers", "pours", "promises", "promises a chunk")
#: Seconds for a step of a webhook's call, which has no clock but the machine's, so that it ends soon.
SHORT = 1.0
MEGABYTE = 1_000_000


def bot(slack: FakeSlack, **over: Any) -> SlackChannel:
    """Return a channel whose time is up as soon as an answer drips, and not before, however slow the machine is."""
    plain: dict[str, Any] = {"token": Secret("xoxb-canary"), "api_url": slack.api_url}
    return SlackChannel(**(plain | {"clock": partial(_seconds, slack)} | over))


def _seconds(server: FakeSlack | Proxy) -> float:
    return 1_000.0 if server.drops else 0.0


def posted(slack: FakeSlack, **over: Any) -> Outcome:
    channel = bot(slack, **over)
    return channel.send(channel.prepare(message(), "C0123", key=KEY, at=NOW)[0])


def hooked(slack: FakeSlack) -> Outcome:
    limits: dict[str, Any] = {"timeout": SHORT} if {*slack.modes} & {*ENDLESS} else {}
    channel = SlackWebhookChannel({"team": Secret(slack.webhook_url)}, **limits)
    return channel.send(channel.prepare(message(), "team", key=KEY, at=NOW)[0])


def looked(slack: FakeSlack) -> Outcome:
    channel = bot(slack)
    return channel.look_back(channel.prepare(message(), "C0123", key=KEY, at=NOW)[0], "", NOW)


@pytest.mark.parametrize("post", [posted, hooked])
@pytest.mark.parametrize("mode", ENDLESS)
def test_an_answer_without_end_leaves_it_unknown(
    mode: str, post: Callable[[FakeSlack], Outcome]
) -> None:
    with FakeSlack(mode) as slack:
        outcome = post(slack)
    assert isinstance(outcome, Unknown)
    assert "may have been posted" in outcome.reason


@pytest.mark.parametrize("mode", ENDLESS)
def test_a_look_that_does_not_end_is_taken_again(mode: str) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = [mode]
        outcome = looked(slack)
    assert isinstance(outcome, Unknown)
    assert outcome.ask_again is not None


@pytest.mark.parametrize("mode", ENDLESS)
def test_a_listing_without_end_posts_nothing(mode: str) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = [mode]
        assert isinstance(bot(slack).place("#papers"), Retry)


@pytest.mark.parametrize("mode", ENDLESS)
def test_a_check_without_end_is_told_and_not_of_a_message(mode: str) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = [mode]
        with pytest.raises(DeliveryError) as told:
            bot(slack).probe()
    assert "posted" not in str(told.value)


def test_an_answer_without_end_is_not_kept_in_memory() -> None:
    tracemalloc.start()
    try:
        with FakeSlack("pours") as slack:
            posted(slack)
        (_, most) = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20 * MEGABYTE


def test_a_call_as_a_whole_has_an_end_by_the_clock() -> None:
    """Each look at the clock is ten seconds later: the answer, which drips, is left after a minute."""
    seconds = itertools.count(0.0, 10.0)
    with FakeSlack("drips") as slack:
        channel = bot(slack, timeout=30.0, clock=lambda: next(seconds))
        outcome = channel.send(channel.prepare(message(), "C0123", key=KEY, at=NOW)[0])
    told = "Slack did not answer in time, so the message may have been posted"
    assert outcome == Unknown(told, reach=Reach.CHANNEL)
    assert next(seconds) < 150


def test_all_calls_for_one_message_have_an_end_together() -> None:
    """Twenty pages, each in time, would hold up the rest for as long as twenty calls may take."""
    seconds = itertools.count(0.0, 5.0)
    more = '{"ok": true, "messages": [], "response_metadata": {"next_cursor": "on"}}'
    with FakeSlack() as slack:
        slack.asked_modes = [f"says {more}"] * 40
        channel = bot(slack, timeout=10.0, clock=lambda: next(seconds))
        part = channel.prepare(message(), "C0123", key=KEY, at=NOW)[0]
        outcome = channel.look_back(part, "", NOW)
    assert isinstance(outcome, Unknown)
    assert outcome.ask_again is not None
    assert len(slack.seen) < 6


def test_time_that_runs_out_before_the_request_is_written_posts_nothing() -> None:
    with FakeSlack() as slack:
        watch = Watch(wait=5.0, ends=0.0, most=MEGABYTE, clock=lambda: 1.0)
        request = Request(slack.api_url + "chat.postMessage", b"{}", method="POST")
        with pytest.raises(URLError):
            ask(request, watch)
    assert slack.posts == 0


def test_what_is_too_long_is_told_from_what_is_not_by_a_byte() -> None:
    with FakeSlack("says 0123456789", "says 0123456789") as slack:
        request = Request(slack.api_url + "chat.postMessage", b"{}", method="POST")
        free = Watch(wait=5.0, ends=9.0, most=MEGABYTE, clock=lambda: 0.0)
        assert ask(request, free).body == "0123456789"
        read = free._read
        just = Watch(wait=5.0, ends=9.0, most=read - 1, clock=lambda: 0.0)
        with pytest.raises(TooLong):
            ask(request, just)


@pytest.mark.parametrize("post", [posted, hooked])
def test_a_redirect_is_not_followed(post: Callable[[FakeSlack], Outcome]) -> None:
    """Both servers are this machine, and the second would say ok: the token must not get there at all."""
    with FakeSlack() as other, FakeSlack() as slack:
        slack.modes = [f"redirect {other.api_url}chat.postMessage"]
        outcome = post(slack)
    assert other.seen == []
    assert isinstance(outcome, Retry)
    assert "answered with a redirect (HTTP 302), which is not followed · check" in outcome.reason


def test_a_redirect_before_the_api_holds_for_all_it_sends() -> None:
    with FakeSlack("redirect http://127.0.0.1:1/") as slack:
        outcome = posted(slack)
    assert isinstance(outcome, Retry)
    assert outcome.reach is Reach.CHANNEL


def test_a_question_is_not_taken_elsewhere_either() -> None:
    with FakeSlack() as other, FakeSlack() as slack:
        slack.asked_modes = [f"redirect {other.api_url}conversations.history"]
        outcome = looked(slack)
    assert other.seen == []
    assert isinstance(outcome, Unknown)
    assert outcome.ask_again is not None


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """One that is trusted as the system's own are."""
    made = Authority()
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    made.write(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield made


@pytest.mark.parametrize("post", [posted, hooked])
def test_over_tls_a_message_is_taken(
    authority: Authority, post: Callable[[FakeSlack], Outcome]
) -> None:
    with FakeSlack(tls=authority.context("127.0.0.1")) as slack:
        assert isinstance(post(slack), Sent)


@pytest.mark.parametrize("mode", ENDLESS)
def test_over_tls_an_answer_without_end_leaves_it_unknown(authority: Authority, mode: str) -> None:
    with FakeSlack(mode, tls=authority.context("127.0.0.1")) as slack:
        assert isinstance(posted(slack), Unknown)


@pytest.mark.parametrize("post", [posted, hooked])
@pytest.mark.usefixtures("authority")
def test_a_certificate_of_nobodys_gets_no_token(post: Callable[[FakeSlack], Outcome]) -> None:
    with FakeSlack(tls=Authority().context("127.0.0.1")) as slack:
        outcome = post(slack)
    assert isinstance(outcome, Retry)
    assert "its certificate does not hold" in outcome.reason
    assert slack.seen == []


def by_proxy(proxy: Proxy, slack: FakeSlack, patch: pytest.MonkeyPatch) -> Outcome:
    patch.setenv("HTTPS_PROXY", proxy.url)
    patch.setenv("no_proxy", "")
    return posted(slack, clock=partial(_seconds, proxy))


def test_a_proxy_carries_what_is_for_slack(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeSlack(tls=authority.context("127.0.0.1")) as slack, Proxy() as proxy:
        outcome = by_proxy(proxy, slack, monkeypatch)
    assert isinstance(outcome, Sent)
    assert proxy.asked == [slack.api_url.removeprefix("https://").removesuffix("/api/")]


@pytest.mark.parametrize(
    "answer",
    [
        b"H",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
        b"HTTP/1.1 407 Who are you\r\n\r\n",
    ],
)
def test_a_proxy_that_does_not_let_through_posts_nothing(
    answer: bytes, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeSlack(tls=authority.context("127.0.0.1")) as slack, Proxy(answer) as proxy:
        outcome = by_proxy(proxy, slack, monkeypatch)
    assert isinstance(outcome, Retry)
    assert outcome.reach is Reach.CHANNEL
    assert slack.seen == []


def test_a_proxy_is_used_for_http_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeSlack() as slack:
        monkeypatch.setenv("HTTP_PROXY", slack.api_url.removesuffix("/api/"))
        monkeypatch.setenv("no_proxy", "")
        channel = bot(slack, api_url="http://localhost:1/api/")
        outcome = channel.send(channel.prepare(message(), "C0123", key=KEY, at=NOW)[0])
    assert isinstance(outcome, Sent)
    assert slack.seen[0][0] == "http://localhost:1/api/chat.postMessage"


@pytest.mark.parametrize("post", [posted, hooked])
@pytest.mark.parametrize(
    "text", ["[1]", '"ok"', "5", "null", "[" * 100_000, "9" * 5_000, "\ufffd", ""]
)
def test_what_is_no_answer_of_slacks_leaves_it_unknown(
    text: str, post: Callable[[FakeSlack], Outcome]
) -> None:
    with FakeSlack(f"says {text}") as slack:
        outcome = post(slack)
    assert isinstance(outcome, Unknown)
