"""What is news about a paper that history has, and what only looks different."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, paper
from paperdigest.core.diff import (
    Decision,
    Seen,
    decide,
    is_news,
    raw_hash,
    says_the_same,
    without_future,
)
from paperdigest.core.paper import Announced, ChangeKind, Link, Paper
from paperdigest.core.shown import is_partial, rank_of

ABSTRACT = paper().abstract
MAX_AGE = timedelta(days=60)


def again(new: Paper, known: Paper, **over: Any) -> Decision:
    """Decide about what one source says after it said `known`."""
    seen = Seen(known, known.ids, rank_of(known), last=known, supplies=True)
    return decide(new, new.ids, replace(seen, **over))


def elsewhere(new: Paper, known: Paper, **over: Any) -> Decision:
    """Decide about another source's first word on a known paper."""
    return decide(new, new.ids, replace(Seen(known, known.ids, rank_of(known)), **over))


def kinds(decision: Decision) -> list[ChangeKind]:
    return [news.kind for news in decision.news]


# ------------------------------------------------------------------ raw hash


@pytest.mark.parametrize(
    "over",
    [
        {"votes": 12},
        {"rank": 3, "rank_of": 9},
        {"url": "https://mirror.example.org/x"},
        {"links": (Link("code", "https://example.org/c"),)},
        {"updated_at": NOW},
        {"published_at": NOW},
        {"announced": Announced.CROSS},
    ],
)
def test_what_changes_daily_does_not_change_the_hash(over: dict[str, Any]) -> None:
    assert raw_hash(paper(**over)) == raw_hash(paper())


@pytest.mark.parametrize(
    "over",
    [
        {"title": "x"},
        {"abstract": "x"},
        {"authors": ("x",)},
        {"categories": ("x",)},
        {"keywords": ("x",)},
        {"venue": "x"},
        {"version": 2},
        {"withdrawn": True},
        {"ids": ("arxiv:2611.00001", "doi:10.1000/x")},
    ],
)
def test_what_a_record_says_changes_the_hash(over: dict[str, Any]) -> None:
    assert raw_hash(paper(**over)) != raw_hash(paper())


def test_fields_do_not_run_into_each_other() -> None:
    assert raw_hash(paper(title="ab", abstract="c")) != raw_hash(paper(title="a", abstract="bc"))
    assert raw_hash(paper(authors=("a", "b"))) != raw_hash(paper(authors=("ab",)))


# ------------------------------------------------------------------ the same text


@pytest.mark.parametrize(
    "over",
    [
        {"title": "  FOLDING paper\nmaps with Graph Neural Networks. "},
        {"title": r"{\bf F}olding paper maps with graph neural networks"},
        {"abstract": ABSTRACT.replace(" ", "\n")},
        {"abstract": ABSTRACT[:60]},
        {"abstract": ABSTRACT[:57] + "…"},
        {"abstract": ABSTRACT + " Our code is public."},
        {"authors": ("Lovelace, Ada", "Babbage, C.")},
        {"authors": ()},
    ],
)
def test_spelling_and_truncation_are_no_news(over: dict[str, Any]) -> None:
    assert says_the_same(paper(**over), paper())
    assert says_the_same(paper(), paper(**over))


def test_link_hosts_are_no_news() -> None:
    one = paper(abstract="We fold. See https://github.com/a/b for more.")
    assert says_the_same(
        one, paper(abstract="We fold. See https://mirror.example.org/a/b for more.")
    )


@pytest.mark.parametrize(
    "over",
    [
        {"title": "Folding paper maps with graph neural network ensembles"},
        {"abstract": ABSTRACT.replace("small", "large")},
        {"abstract": ABSTRACT.replace("ink", "12% of ink")},
        {"authors": ("Ada Lovelace", "Grace Hopper")},
        {"authors": ("Ada Lovelace",)},
    ],
)
def test_other_words_numbers_and_people_are_news(over: dict[str, Any]) -> None:
    assert not says_the_same(paper(**over), paper())


@given(st.text(max_size=200), st.text(max_size=200))
@settings(deadline=None)
def test_saying_the_same_is_mutual(a: str, b: str) -> None:
    assert says_the_same(paper(abstract=a), paper(abstract=b)) == says_the_same(
        paper(abstract=b), paper(abstract=a)
    )


# ------------------------------------------------------------------ old is not new


def test_an_unknown_paper_is_news() -> None:
    assert is_news(paper(), read_before=NOW, max_age=MAX_AGE)


def test_a_record_that_says_nothing_of_itself_is_news() -> None:
    assert is_news(paper(published_at=None, version=None), read_before=NOW, max_age=MAX_AGE)


@pytest.mark.parametrize(
    "over",
    [
        {"announced": Announced.REPLACED},
        {"version": 2},
        {"published_at": NOW - timedelta(days=61)},
        {"withdrawn": True},
    ],
)
def test_old_is_not_new(over: dict[str, Any]) -> None:
    assert not is_news(paper(**over), read_before=NOW, max_age=MAX_AGE)


@pytest.mark.parametrize(
    ("id_", "so"),
    [("doi:10.12688/f1000research.90123.2", True), ("doi:10.21203/rs.3.rs-9123456/v2", False)],
)
def test_an_article_that_passed_review_in_its_second_version_is_new(id_: str, so: bool) -> None:
    second = paper(id=id_, ids=(), version=2)
    assert is_news(second, read_before=NOW, max_age=MAX_AGE) is so


def test_age_counts_from_the_last_good_read() -> None:
    dated = paper(published_at=NOW - timedelta(days=100))
    assert is_news(dated, read_before=NOW - timedelta(days=50), max_age=MAX_AGE)


def test_a_paper_exactly_as_old_as_allowed_is_news() -> None:
    assert is_news(paper(published_at=NOW - MAX_AGE), read_before=NOW, max_age=MAX_AGE)


def test_a_baseline_has_no_news() -> None:
    assert not is_news(paper(), read_before=NOW, max_age=MAX_AGE, baseline=True)


def test_a_cross_listing_of_an_unknown_paper_is_news() -> None:
    assert is_news(paper(announced=Announced.CROSS), read_before=NOW, max_age=MAX_AGE)


# ------------------------------------------------------------------ revisions


def test_new_words_from_the_source_that_is_shown_are_a_revision() -> None:
    decision = again(paper(abstract="Now we tear maps."), paper())
    assert kinds(decision) == [ChangeKind.REVISED]
    assert decision.shown.abstract == "Now we tear maps."


def test_another_spelling_is_shown_but_not_told() -> None:
    decision = again(paper(title="Folding Paper Maps With Graph Neural Networks"), paper())
    assert not decision.news
    assert decision.shown.title == "Folding Paper Maps With Graph Neural Networks"


def test_the_next_version_from_another_source_is_a_revision() -> None:
    decision = elsewhere(paper(abstract="Now we tear maps.", version=2), paper())
    assert kinds(decision) == [ChangeKind.REVISED]
    assert decision.supplies


def test_the_next_version_with_the_same_words_is_none() -> None:
    decision = elsewhere(paper(version=2), paper())
    assert not decision.news
    assert decision.shown.version == 2


def test_another_source_that_differs_on_the_same_version_is_no_revision() -> None:
    decision = elsewhere(paper(abstract="Some mirror says it in other words.", url=""), paper())
    assert not decision.news
    assert decision.shown.abstract == ABSTRACT


def test_a_source_that_is_not_shown_revises_nothing() -> None:
    known = paper()
    decision = again(
        paper(abstract="Other words.", url=""), known, supplies=False, last=paper(abstract="Words.")
    )
    assert not decision.news
    assert decision.keeps
    assert decision.shown.abstract == ABSTRACT


def test_the_registry_takes_the_word_without_news() -> None:
    dump = paper(url="", version=None, abstract="A dump says it a little differently, at length.")
    decision = elsewhere(paper(), dump)
    assert decision.supplies
    assert decision.shown.abstract == ABSTRACT
    assert not decision.news


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    known = paper(version=3)
    decision = again(paper(version=2, abstract="Old words."), known)
    assert not decision.news
    assert not decision.keeps
    assert decision.shown.abstract == ABSTRACT
    assert decision.shown.version == 3


# ------------------------------------------------------------------ partial and full


@pytest.mark.parametrize(
    "abstract", ["", "We fold maps along …", "We fold maps along their creases"]
)
def test_a_partial_record_never_overwrites_a_fuller_one(abstract: str) -> None:
    decision = again(paper(abstract=abstract), paper())
    assert not decision.news
    assert not decision.keeps
    assert decision.shown.abstract == ABSTRACT


@pytest.mark.parametrize(
    "abstract", ["", "We fold maps along …", "We fold maps along their creases"]
)
def test_a_fuller_record_completes_a_partial_one(abstract: str) -> None:
    decision = again(paper(), paper(abstract=abstract))
    assert kinds(decision) == [ChangeKind.NEW]
    assert decision.news[0].completes
    assert decision.shown.abstract == ABSTRACT
    assert not decision.shown.partial


def test_a_fuller_record_from_elsewhere_completes_too() -> None:
    decision = elsewhere(paper(), paper(abstract="", url=""))
    assert [news.completes for news in decision.news] == [True]
    assert decision.supplies


def test_the_first_to_name_authors_and_categories_completes() -> None:
    dump = paper(authors=(), categories=(), url="", version=None)
    decision = elsewhere(paper(), dump)
    assert kinds(decision) == [ChangeKind.NEW]
    assert decision.news[0].summary == {"gained": ["authors", "categories"]}


def test_completing_what_came_without_news_is_no_news() -> None:
    assert not again(paper(), paper(abstract=""), baseline=True).news


def test_a_later_version_with_a_shorter_abstract_is_a_revision() -> None:
    known = paper(version=1, abstract="We fold maps. They tear.")
    decision = again(paper(version=2, title="Tearing", abstract="We fold maps."), known)
    assert kinds(decision) == [ChangeKind.REVISED]
    assert (decision.shown.version, decision.shown.title) == (2, "Tearing")
    assert decision.shown.abstract == "We fold maps."


def test_a_later_version_with_a_longer_abstract_completes_nothing() -> None:
    known = paper(version=1, abstract="We fold maps.")
    decision = again(paper(version=2, abstract="We fold maps. They tear."), known)
    assert kinds(decision) == [ChangeKind.REVISED]


@pytest.mark.parametrize("version", [None, 2])
def test_a_text_that_was_whole_and_goes_on_later_is_a_revision(version: int | None) -> None:
    known = paper(version=None, abstract="We fold maps.")
    decision = again(paper(version=version, abstract="We fold maps. They tear."), known)
    revised = [news for news in decision.news if news.kind is ChangeKind.REVISED]
    assert [news.summary.get("abstract") for news in revised] == [
        {"gone": [], "came": ["They tear."]}
    ]


def test_it_may_have_been_cut_where_a_sentence_ends_and_is_matched_again() -> None:
    known = paper(version=None, abstract="We fold maps.")
    decision = again(paper(version=None, abstract="We fold maps. They tear."), known)
    assert any(news.completes for news in decision.news)


@pytest.mark.parametrize(
    "known",
    [
        paper(version=None, abstract="We fold maps …"),
        paper(version=None, abstract="We fold maps"),
        paper(version=None, abstract="We fold maps.", partial=True),
        paper(version=1, abstract="We fold maps."),
    ],
)
def test_what_completes_a_text_is_no_revision(known: Paper) -> None:
    decision = again(paper(version=known.version, abstract="We fold maps. They tear."), known)
    assert kinds(decision) == [ChangeKind.NEW]


def test_another_source_that_goes_on_revises_nothing() -> None:
    known = paper(version=None, abstract="We fold maps.", url="")
    decision = elsewhere(paper(version=2, abstract="We fold maps. They tear."), known)
    assert kinds(decision) == [ChangeKind.NEW]


def test_a_later_version_that_is_cut_does_not_take_the_whole_text_away() -> None:
    known = paper(version=1)
    decision = again(paper(version=2, abstract=ABSTRACT[:57] + "…"), known)
    assert decision.shown.abstract == ABSTRACT


def test_a_cut_abstract_is_partial() -> None:
    assert is_partial(paper(abstract="We fold …"))
    assert is_partial(paper(abstract=" "))
    assert is_partial(paper(partial=True))
    assert not is_partial(paper())


# ------------------------------------------------------------------ the other kinds


def test_an_added_category_is_a_cross_listing() -> None:
    decision = again(paper(categories=("cs.LG", "cs.CV")), paper())
    assert kinds(decision) == [ChangeKind.CROSS_LISTED]
    assert decision.news[0].completes
    assert decision.shown.categories == ("cs.LG", "cs.CV")


def test_a_category_that_is_left_out_stays() -> None:
    decision = again(paper(), paper(categories=("cs.LG", "cs.CV")))
    assert not decision.news
    assert decision.shown.categories == ("cs.LG", "cs.CV")


def test_another_source_with_words_of_its_own_adds_no_listing() -> None:
    assert not elsewhere(paper(categories=("Computer Science",), url=""), paper()).news


def test_a_withdrawal_is_told_once() -> None:
    gone = paper(withdrawn=True, version=2, abstract="This paper has been withdrawn.")
    first = again(gone, paper())
    assert kinds(first) == [ChangeKind.WITHDRAWN]
    assert not again(gone, first.shown).news


def test_a_withdrawal_keeps_the_text_that_it_took_the_place_of() -> None:
    gone = paper(withdrawn=True, version=2, abstract="This paper has been withdrawn.")
    (news,) = again(gone, paper()).news
    assert news.summary["before"] == {"title": paper().title, "abstract": ABSTRACT}


def test_a_doi_makes_an_arxiv_paper_published() -> None:
    decision = again(paper(ids=("arxiv:2611.00001", "doi:10.1000/x")), paper())
    assert kinds(decision) == [ChangeKind.PUBLISHED]
    assert decision.news[0].summary == {"where": "doi:10.1000/x"}


def test_a_journal_makes_an_arxiv_paper_published() -> None:
    assert kinds(again(paper(venue="Journal of Maps"), paper())) == [ChangeKind.PUBLISHED]


@pytest.mark.parametrize(
    "over",
    [
        {"ids": ("arxiv:2611.00001", "doi:10.1101/2026.1")},
        {"venue": "arXiv.org"},
    ],
)
def test_a_preprint_server_publishes_nothing(over: dict[str, Any]) -> None:
    assert not again(paper(**over), paper()).news


def test_a_published_paper_is_not_published_again() -> None:
    known = paper(venue="Journal of Maps")
    assert not again(paper(venue="J. Maps", ids=("arxiv:2611.00001", "doi:10.1000/x")), known).news


def test_votes_are_the_latest_and_the_place_the_best() -> None:
    shown = again(paper(votes=3, rank=9, rank_of=96), paper(votes=7, rank=2, rank_of=50)).shown
    assert (shown.votes, shown.rank, shown.rank_of) == (3, 2, 50)


@given(
    st.sampled_from(["", ABSTRACT, "Other words entirely.", ABSTRACT[:40]]),
    st.sampled_from([None, 1, 2]),
)
@settings(deadline=None)
def test_saying_it_again_is_never_news(abstract: str, version: int | None) -> None:
    first = again(paper(abstract=abstract, version=version), paper())
    if first.keeps:
        said = paper(abstract=abstract, version=version)
        assert not again(said, first.shown, last=said, supplies=first.supplies).news


def test_a_date_that_cannot_be_yet_is_dropped_and_the_paper_kept() -> None:
    latest = NOW + timedelta(days=2)
    impossible = paper(published_at=NOW + timedelta(days=3), updated_at=NOW)

    assert without_future(impossible, latest) == paper(published_at=None, updated_at=NOW)
    assert without_future(paper(), latest) == paper()
