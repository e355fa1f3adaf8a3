"""The state that every failure of a mail server or of Slack leads to, as a table: through the real program, from
the config to the ledger, and what becomes of the message once all is well again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from house import ADA, CONFIG, House
from loopback import closed_port
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.slack import SlackChannel
from paperdigest.store import deliveries
from paperdigest.store.deliveries import Delivery
from slack_server import FakeSlack
from smtp_server import DROP, HANG, PASSWORD, SLOWLY, USER, Authority, HostileSmtp, mailroom

Steps = Mapping[str, str | list[str]]

BACK_OFF = (15.0, 16.5)  # minutes: the first wait of a message of its own, and up to a tenth more
GRACE = (15.0, 15.0)  # before an unknown outcome is acted on
BARRED = (15.0, 15.0)  # before a way that needs a person is tried again
SHORT = 1.0  # seconds that servers are waited for that never answer
LONG = 60.0  # and others: only ever waited for when a test is about to fail


@dataclass(frozen=True)
class Case:
    """One failure of the first try. `wait` is how far off the next try is, in minutes (least, most).

    `copies`: how many complete messages the server has taken in once it behaved again for two days.
    """

    id: str
    state: str
    wait: tuple[float, float] | None
    words: str
    copies: int = 1
    end: str = "sent"
    steps: Steps = field(default_factory=dict)


def mail(id_: str, steps: Steps, state: str, wait: object, words: str, **over: object) -> object:
    case = Case(id_, state, wait, words, steps=steps, **over)  # type: ignore[arg-type]  # of the table
    return pytest.param(case, id=id_)


def ledger(house: House) -> list[Delivery]:
    with house.app.open_store(write=False) as store:
        return list(reversed(deliveries.listed(store)))


def deliver(house: House) -> None:
    """Deliver what may go now, waiting for nothing."""
    with house.app.open_store() as store:
        house.app.register(store, house.now)
        house.app.deliver(store, patience=timedelta(0))


def holds(house: House, case: Case) -> None:
    """Check state, attempts, time and words of the first row."""
    row = ledger(house)[0]
    assert (row.state, row.attempts) == (case.state, 1)
    assert case.words in row.error
    assert "canary" not in row.error
    if case.wait is not None:
        minutes = (row.not_before_at - house.now) / timedelta(minutes=1)
        assert case.wait[0] <= minutes <= case.wait[1]


def later(house: House) -> None:
    """Let two days pass, in which digests are composed and whatever waits is tried."""
    for _ in range(4):
        house.wait(hours=12)
        house.compose()
        deliver(house)


# --------------------------------------------------------------------- e-mail

EMAIL = """
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
"""


def subscribed(house: House, config: str, *targets: str) -> None:
    house.write("paperdigest.toml", "operator = ['file:ops']\n" + CONFIG + config)
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", targets[0]))
    for number, target in enumerate(targets[1:]):
        house.write(f"subscriptions/reader{number}.toml", ADA.replace("file:outbox", target))
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose()


def await_mail(house: House, *, each: float = LONG, last: float = LONG) -> None:
    """Let the mail server be waited for so long at each step, and after a message."""
    channel = house.app.channel("email")
    assert isinstance(channel, EmailChannel)
    house.app._channels["email"] = replace(channel, timeout=each, final_timeout=last)


@contextmanager
def mail_server(house: House, steps: Steps) -> Iterator[HostileSmtp]:
    with HostileSmtp(steps) as server:
        subscribed(house, EMAIL.format(port=server.port), "ada@example.org")
        hangs = {step for step, acts in steps.items() if HANG in acts}
        await_mail(
            house, each=SHORT if hangs - {"dot"} else LONG, last=SHORT if "dot" in hangs else LONG
        )
        yield server
        house.app.channel("email").close()


def once(step: str, reply: str) -> Steps:
    """Do this at the first occurrence of a step, and behave afterwards."""
    return {step: [reply]}


TOO_SMALL = "250-hostile.test\r\n250 SIZE 100"
NO_SIZE = "250 hostile.test"
SMTP = [
    mail("hang", once("greeting", HANG), "retry", BACK_OFF, "did not answer in time"),
    mail("drop at once", once("greeting", DROP), "retry", BACK_OFF, "closed the connection"),
    mail("421 greeting", once("greeting", "421 busy"), "retry", BACK_OFF, "421 busy"),
    mail("554 greeting", once("greeting", "554 go away"), "retry", BACK_OFF, "554 go away"),
    mail("not smtp", once("greeting", "HTTP/1.1 400"), "retry", BACK_OFF, "not SMTP"),
    mail("hang at ehlo", once("ehlo", HANG), "retry", BACK_OFF, "did not answer in time"),
    mail("421 ehlo", once("ehlo", "421 no"), "retry", BACK_OFF, "421 no"),
    mail("451 mail", once("mail", "451 later"), "retry", BACK_OFF, "while naming the sender"),
    mail("421 mail", once("mail", "421 bye"), "retry", BACK_OFF, "421 bye"),
    mail("530 mail", once("mail", "530 login"), "retry", BARRED, "[email] username and password"),
    mail("550 mail", once("mail", "550 not you"), "retry", BARRED, "check [email] from"),
    mail("552 mail", once("mail", "552 no"), "failed", None, "larger than the server", end="failed"),
    mail("size too small", once("ehlo", TOO_SMALL), "failed", None, "takes at most 100 bytes", end="failed"),
    mail("no size", {"ehlo": NO_SIZE}, "sent", None, ""),
    mail("hang at rcpt", once("rcpt", HANG), "retry", BACK_OFF, "while naming the recipient"),
    mail("421 rcpt", once("rcpt", "421 too many"), "retry", BACK_OFF, "421 too many"),
    mail("450 rcpt", once("rcpt", "450 greylisted"), "retry", BACK_OFF, "450 greylisted"),
    mail("550 rcpt", once("rcpt", "550 5.1.1 nobody"), "failed", None, "550 5.1.1 nobody", end="failed"),
    mail("554 relay", once("rcpt", "554 5.7.1 relay denied"), "retry", BARRED, "does not take mail for outside"),
    mail("550 quota", once("rcpt", "550 5.4.5 daily limit"), "retry", (60, 60), "max_per_day"),
    mail("451 data", once("data", "451 later"), "retry", BACK_OFF, "while asking to send"),
    mail("421 data", once("data", "421 bye"), "retry", BACK_OFF, "421 bye"),
    mail("554 data", once("data", "554 no"), "failed", None, "554 no", end="failed"),
    mail("drop before the dot", once("data", DROP), "retry", BACK_OFF, "closed the connection"),
    mail("drop after the dot", once("dot", DROP), "unknown", GRACE, "closed the connection", copies=2),
    mail("hang after the dot", once("dot", HANG), "unknown", GRACE, "did not answer", copies=2),
    mail("nonsense after the dot", once("dot", "well"), "unknown", GRACE, "not SMTP", copies=2),
    mail("421 after the dot", once("dot", "421 bye"), "retry", BACK_OFF, "421 bye", copies=2),
    mail("451 after the dot", once("dot", "451 later"), "retry", BACK_OFF, "451 later", copies=2),
    mail("552 after the dot", once("dot", "552 full"), "failed", None, "552 full", copies=2, end="failed"),
    mail("554 after the dot", once("dot", "554 5.7.1 spam"), "failed", None, "by a rule", copies=2, end="failed"),
    mail("550 unsigned", once("dot", "550 5.7.26 no SPF"), "failed", None, "SPF or DKIM", copies=2, end="failed"),
    mail("slow", {step: SLOWLY + reply for step, reply in (("greeting", "220 me"), ("dot", "250 ok"))}, "sent", None, ""),
]  # fmt: skip


@pytest.mark.parametrize("case", SMTP)
def test_every_failure_of_a_mail_server_has_its_state(house: House, case: Case) -> None:
    """A row that fails for good gives its papers to the next digest, a row of its own: two copies where the
    first was taken in by the server all the same."""
    with mail_server(house, case.steps) as server:
        deliver(house)
        holds(house, case)
        house.app.channel("email").close()  # nothing is carried over in a connection that is kept
        await_mail(house)
        later(house)
        assert ledger(house)[0].state == case.end
        assert {row.state for row in ledger(house)[1:]} <= {"sent"}
        assert len(server.messages) == case.copies
    if case.end == "sent":
        assert len(set(server.messages)) == 1, "every copy is the same to the byte"


def test_nobody_listening_is_tried_again(house: House) -> None:
    with closed_port() as port:
        subscribed(house, EMAIL.format(port=port), "ada@example.org")
        deliver(house)
    holds(house, Case("refuse", "retry", BACK_OFF, "refused the connection"))


def test_a_connection_that_breaks_in_the_middle_of_the_text_is_tried_again(house: House) -> None:
    with HostileSmtp({"data": "354 go on", "body": [DROP]}) as server:
        subscribed(house, EMAIL.format(port=server.port), "ada@example.org")
        await_mail(house)
        with house.app.open_store() as store, store.transaction():
            # So large that it cannot all be under way before the other side has gone.
            (row,) = store.rows("SELECT payload FROM deliveries")
            large = zlib.compress(zlib.decompress(row[0]) + b"x\r\n" * 2_000_000)
            store.write("UPDATE deliveries SET payload = ?", [large])
        deliver(house)
        holds(house, Case("body", "retry", BACK_OFF, "while sending the text"))
    assert server.messages == []


def test_one_of_two_recipients_refused_leaves_the_other_their_mail(house: House) -> None:
    with HostileSmtp({"rcpt": ["550 5.1.1 nobody here"]}) as server:
        subscribed(house, EMAIL.format(port=server.port), "ada@example.org", "ben@example.org")
        deliver(house)
        house.app.channel("email").close()
    assert sorted((row.state, row.attempts) for row in ledger(house)) == [
        ("failed", 1),
        ("sent", 1),
    ]
    assert len(server.messages) == 1


# ------------------------------------------------------------ e-mail with TLS

TLS = """
[email]
host = "localhost"
port = {port}
username = "{user}"
password = {{ file = "secrets/smtp-password" }}
from = "Papers <papers@example.org>"
{more}
"""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def tls_subscribed(house: House, port: int, more: str = "") -> None:
    house.write("secrets/smtp-password", PASSWORD)
    subscribed(house, TLS.format(port=port, user=USER, more=more), "ada@example.org")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong host", "certificate that does not hold (Hostname mismatch"),
        ("expired", "certificate that does not hold (certificate has expired"),
        ("self-signed", "certificate that does not hold ("),
    ],
)
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_does_not_hold_waits_for_a_person(
    house: House, authority: Authority, tmp_path: Path, fault: str, words: str, tls: str
) -> None:
    authority.write(tmp_path / "ca.pem")
    name = "elsewhere.test" if fault == "wrong host" else "localhost"
    context = authority.context(name, expired=fault == "expired")
    more = f'tls = "{tls}"\n' + ("" if fault == "self-signed" else 'ca_file = "ca.pem"')
    with mailroom(context, implicit=tls == "implicit", auth=True) as room:
        tls_subscribed(house, room.port, more)
        deliver(house)
    holds(house, Case(fault, "retry", BARRED, words))
    assert (room.mails, room.logins) == ([], 0)
    assert [digest["title"] for digest in house.digests("ops")] == [
        "E-mail takes no messages since 20 Nov 10:30"
    ]


def test_a_server_without_starttls_hears_no_password_and_waits_for_a_person(house: House) -> None:
    with HostileSmtp() as server:
        tls_subscribed(house, server.port)
        deliver(house)
    holds(house, Case("stripped", "retry", BARRED, "does not offer STARTTLS, so nothing was sent"))
    assert not any(line.startswith((b"AUTH", b"MAIL")) for line in server.heard)


def test_a_wrong_password_is_tried_once_and_goes_out_when_it_is_mended(
    house: House, authority: Authority, tmp_path: Path
) -> None:
    authority.write(tmp_path / "ca.pem")
    with mailroom(authority.context("localhost"), auth=True) as room:
        tls_subscribed(house, room.port, 'ca_file = "ca.pem"')
        house.write("secrets/smtp-password", "canary-wrong")
        deliver(house)
        holds(house, Case("535", "retry", BARRED, "check [email] username and password"))
        house.write("secrets/smtp-password", PASSWORD)
        house.wait(minutes=16)
        deliver(house)
        house.close()
    assert ledger(house)[0].state == "sent"
    assert len(room.mails) == 1


# ---------------------------------------------------------------------- Slack

SLACK = """
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{url}"
"""


def seconds(least: float, most: float | None = None) -> tuple[float, float]:
    return least / 60, (least + 2 if most is None else most) / 60


POSTED = "may have been posted"
PERSON = (
    "channel_not_found not_in_channel is_archived messages_tab_disabled missing_scope invalid_auth not_authed"
    " token_revoked token_expired account_inactive not_allowed_token_type no_permission access_denied"
    " restricted_action restricted_action_read_only_channel ekm_access_denied enterprise_is_restricted"
    " team_access_not_granted org_login_required two_factor_setup_required"
)
FINAL = (
    "user_not_found user_disabled cannot_dm_bot restricted_action_thread_only_channel method_deprecated"
    " deprecated_endpoint invalid_blocks invalid_blocks_format invalid_arguments invalid_arg_name invalid_args"
    " invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type"
    " invalid_metadata_format invalid_metadata_schema metadata_too_large msg_too_long msg_blocks_too_long no_text"
    " too_many_attachments"
)
LATER = "request_timeout team_added_to_org message_limit_exceeded"
NOBODY_KNOWS = "fatal_error internal_error service_unavailable some_error_nobody_heard_of"
MODES = [
    Case("warn", "sent", None, ""),
    Case("drop", "unknown", GRACE, POSTED),
    Case("take and drop", "unknown", GRACE, POSTED),
    Case("take and hang", "unknown", GRACE, POSTED),
    Case("429 7", "retry", seconds(7), "rate limit"),
    Case("429 1.5", "retry", seconds(1.5), "rate limit"),
    Case("429 date", "retry", seconds(88, 92), "rate limit"),
    Case("429", "retry", seconds(60), "rate limit"),
    Case("429 soon", "retry", seconds(60), "rate limit"),
    Case("429 99999999", "retry", (60, 60), "rate limit"),
    Case("ratelimited", "retry", seconds(60), "rate limit"),
    Case("http 500", "unknown", GRACE, POSTED),
    Case("http 503", "unknown", GRACE, POSTED),
    Case("http 404", "retry", BACK_OFF, "check [slack] api_url and the proxy"),
    Case("html", "unknown", GRACE, POSTED),
    *(Case(error, "retry", BARRED, f"answered {error}") for error in PERSON.split()),
    *(Case(error, "failed", None, error, end="failed") for error in FINAL.split()),
    *(Case(error, "retry", BACK_OFF, error) for error in LATER.split()),
    *(Case(error, "unknown", GRACE, error) for error in NOBODY_KNOWS.split()),
]


@pytest.mark.parametrize("case", MODES, ids=lambda case: case.id)
def test_every_answer_of_slack_has_its_state_and_no_message_comes_twice(
    house: House, case: Case
) -> None:
    with FakeSlack(case.id) as slack:
        house.write("secrets/slack-token", "xoxb-canary-token")
        subscribed(house, SLACK.format(url=slack.api_url), "slack:#papers")
        channel = house.app.channel("slack")
        assert isinstance(channel, SlackChannel)
        hangs = case.id == "take and hang"
        house.app._channels["slack"] = replace(channel, timeout=SHORT if hangs else LONG)
        deliver(house)
        holds(house, case)
        house.app._channels["slack"] = replace(channel, timeout=LONG)
        later(house)
        assert ledger(house)[0].state == case.end
        assert len(slack.posted) == 1


def test_nobody_listening_at_slack_is_tried_again(house: House) -> None:
    house.write("secrets/slack-token", "xoxb-canary-token")
    with closed_port() as port:
        subscribed(house, SLACK.format(url=f"http://127.0.0.1:{port}/api/"), "slack:#papers")
        deliver(house)
    holds(house, Case("refuse", "retry", BACK_OFF, "Slack could not be reached"))


def test_without_the_scope_for_history_an_unknown_outcome_follows_on_unknown(house: House) -> None:
    with FakeSlack("take and drop") as slack:
        slack.scopes.remove("channels:history")
        house.write("secrets/slack-token", "xoxb-canary-token")
        config = SLACK.format(url=slack.api_url) + 'on_unknown = "hold"\n'
        subscribed(house, config, "slack:#papers")
        deliver(house)
        later(house)
        row = ledger(house)[0]
    assert (row.state, len(slack.posted)) == ("held", 1)
    assert "add the scope channels:history" in row.error
