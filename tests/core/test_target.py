"""How targets are written: in short where that leaves no doubt, and found again by what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.target import named, short

CHANNELS = st.sampled_from(["email", "slack", "slack-webhook", "file"])
NAMES = st.sampled_from(["ada@example.org", "#papers", "C0123", "team", "outbox", "a:b", "a@b:c"])
TARGETS = st.builds("{}:{}".format, CHANNELS, NAMES)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("email:ada@example.org", "ada@example.org"),
        ("file:outbox", "outbox"),
        ("file:ada@example.org", "file:ada@example.org"),
        ("slack:ada@example.org", "slack:ada@example.org"),
        ("slack:#papers", "slack:#papers"),
        ("slack-webhook:team", "slack-webhook:team"),
    ],
)
def test_a_target_is_told_in_short_where_no_other_can_be_meant(target: str, told: str) -> None:
    assert short(target) == told


@given(st.lists(TARGETS, unique=True, min_size=1))
def test_what_is_told_in_short_is_found_among_all_others(targets: list[str]) -> None:
    assert [named(short(one), targets) for one in targets] == targets


@given(st.lists(TARGETS, unique=True, min_size=1))
def test_what_is_written_in_full_is_found_among_all_others(targets: list[str]) -> None:
    assert [named(one, targets) for one in targets] == targets


@pytest.mark.parametrize(
    ("written", "found"),
    [("#papers", "slack:#papers"), ("team", "slack-webhook:team"), ("nobody", "")],
)
def test_a_name_on_its_channel_is_enough_where_there_is_one_such(written: str, found: str) -> None:
    assert named(written, ["slack:#papers", "slack-webhook:team"]) == found
