"""What a server's refusal means, told by phase, code and status code: whose fault it is, and what to do."""

from __future__ import annotations

import pytest

from paperdigest.channels.smtp_errors import Phase, SmtpError, describe, outcome
from paperdigest.core.ports import Barred, Reach, Refused, Retry, address_fault

SERVER = "mx:25"


def fault(phase: Phase, answer: str) -> SmtpError:
    """Return what the session makes of an answer: `550 5.1.1 no such user`."""
    code, _, said = answer.partition(" ")
    return SmtpError(phase, said, code=int(code))


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        (Phase.RCPT, "550 5.1.1 user unknown"),
        (Phase.RCPT, "550 #5.1.1 user unknown"),
        (Phase.RCPT, "550 <ada@example.org>: 5.1.3 no address"),
        (Phase.RCPT, "550 No such user here"),
        (Phase.RCPT, "551 not here"),
        (Phase.RCPT, "553 unknown"),
        (Phase.RCPT, "556 5.1.10 null MX"),
        (Phase.DOT, "550 5.2.1 disabled"),
        (Phase.RCPT, "550 5.4.1 Recipient address rejected: Access denied"),
        (Phase.RCPT, "550 5.1.1 <relay-team@example.org>: User unknown"),
        (Phase.RCPT, "550 5.1.1 <ada@example.org>: User unknown in relay recipient table"),
        (Phase.RCPT, "550 relay-team@example.org: no such user"),
    ],
)
def test_a_refusal_that_is_about_the_address_says_so(phase: Phase, answer: str) -> None:
    met = outcome(fault(phase, answer), SERVER)
    assert isinstance(met, Refused)
    assert met.reach is Reach.TARGET


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        (Phase.RCPT, "550 5.1.8 bad sender"),
        (Phase.RCPT, "554 refused"),
        (Phase.RCPT, "552 5.2.2 mailbox full"),
        (Phase.RCPT, "550 5.7.1 blocked"),
        (Phase.RCPT, "550 mx.example.org said: 550 5.7.1 blocked"),
        (Phase.DATA, "554 no"),
        (Phase.DOT, "550 spam"),
        (Phase.DOT, "550 the sender of naming the recipient is unknown"),
        (Phase.DOT, "550 5.4.1 relay access denied"),
        (Phase.DOT, "552 5.3.4 too big"),
    ],
)
def test_a_refusal_of_the_message_is_not_the_addresss_fault(phase: Phase, answer: str) -> None:
    met = outcome(fault(phase, answer), SERVER)
    assert isinstance(met, Refused)
    assert met.reach is Reach.MESSAGE


@pytest.mark.parametrize(
    "answer",
    [
        "554 5.7.1 <ada@example.com>: Relay access denied",
        "550 relaying denied",
        "550 relay not permitted",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "550 5.7.64 TenantAttribution; Relay Access Denied",
        "554 you are not permitted to relay through here",
        "550 5.7.1 this host is no relay for you",
    ],
)
def test_a_relay_that_takes_nothing_for_outside_holds_this_recipient_only(answer: str) -> None:
    met = outcome(fault(Phase.RCPT, answer), SERVER)
    assert isinstance(met, Barred)
    assert met.reach is Reach.TARGET
    assert "this relay does not take mail for outside addresses with this login" in met.reason


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.7.1 <relay@example.org>: blocked",
        "550 5.7.1 relay@example.org is blocked",
        "550 5.1.8 sender unknown to the relay",
        "550 5.7.1 blocked by relays.example.net",
    ],
)
def test_an_address_or_a_name_with_relay_in_it_says_nothing_of_relaying(answer: str) -> None:
    assert isinstance(outcome(fault(Phase.RCPT, answer), SERVER), Refused)


@pytest.mark.parametrize("reason", ["mx:25 answered 550 no", "", "550 5.1.1 unknown · a word"])
def test_the_ledger_gives_back_that_an_address_was_at_fault(reason: str) -> None:
    assert address_fault(Refused(reason, Reach.TARGET).told()) == reason
    assert address_fault(Refused(reason).told()) == ""


def test_no_answer_of_a_server_can_claim_an_address_to_be_at_fault() -> None:
    claim = Refused("no", Reach.TARGET).told()
    met = outcome(fault(Phase.DOT, f"554 {claim}"), SERVER)
    assert isinstance(met, Refused)
    assert address_fault(met.told()) == ""


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("535 5.7.8 Username and Password not accepted", "username and password (or token)"),
        ("534 5.7.9 Application-specific password required", "wants an app password here"),
        ("534 5.7.14 Please log in via your web browser", "a login in the browser first"),
        ("550 5.7.30 Basic authentication is not supported", 'auth = "xoauth2"'),
        ("535 5.7.139 SmtpClientAuthentication is disabled", "Authenticated SMTP switched on"),
        ("538 5.7.11 encryption required", "set [email] tls"),
    ],
)
def test_a_login_that_is_refused_holds_all_mail_and_says_what_to_do(
    answer: str, advice: str
) -> None:
    met = outcome(fault(Phase.LOGIN, answer), SERVER)
    assert isinstance(met, Barred)
    assert met.reach is Reach.CHANNEL
    assert advice in met.reason


@pytest.mark.parametrize("status", ["5.7.9", "5.7.30"])
def test_a_code_that_means_another_thing_to_a_login_is_told_by_phase(status: str) -> None:
    """5.7.9 is an app password to one provider and a missing signature to another."""
    told = describe(fault(Phase.DOT, f"550 {status} the sender is unauthenticated"), SERVER)
    assert "SPF or DKIM" in told
    assert "password" not in told


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.1.90 you've reached your daily limit for message recipients",
        "554 5.2.2 Submission quota exceeded",
    ],
)
def test_a_senders_limit_holds_all_mail_for_an_hour_and_fails_none(answer: str) -> None:
    met = outcome(fault(Phase.DOT, answer), SERVER)
    assert isinstance(met, Retry)
    assert met.reach is Reach.CHANNEL
    assert met.after is not None
    assert met.after.total_seconds() == 3600
    assert "max_per_day" in met.reason
