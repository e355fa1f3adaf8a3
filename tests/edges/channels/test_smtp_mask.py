"""What is hidden from a mail server's answers: every form in which a secret was told, and nothing else."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from paperdigest.channels.smtp_mask import Mask, xoauth2

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="*"), max_size=20)
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=4, max_size=80)


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@given(NAMES, SECRETS)
def test_no_form_of_a_secret_is_left_in_what_is_quoted(name: str, secret: str) -> None:
    mask = Mask()
    mask.learn(name, secret)
    carried = (secret, f"\0{name}\0{secret}", f"{name}\0{name}\0{secret}", xoauth2(name, secret))
    for told in (secret, *map(coded, carried)):
        assert told not in mask.hide(f"450 no: {told} (try again)")


@given(NAMES, SECRETS)
def test_what_holds_no_secret_is_quoted_as_it_was(name: str, secret: str) -> None:
    mask = Mask()
    mask.learn(name, secret)
    assert mask.hide("...") == "..."


def test_an_empty_secret_hides_nothing() -> None:
    mask = Mask()
    mask.learn("papers", "")
    assert mask.hide("550 papers") == "550 papers"


def test_the_latest_tokens_are_known_and_no_more_than_a_few() -> None:
    mask = Mask()
    for number in range(100):
        mask.learn("papers", f"token-{number:03}")
    assert mask.hide("token-099 token-000") == "*** token-000"


def test_a_secret_is_not_seen_in_its_mask() -> None:
    mask = Mask()
    mask.learn("papers", "canary-1")
    assert "canary" not in repr(mask)
