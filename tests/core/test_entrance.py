"""How a paper enters history, and what becomes of that when it is told of again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.diff import is_news
from paperdigest.core.entrance import STILL_NEWS, Baseline, baseline_after, baseline_of
from paperdigest.core.paper import Announced

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
IS_NEWS = partial(is_news, read_before=NOW, max_age=timedelta(days=60))
OLD = NOW - timedelta(days=61)
ENTRIES = st.sampled_from(Baseline)


@pytest.mark.parametrize(
    ("over", "so"),
    [
        ({}, Baseline.NO),
        ({"version": 1}, Baseline.NO),
        ({"version": 2}, Baseline.LATER_VERSION),
        ({"announced": Announced.REPLACED}, Baseline.LATER_VERSION),
        ({"announced": Announced.REPLACED, "version": 2}, Baseline.LATER_VERSION),
        ({"announced": Announced.NEW, "version": 2}, Baseline.NO),
        ({"version": 2, "published_at": OLD}, Baseline.YES),
        ({"version": 2, "withdrawn": True}, Baseline.YES),
        ({"published_at": OLD}, Baseline.YES),
        ({"withdrawn": True}, Baseline.YES),
    ],
)
def test_only_what_would_be_news_in_its_first_version_may_become_news(
    over: dict[str, Any], so: Baseline
) -> None:
    assert baseline_of(paper(**over), IS_NEWS) is so


def test_in_a_baseline_no_version_is_news() -> None:
    assert baseline_of(paper(version=2), partial(IS_NEWS, baseline=True)) is Baseline.YES


@pytest.mark.parametrize(
    ("over", "so"),
    [
        ({"version": 1}, Baseline.NO),
        ({"version": None}, Baseline.NO),
        ({"version": 3}, Baseline.LATER_VERSION),
        ({"version": 1, "published_at": OLD}, Baseline.YES),
    ],
)
def test_a_later_version_waits_for_a_record_that_is_news(
    over: dict[str, Any], so: Baseline
) -> None:
    told = partial(baseline_after, Baseline.LATER_VERSION, paper(**over), IS_NEWS)
    assert told(known_for=STILL_NEWS) is so
    assert told(known_for=STILL_NEWS + timedelta(seconds=1)) is Baseline.LATER_VERSION


def test_in_the_document_that_brings_a_paper_the_record_that_is_news_counts() -> None:
    told = partial(baseline_after, Baseline.YES, paper(), IS_NEWS, known_for=timedelta())
    assert told(born=True) is Baseline.NO
    assert told() is Baseline.YES


@given(ENTRIES, st.sampled_from([None, 1, 2]), st.booleans())
def test_news_stays_news_and_what_is_old_stays_old(
    before: Baseline, version: int | None, born: bool
) -> None:
    after = baseline_after(before, paper(version=version), IS_NEWS, known_for=NOW - NOW, born=born)
    assert after <= before
    if before is Baseline.YES and not born:
        assert after is Baseline.YES
