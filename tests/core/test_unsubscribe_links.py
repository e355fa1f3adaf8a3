"""Unsubscribe links: only who has the key can make one, and it says nothing about whom it is for."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.unsubscribe import PATH, Unsubscribe, kind_of, link, link_in, masked, read

KEY = bytes(range(32))
PAGE = "https://papers.example.org"
ADA = "email:ada@example.org"

keys = st.binary(min_size=32, max_size=32)
ids = st.integers(1, 10**17)
targets = st.text(min_size=1, max_size=60)


def token_of(address: str) -> str:
    return address.partition(PATH)[2]


def test_a_link_is_number_and_code() -> None:
    """Written out by hand: links that went out must lead on after any rebuilding."""
    said = b"paperdigest unsubscribe 1\n12\nemail:ada@example.org"
    code = base64.urlsafe_b64encode(hmac.digest(KEY, said, hashlib.sha256)[:16]).decode()
    assert link(PAGE, 12, ADA, KEY) == f"{PAGE}/unsubscribe/12.{code.rstrip('=')}"


@given(ids, targets, keys)
def test_a_link_is_read_back_as_its_target(id_: int, target: str, key: bytes) -> None:
    token = read(token_of(link(PAGE, id_, target, key)))
    assert token is not None
    assert token.subscriber_id == id_
    assert token.target(["email:other@example.org\n", target, "file:x\n"], key) == target


@given(ids, targets, keys, st.sampled_from([PAGE, "https://example.org/a/unsubscribe/12.b"]))
def test_a_link_is_found_in_the_lines_that_hold_it(
    id_: int, target: str, key: bytes, page: str
) -> None:
    made = link(page, id_, target, key)
    assert link_in(("Ask ops@example.org.", f"To stop these mails, open {made}")) == made
    assert link_in((f"To stop these mails, open {made[:-1]}",)) == ""


@given(targets, targets, keys)
def test_a_link_for_one_target_is_none_for_another(one: str, other: str, key: bytes) -> None:
    token = read(token_of(link(PAGE, 1, one, key)))
    assert token is not None
    assert (token.target([other], key) == other) is (one == other)


@given(ids, ids, keys)
def test_a_link_of_one_subscriber_is_none_of_another(one: int, other: int, key: bytes) -> None:
    code = token_of(link(PAGE, one, ADA, key)).partition(".")[2]
    token = read(f"{other}.{code}")
    assert token is not None
    assert (token.target([ADA], key) == ADA) is (one == other)


@given(keys, keys)
def test_another_key_makes_no_link_that_leads_anywhere(one: bytes, other: bytes) -> None:
    token = read(token_of(link(PAGE, 1, ADA, one)))
    assert token is not None
    assert (token.target([ADA], other) == ADA) is (one == other)


@given(st.text(st.sampled_from("0123456789.ABCabc_-=/%\n\x00é"), max_size=40))
def test_what_is_no_token_is_read_as_none(text: str) -> None:
    found = read(text)
    assert found is None or f"{found.subscriber_id}.{found.mac}" == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.",
        "0." + "A" * 22,
        "01." + "A" * 22,
        "-1." + "A" * 22,
        "1." + "A" * 21,
        "1." + "A" * 23,
        "1." + "A" * 22 + "\n",
        "1." + "A" * 21 + "=",
        "٣." + "A" * 22,
        "1" * 19 + "." + "A" * 22,
    ],
)
def test_malformed_tokens_are_none(text: str) -> None:
    assert read(text) is None


def test_a_link_says_nothing_about_whom_it_is_for() -> None:
    assert "ada" not in token_of(link(PAGE, 12, ADA, KEY)).partition(".")[0]
    assert len(token_of(link(PAGE, 12, "email:" + "x" * 200, KEY))) == len("12.") + 22


def test_the_key_is_not_shown() -> None:
    assert "key" not in repr(Unsubscribe(PAGE, 12, KEY))


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (ADA, "a…@e…"),
        ("email:Ö@ä.example", "Ö…@ä…"),
        ("slack:#papers", "#p…"),
        ("slack:ada@example.org", "a…@e…"),
        ("file:outbox", "o…"),
        ("email:\u202eevil@\x00", "…@…"),
        ("email:", "…"),
    ],
)
def test_a_masked_target_shows_how_it_begins(target: str, shown: str) -> None:
    assert masked(target) == shown


def test_kinds_have_words() -> None:
    assert (kind_of(ADA), kind_of("slack:#papers"), kind_of("ntfy:x")) == (
        "e-mail",
        "Slack",
        "target",
    )
