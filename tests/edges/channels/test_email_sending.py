"""Mail over real connections: what arrives, what never leaves, and what each failure means."""

from __future__ import annotations

import base64
import email
import email.policy
import resource
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from builders import NOW
from contracts import channel_contract, message
from loopback import closed_port
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.smtp_client import SmtpClient
from paperdigest.channels.smtp_errors import SmtpError
from paperdigest.channels.smtp_session import SmtpSession
from paperdigest.core.errors import DeliveryError
from paperdigest.core.ports import Barred, Outcome, Part, Reach, Refused, Retry, Sent, Unknown
from paperdigest.core.secret import Secret
from paperdigest.failpoints import FailpointReached, broken
from smtp_server import DROP, HANG, PASSWORD, USER, Authority, HostileSmtp, mailroom

KEY = "0123456789abcdef01234567"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.write(path)
    return path


def open_channel(port: int, /, **over: Any) -> EmailChannel:
    """Return a channel to a server without TLS or login on this machine."""
    plain: dict[str, Any] = {"host": "127.0.0.1", "port": port, "tls": "none", "auth": "none"}
    return EmailChannel(
        **(plain | {"sender": "Papers <papers@example.org>", "timeout": 60.0} | over)
    )


def patience_with(act: str) -> dict[str, float]:
    """Return how long a server is waited for: a moment where it never answers, else as long as it takes."""
    return dict.fromkeys(("timeout", "final_timeout"), 0.25) if act == HANG else {}


def tls_channel(port: int, ca_file: Path | None, **over: Any) -> EmailChannel:
    """Return a channel that verifies and logs in."""
    plain: dict[str, Any] = {
        "host": "localhost",
        "tls": "starttls",
        "auth": "password",
        "username": USER,
        "password": Secret(PASSWORD),
        "ca_file": ca_file,
    }
    return open_channel(port, **(plain | over))


def part_for(channel: EmailChannel, target: str = "ada@example.org", key: str = KEY) -> Part:
    (part,) = channel.prepare(message(), target, key=key, at=NOW)
    return part


def parsed(data: bytes) -> EmailMessage:
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def bodies(data: bytes) -> list[str]:
    return [
        part.get_payload(decode=True).decode().replace("\r\n", "\n")  # type: ignore[union-attr]  # leaves only
        for part in parsed(data).iter_parts()
    ]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_digest_arrives_over_tls_with_login_as_it_was_written(
    authority: Authority, ca_file: Path, tls: str
) -> None:
    with mailroom(authority.context("localhost"), implicit=tls == "implicit", auth=True) as room:
        channel = tls_channel(room.port, ca_file, tls=tls)
        assert channel.send(part_for(channel)) == Sent()
        channel.close()
    assert room.logins == 1
    ((sender, recipients, data),) = room.mails
    assert (sender, recipients) == ("papers@example.org", ["ada@example.org"])
    assert bodies(data) == [message().text, message().html]
    assert parsed(data)["Subject"] == "3 new papers: Maps"


def test_a_local_server_takes_mail_without_tls() -> None:
    with mailroom() as room:
        channel = open_channel(room.port)
        assert channel.send(part_for(channel)) == Sent()
        channel.close()
    assert len(room.mails) == 1


def test_two_messages_go_over_one_connection() -> None:
    with mailroom() as room:
        channel = open_channel(room.port)
        assert channel.send(part_for(channel)) == Sent()
        assert channel.send(part_for(channel, "bo@example.org", "f" * 24)) == Sent()
        channel.close()
    assert [mail[1] for mail in room.mails] == [["ada@example.org"], ["bo@example.org"]]
    assert room.connections == 1


def test_a_second_try_sends_identical_bytes() -> None:
    with HostileSmtp({"dot": ["451 later", "250 taken"]}) as server:
        channel = open_channel(server.port)
        part = part_for(channel)
        assert isinstance(channel.send(part), Retry)
        assert channel.send(part) == Sent()
        channel.close()
    first, second = server.messages
    assert first == second
    assert parsed(first)["Message-ID"] == f"<pd.{KEY}@example.org>"


def test_a_connection_that_ended_meanwhile_is_opened_again() -> None:
    with HostileSmtp({"mail": ["250 ok", DROP, "250 ok"]}) as server:
        channel = open_channel(server.port)
        assert channel.send(part_for(channel)) == Sent()
        assert channel.send(part_for(channel)) == Sent()
        channel.close()
    assert server.connections == 2
    assert len(server.messages) == 2


def test_a_refused_recipient_leaves_the_connection_fit_for_the_next() -> None:
    with HostileSmtp({"rcpt": ["550 5.1.1 nobody here", "250 ok"]}) as server:
        channel = open_channel(server.port)
        assert isinstance(channel.send(part_for(channel, "nobody@example.org")), Refused)
        assert channel.send(part_for(channel)) == Sent()
        channel.close()
    assert server.connections == 1
    assert b"RSET\r\n" in server.heard


def test_a_server_that_limits_sizes_is_told_the_size_first() -> None:
    with HostileSmtp({"ehlo": "250-hostile.test\r\n250 SIZE 1000000"}) as server:
        channel = open_channel(server.port)
        assert channel.send(part_for(channel)) == Sent()
        channel.close()
    size = len(server.messages[0])
    assert f"MAIL FROM:<papers@example.org> SIZE={size}\r\n".encode() in server.heard


@pytest.mark.parametrize("offer", ["250 hostile.test", "250-hostile.test\r\n250 8BITMIME"])
def test_8bitmime_is_not_needed_and_not_asked_for(offer: str) -> None:
    with HostileSmtp({"ehlo": offer}) as server:
        channel = open_channel(server.port)
        hostile = message(subject="多模态 é", text="Ünïcödé\n", html="<p>🎉</p>\n", list_name="é")
        (part,) = channel.prepare(hostile, "ada@example.org", key=KEY, at=NOW)
        assert channel.send(part) == Sent()
        channel.close()
    assert b"MAIL FROM:<papers@example.org>\r\n" in server.heard
    assert server.messages[0].isascii()


def test_lines_that_start_with_a_dot_arrive_whole() -> None:
    text = ".hidden\n..\n.\nlast\n"
    with mailroom() as room:
        channel = open_channel(room.port)
        (part,) = channel.prepare(message(text=text), "ada@example.org", key=KEY, at=NOW)
        assert channel.send(part) == Sent()
        channel.close()
    assert bodies(room.mails[0][2])[0] == text


# ------------------------------------------------------------- what never leaves


def nothing_left(server: HostileSmtp) -> bool:
    told = b"".join(server.heard)
    coded = base64.b64encode(PASSWORD.encode())
    return not server.messages and b"AUTH" not in told and b"MAIL" not in told and coded not in told


def test_a_server_that_hides_starttls_hears_neither_password_nor_message() -> None:
    with HostileSmtp({"ehlo": "250-hostile.test\r\n250 AUTH PLAIN LOGIN"}) as server:
        channel = tls_channel(server.port, None)
        outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Barred)
    assert "STARTTLS" in outcome.reason
    assert nothing_left(server)


def test_clear_text_slipped_in_behind_starttls_ends_the_conversation() -> None:
    steps = {"ehlo": "250-hostile.test\r\n250 STARTTLS", "starttls": "220 go\r\n250 AUTH PLAIN"}
    with HostileSmtp(steps) as server:
        channel = tls_channel(server.port, None)
        assert isinstance(channel.send(part_for(channel)), Retry)
    assert nothing_left(server)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("fault", ["unknown authority", "wrong host"])
def test_a_certificate_that_does_not_hold_stops_everything(
    authority: Authority, ca_file: Path, tls: str, fault: str
) -> None:
    names = "localhost" if fault == "unknown authority" else "elsewhere.test"
    with mailroom(authority.context(names), implicit=tls == "implicit", auth=True) as room:
        trusted = None if fault == "unknown authority" else ca_file
        channel = tls_channel(room.port, trusted, tls=tls)
        outcome = channel.send(part_for(channel))
        with pytest.raises(DeliveryError, match="certificate"):
            channel.probe()
    assert isinstance(outcome, Barred)
    assert "certificate" in outcome.reason
    assert room.mails == []


def test_a_wrong_password_is_told_plainly_and_nothing_is_lost(
    authority: Authority, ca_file: Path
) -> None:
    with mailroom(authority.context("localhost"), auth=True) as room:
        channel = tls_channel(room.port, ca_file, password=Secret("canary-wrong"))
        outcome = channel.send(part_for(channel))
        with pytest.raises(DeliveryError, match="535"):
            channel.probe()
    assert isinstance(outcome, Barred)
    assert "535" in outcome.reason
    assert "username and password" in outcome.reason
    assert "canary" not in outcome.reason
    assert room.mails == []


@pytest.mark.parametrize(
    "steps",
    [
        {"greeting": f"554 5.7.1 {PASSWORD} go away"},
        {"ehlo": f"554 {PASSWORD}"},
        {"ehlo": f"250-hostile.test\r\n250 AUTH {PASSWORD}"},
    ],
    ids=["greeting", "hello", "ways to log in"],
)
def test_a_password_that_a_server_says_before_it_was_told_is_not_quoted(
    authority: Authority, ca_file: Path, steps: dict[str, str]
) -> None:
    """Told to another process, on another day. A password that is asked for anew each time is not known yet."""
    with HostileSmtp(steps, tls=authority.context("localhost")) as server:
        channel = tls_channel(
            server.port, ca_file, tls="implicit", password=lambda: Secret(PASSWORD)
        )
        outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Retry | Barred)
    assert "canary" not in outcome.reason
    assert "***" in outcome.reason


def test_a_password_is_asked_for_at_every_login(authority: Authority, ca_file: Path) -> None:
    given = iter([Secret("old"), Secret(PASSWORD)])
    with mailroom(authority.context("localhost"), auth=True) as room:
        channel = tls_channel(room.port, ca_file, password=lambda: next(given))
        assert isinstance(channel.send(part_for(channel)), Barred)
        assert channel.send(part_for(channel)) == Sent()
        channel.close()


def test_a_password_that_cannot_be_had_is_a_reason_to_wait(
    authority: Authority, ca_file: Path
) -> None:
    def missing() -> Secret:
        raise DeliveryError("secrets/smtp-password does not exist")

    with mailroom(authority.context("localhost"), auth=True) as room:
        channel = tls_channel(room.port, ca_file, password=missing)
        outcome = channel.send(part_for(channel))
    assert outcome == Retry("secrets/smtp-password does not exist", reach=Reach.CHANNEL)


def test_a_ca_file_without_certificates_is_named(tmp_path: Path, authority: Authority) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    with mailroom(authority.context("localhost"), auth=True) as room:
        channel = tls_channel(room.port, empty)
        outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Retry)
    assert str(empty) in outcome.reason


# ------------------------------------------------------- what each failure means

_SIZE = "250-hostile.test\r\n250 SIZE 100"


@pytest.mark.parametrize(
    ("step", "act", "meaning"),
    [
        ("greeting", DROP, Retry),
        ("greeting", HANG, Retry),
        ("greeting", "421 too busy", Retry),
        ("greeting", "554 go away", Retry),
        ("greeting", "HTTP/1.1 400 Bad Request", Retry),
        ("greeting", "220-" + "x" * 70_000, Retry),
        ("ehlo", DROP, Retry),
        ("ehlo", HANG, Retry),
        ("ehlo", "421 closing", Retry),
        ("ehlo", _SIZE, Refused),
        ("mail", DROP, Retry),
        ("mail", HANG, Retry),
        ("mail", "421 closing", Retry),
        ("mail", "451 later", Retry),
        ("mail", "530 login first", Barred),
        ("mail", "550 not as this sender", Barred),
        ("mail", "552 too large", Refused),
        ("rcpt", DROP, Retry),
        ("rcpt", HANG, Retry),
        ("rcpt", "421 closing", Retry),
        ("rcpt", "450 greylisted", Retry),
        ("rcpt", "550 no such user", Refused),
        ("rcpt", "553 name not allowed", Refused),
        ("rcpt", "554 5.7.1 relay access denied", Barred),
        ("rcpt", "503 5.5.1 out of step", Retry),
        ("rcpt", "550 5.4.5 daily limit", Retry),
        ("data", DROP, Retry),
        ("data", HANG, Retry),
        ("data", "451 later", Retry),
        ("data", "554 no", Refused),
        ("body", DROP, Retry),
        ("dot", DROP, Unknown),
        ("dot", HANG, Unknown),
        ("dot", "nonsense", Unknown),
        ("dot", "354 what", Unknown),
        ("dot", "421 closing", Retry),
        ("dot", "451 later", Retry),
        ("dot", "552 mailbox full", Refused),
        ("dot", "554 looks like spam", Refused),
    ],
)
def test_every_failure_has_its_meaning(step: str, act: str, meaning: type[Outcome]) -> None:
    act = "354 go on" if step == "body" else act
    steps = {step: act} if step != "body" else {"data": "354 go on", "body": DROP}
    with HostileSmtp(steps) as server:
        limits = patience_with(act) | ({"timeout": 60.0} if step == "dot" else {})
        channel = open_channel(server.port, **limits)
        # So large that it cannot all be under way before the other side has gone.
        size = 6_000_000 if step == "body" else 100
        (part,) = channel.prepare(message(text="x" * size), "ada@example.org", key=KEY, at=NOW)
        outcome = channel.send(part)
        channel.close()
    assert type(outcome) is meaning, outcome
    assert f"127.0.0.1:{server.port}" in outcome.reason  # type: ignore[union-attr]  # never Sent here


def test_nobody_listening_is_a_reason_to_wait() -> None:
    with closed_port() as port:
        channel = open_channel(port)
        outcome = channel.send(part_for(channel))
    assert outcome == Retry(
        f"127.0.0.1:{port} refused the connection while connecting · check [email] host and port",
        reach=Reach.CHANNEL,
    )


@pytest.mark.parametrize(
    ("step", "act", "reach"),
    [
        ("greeting", DROP, Reach.CHANNEL),
        ("greeting", "421 too busy", Reach.CHANNEL),
        ("ehlo", HANG, Reach.CHANNEL),
        ("mail", DROP, Reach.CHANNEL),
        ("mail", "451 later", Reach.CHANNEL),
        ("mail", "550 not as this sender", Reach.CHANNEL),
        ("rcpt", "554 5.7.1 relay access denied", Reach.TARGET),
        ("rcpt", "550 5.4.5 daily limit", Reach.CHANNEL),
        ("rcpt", "421 too many", Reach.CHANNEL),
        ("rcpt", "450 greylisted", Reach.MESSAGE),
        ("rcpt", DROP, Reach.MESSAGE),
        ("data", "451 later", Reach.MESSAGE),
        ("dot", "421 closing", Reach.CHANNEL),
        ("dot", "451 later", Reach.MESSAGE),
    ],
)
def test_what_would_meet_every_message_is_told_from_what_meets_this_one(
    step: str, act: str, reach: Reach
) -> None:
    with HostileSmtp({step: act}) as server:
        channel = open_channel(server.port, **patience_with(act))
        outcome = channel.send(part_for(channel))
        channel.close()
    assert isinstance(outcome, Retry | Barred)
    assert outcome.reach is reach


@pytest.mark.parametrize(
    ("act", "reach"),
    [
        (HANG, Reach.CHANNEL),
        (DROP, Reach.CHANNEL),
        ("nonsense", Reach.CHANNEL),
        ("354 what", Reach.MESSAGE),
    ],
)
def test_a_server_that_says_nothing_after_the_dot_is_left_alone_for_a_while(
    act: str, reach: Reach
) -> None:
    with HostileSmtp({"dot": act}) as server:
        channel = open_channel(server.port, **patience_with(act) | {"timeout": 60.0})
        outcome = channel.send(part_for(channel))
        channel.close()
    assert isinstance(outcome, Unknown)
    assert outcome.reach is reach


@pytest.mark.parametrize("place", ["email.dot", "email.sent_dot", "email.answered"])
def test_a_fault_of_our_own_in_mid_message_ends_the_connection_and_the_next_mail_goes_at_once(
    place: str,
) -> None:
    with HostileSmtp() as server:
        channel = open_channel(server.port)
        with broken(f"{place}=raise"), pytest.raises(FailpointReached):
            channel.send(part_for(channel))
        assert channel.send(part_for(channel, "ben@example.org")) == Sent()
        channel.close()
    assert server.connections == 2
    assert b"RSET\r\n" not in server.heard


@pytest.mark.parametrize(
    ("step", "act", "advice"),
    [
        ("mail", "535 5.7.8 bad credentials", "username and password"),
        ("mail", "534 5.7.9 app password required", "wants an app password here"),
        ("mail", "535 5.7.139 basic authentication is disabled", 'auth = "xoauth2"'),
        ("mail", "530 5.7.57 client not authenticated", "wants a login"),
        ("dot", "554 5.7.60 client does not have permissions to send as", "ask for Send As"),
        ("dot", "550 5.7.26 unauthenticated sender", "SPF or DKIM"),
        ("rcpt", "550 5.7.25 no PTR record", "not from this machine"),
        ("rcpt", "550 5.7.1 blocked by policy", "refused by a rule of the other side"),
        ("dot", "550 5.7.510 access denied", "refused by a rule of the other side"),
        ("rcpt", "550 5.4.5 daily limit", "max_per_day"),
        ("rcpt", "554 5.7.1 relay access denied", "does not take mail for outside addresses"),
    ],
)
def test_a_refusal_by_rule_says_what_to_do(step: str, act: str, advice: str) -> None:
    with HostileSmtp({step: act}) as server:
        channel = open_channel(server.port)
        outcome = channel.send(part_for(channel))
        channel.close()
    assert not isinstance(outcome, Sent)
    assert advice in outcome.reason


def test_the_pace_of_mail_is_what_the_config_says() -> None:
    pace = open_channel(25, rate=30, max_per_day=500).pace
    assert [(limit.most, limit.span.total_seconds()) for limit in pace.limits] == [
        (30, 60),
        (500, 86_400),
    ]
    assert pace.way("email:ada@example.org") == "email"


@contextmanager
def clear_session(server: HostileSmtp) -> Iterator[SmtpSession]:
    """A session past its greeting, to look at logins without TLS in the way."""
    channel = open_channel(server.port, username=USER)
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        session = SmtpSession(SmtpClient(sock, "test", 5.0), channel._server)
        session._greet()
        try:
            yield session
        finally:
            session.close()


def test_a_host_that_is_no_name_is_a_reason_to_wait() -> None:
    channel = tls_channel(25, None, host="mail..example.org")
    outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Retry)
    assert "is not a host's name" in outcome.reason


def test_a_server_that_repeats_the_password_does_not_give_it_away(
    authority: Authority, ca_file: Path
) -> None:
    said = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    steps = {
        "auth": f"535 no: {said} {PASSWORD}",
        "ehlo": "250-hostile.test\r\n250 AUTH PLAIN LOGIN",
    }
    with HostileSmtp(steps, tls=authority.context("localhost")) as server:
        channel = tls_channel(server.port, ca_file, tls="implicit")
        outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Barred)
    assert "answered 535 no: *** *** while" in outcome.reason


_PLAIN = f"\0{USER}\0{PASSWORD}"
_WITH_IDENTITY = f"{USER}\0{USER}\0{PASSWORD}"
_TOKEN = f"user={USER}\x01auth=Bearer {PASSWORD}\x01\x01"


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "told",
    [
        PASSWORD,
        _coded(PASSWORD),
        _coded(PASSWORD).rstrip("="),
        _coded(_PLAIN),
        _coded(_WITH_IDENTITY),
        _coded(_TOKEN),
        quote(PASSWORD),
    ],
)
@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
def test_no_phase_quotes_what_was_told_at_the_login(
    step: str, told: str, authority: Authority, ca_file: Path
) -> None:
    steps = {step: f"451 no: {told}", "ehlo": "250-hostile.test\r\n250 AUTH PLAIN LOGIN"}
    with HostileSmtp(steps, tls=authority.context("localhost")) as server:
        channel = tls_channel(server.port, ca_file, tls="implicit")
        outcome = channel.send(part_for(channel))
        channel.close()
    assert isinstance(outcome, Retry)
    assert "answered 451 no: *** while" in outcome.reason


def test_a_greeting_does_not_give_away_what_an_earlier_connection_told(
    authority: Authority, ca_file: Path
) -> None:
    steps: dict[str, str | list[str]] = {
        "greeting": ["220 hostile.test", f"421 {PASSWORD}"],
        "ehlo": "250-hostile.test\r\n250 AUTH PLAIN LOGIN",
        "dot": "421 closing",
    }
    with HostileSmtp(steps, tls=authority.context("localhost")) as server:
        channel = tls_channel(
            server.port, ca_file, tls="implicit", password=lambda: Secret(PASSWORD)
        )
        channel.send(part_for(channel))
        outcome = channel.send(part_for(channel))
        channel.close()
    assert isinstance(outcome, Retry)
    assert "answered 421 *** while" in outcome.reason


def test_a_token_is_not_given_away_after_the_login(authority: Authority, ca_file: Path) -> None:
    steps = {
        "rcpt": f"451 {_coded(_TOKEN)} {PASSWORD}",
        "ehlo": "250-hostile.test\r\n250 AUTH XOAUTH2",
    }
    with HostileSmtp(steps, tls=authority.context("localhost")) as server:
        channel = tls_channel(server.port, ca_file, tls="implicit", auth="xoauth2")
        outcome = channel.send(part_for(channel))
        channel.close()
    assert isinstance(outcome, Retry)
    assert "answered 451 *** *** while" in outcome.reason


def test_a_login_in_two_steps_sends_name_then_password() -> None:
    coded = [base64.b64encode(text.encode()) for text in (USER, PASSWORD)]
    steps = {"auth": "334 UGFzc3dvcmQ6", coded[1].decode().lower(): "235 welcome"}
    with HostileSmtp(steps) as server, clear_session(server) as session:
        session._login_with("LOGIN", USER, PASSWORD)
    assert server.heard[1:] == [b"AUTH LOGIN " + coded[0] + b"\r\n", coded[1] + b"\r\n"]


def test_a_refused_token_ends_with_an_empty_line_and_a_plain_reason() -> None:
    steps = {"auth": "334 eyJzdGF0dXMiOiI0MDAifQ==", "?": "535 5.7.8 token expired"}
    with (
        HostileSmtp(steps) as server,
        clear_session(server) as session,
        pytest.raises(SmtpError, match="token expired") as raised,
    ):
        session._login_xoauth2("canary-token")
    told = base64.b64decode(server.heard[1].split()[2])
    assert told == b"user=papers\x01auth=Bearer canary-token\x01\x01"
    assert server.heard[2] == b"\r\n"
    assert raised.value.code == 535


def test_a_token_logs_in_over_tls_and_is_asked_for_anew(
    authority: Authority, ca_file: Path
) -> None:
    tokens = iter([Secret("one"), Secret("two")])
    steps: dict[str, str | list[str]] = {
        "ehlo": "250-hostile.test\r\n250 AUTH XOAUTH2",
        "dot": ["250 ok", "421 closing", "250 ok"],
    }
    with HostileSmtp(steps, tls=authority.context("localhost")) as server:
        channel = tls_channel(
            server.port, ca_file, tls="implicit", auth="xoauth2", password=lambda: next(tokens)
        )
        outcomes = [channel.send(part_for(channel)) for _ in range(3)]
        channel.close()
    assert [type(outcome) for outcome in outcomes] == [Sent, Retry, Sent]
    said = [line.split()[2] for line in server.heard if line.startswith(b"AUTH XOAUTH2")]
    assert [base64.b64decode(word) for word in said] == [
        f"user={USER}\x01auth=Bearer {token}\x01\x01".encode() for token in ("one", "two")
    ]


def test_no_password_goes_over_a_connection_without_tls() -> None:
    steps = {"ehlo": "250-hostile.test\r\n250 AUTH PLAIN"}
    with (
        HostileSmtp(steps) as server,
        clear_session(server) as session,
        pytest.raises(SmtpError, match="no TLS"),
    ):
        session._login(PASSWORD)
    assert nothing_left(server)


# ------------------------------------------------------------------ probe, options


def test_probe_says_what_was_agreed_on(authority: Authority, ca_file: Path) -> None:
    with mailroom(authority.context("localhost"), auth=True) as room:
        seen = tls_channel(room.port, ca_file).probe()
    assert seen == f"localhost:{room.port}, TLSv1.3, logged in as papers"
    assert room.mails == []


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"host": "mail.example.org"}, "only for a mail server on this machine"),
        (
            {"auth": "password", "username": "u", "password": Secret("p")},
            "no password is sent without TLS",
        ),
        ({"tls": "ssl"}, "tls: 'ssl' is not known"),
        ({"auth": "ntlm"}, "auth: 'ntlm' is not known"),
        ({"on_unknown": "maybe"}, "on_unknown: 'maybe' is not known"),
        ({"sender": "Papers"}, "from: 'Papers' is not a mail address"),
        ({"sender": "Papers <a@b>\nBcc: x@y"}, "line break"),
        ({"tls": "starttls", "auth": "password", "username": "u"}, "password: missing"),
        ({"tls": "starttls", "auth": "password", "password": Secret("p")}, "username: missing"),
        ({"tls": "starttls", "auth": "xoauth2", "username": "u"}, "token: missing"),
        ({"host": ""}, "host: missing"),
        ({"port": 70_000}, "port: 70000 is not a port"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(over: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        open_channel(25, **over)


def test_no_secret_is_seen_in_the_channel() -> None:
    assert PASSWORD not in repr(tls_channel(25, None))


def test_the_contract_holds() -> None:
    with closed_port() as port:
        channel_contract(open_channel(port), "ada@example.org", open_channel(port))


# ---------------------------------------------------------------- a local program


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "sendmail"
    path.write_text('#!/bin/sh\necho "$@" > "$0.args"\ncat > "$0.mail"\nexit $(cat "$0.code")\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    path.with_name("sendmail.code").write_text("0")
    return path


def test_a_local_program_gets_the_message_on_its_input(program: Path) -> None:
    channel = open_channel(0, host="", sendmail=str(program))
    assert channel.send(part_for(channel)) == Sent()
    told = program.with_name("sendmail.args").read_text()
    assert told == "-i -f papers@example.org -- ada@example.org\n"
    assert b"\r" not in program.with_name("sendmail.mail").read_bytes()


@pytest.mark.parametrize(
    ("code", "meaning"), [(75, Retry), (67, Refused), (68, Refused), (1, Retry), (78, Retry)]
)
def test_the_exit_code_of_a_program_has_its_meaning(
    program: Path, code: int, meaning: type[Outcome]
) -> None:
    program.with_name("sendmail.code").write_text(str(code))
    channel = open_channel(0, host="", sendmail=(str(program),))
    assert type(channel.send(part_for(channel))) is meaning


@pytest.mark.parametrize("code", [67, 68])
def test_a_program_that_knows_no_such_recipient_puts_it_down_to_the_address(
    program: Path, code: int
) -> None:
    program.with_name("sendmail.code").write_text(str(code))
    channel = open_channel(0, host="", sendmail=(str(program),))
    outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Refused)
    assert outcome.reach is Reach.TARGET


def test_a_program_that_is_not_there_waits_for_a_person(tmp_path: Path) -> None:
    channel = open_channel(0, host="", sendmail=(str(tmp_path / "none"),))
    outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Barred)
    assert "check [email] sendmail" in outcome.reason


def test_a_program_that_does_not_end_is_left_alone_for_a_while(program: Path) -> None:
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    channel = open_channel(0, host="", sendmail=(str(program),), final_timeout=0.3)
    outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Unknown)
    assert outcome.reach is Reach.CHANNEL


def test_a_disk_without_room_for_the_mail_is_told_as_such_and_tried_again(program: Path) -> None:
    """A limit on the size of files stands in for a full disk: the write fails all the same."""
    channel = open_channel(0, host="", sendmail=(str(program),))
    part = part_for(channel)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        outcome = channel.send(part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert isinstance(outcome, Retry)
    assert "no temporary file could be written" in outcome.reason
    assert "check [email] sendmail" not in outcome.reason


def test_certificates_are_verified_by_default() -> None:
    context = tls_channel(25, None)._context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
