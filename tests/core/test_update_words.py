"""What is said of papers that a reader was sent and that changed since. All samples are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core import update_words, words
from paperdigest.core.digest import Digest, Entry, Marked, Section
from paperdigest.core.headline import headline, topics_line
from paperdigest.core.paper import ChangeKind

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
SENT = NOW - timedelta(days=2)
KINDS = [ChangeKind.WITHDRAWN, ChangeKind.PUBLISHED, ChangeKind.REVISED, ChangeKind.CROSS_LISTED]


def paper(kind: ChangeKind, title: str = "Boats of folded paper", note: str = "") -> Entry:
    return Entry(1, str(kind), "", Marked(title), kind=str(kind), note=note)


def notice_of(*papers: Entry, listed: tuple[Entry, ...] = ()) -> Digest:
    part = Section(words.UPDATES, len(papers) + len(listed), full=papers, listed=listed)
    title = update_words.title([ChangeKind(one.kind) for one in (*papers, *listed)], "Boats")
    return Digest("ada", "s", "notice", title, NOW, SENT, NOW, sections=(part,))


@pytest.mark.parametrize(
    ("kinds", "summary", "told"),
    [
        (KINDS[:1], {}, "Sent to you on 18 Nov, withdrawn since."),
        (
            KINDS[1:2],
            {"where": "Journal of Folding"},
            "Sent to you on 18 Nov, published in Journal of Folding.",
        ),
        (KINDS[1:2], {"where": "doi:10.1000/x"}, "Sent to you on 18 Nov, published: 10.1000/x."),
        (
            KINDS[1:2],
            {"where": "In Proceedings of Maps"},
            "Sent to you on 18 Nov, published: In Proceedings of Maps.",
        ),
        (
            KINDS[1:2],
            {"where": "International Maps"},
            "Sent to you on 18 Nov, published in International Maps.",
        ),
        (KINDS[1:2], {}, "Sent to you on 18 Nov, published since."),
        (KINDS[2:3], {"version": 2}, "Sent to you on 18 Nov, version 2 is out."),
        (KINDS[2:3], {}, "Sent to you on 18 Nov, revised since."),
        (KINDS[3:], {"categories": ["cs.CV"]}, "Sent to you on 18 Nov, now also listed in cs.CV."),
        (KINDS[3:], {}, "Sent to you on 18 Nov, now also listed in further categories."),
        (
            KINDS[1:3],
            {"where": "Journal of Folding", "version": 3, "back": True},
            "Sent to you on 18 Nov, published in Journal of Folding; version 3 is out; no longer withdrawn.",
        ),
    ],
)
def test_each_paper_says_in_one_line_what_happened(
    kinds: list[ChangeKind], summary: dict[str, object], told: str
) -> None:
    assert update_words.happened(kinds, summary, SENT, NOW) == told


def test_where_it_is_not_known_when_it_was_sent_it_was_before() -> None:
    assert update_words.happened(KINDS[:1], {}, None, NOW) == "Sent to you before, withdrawn since."


def test_over_several_updates_stands_their_number_and_below_what_happened() -> None:
    told = notice_of(*map(paper, KINDS), listed=(paper(ChangeKind.CROSS_LISTED),))

    assert headline(told) == "5 updates"
    assert topics_line(told) == (
        ("Withdrawn", 1),
        ("Published", 1),
        ("Revised", 1),
        ("Cross-listed", 2),
    )


def test_over_one_update_stands_its_title() -> None:
    told = notice_of(paper(ChangeKind.WITHDRAWN))
    assert headline(told) == told.title == "Withdrawn: Boats"
    assert topics_line(told) == ()


def test_the_name_over_updates_counts_them_only_where_some_are_listed() -> None:
    whole = notice_of(*map(paper, KINDS))
    some = notice_of(paper(KINDS[0]), listed=(paper(KINDS[1]),))
    assert words.how_many(whole.sections[0]) == ""
    assert words.how_many(some.sections[0]) == "1 of 2 papers"


def test_the_first_words_about_one_paper_are_what_happened() -> None:
    assert (
        update_words.preheader([paper(KINDS[0], note="Withdrawn since.")], 90) == "Withdrawn since."
    )


@given(st.lists(st.builds(paper, st.sampled_from(KINDS), st.text("ab c", max_size=99)), min_size=2))
def test_the_first_words_about_several_say_what_happened_within_their_room(
    papers: list[Entry],
) -> None:
    first, second = update_words.preheader(papers, 90).split(words.DOT)
    assert first.startswith(words.kind_label(papers[0].kind))
    assert second.startswith(words.kind_label(papers[1].kind))
    assert len(first) + len(words.DOT) + len(second) <= 90
