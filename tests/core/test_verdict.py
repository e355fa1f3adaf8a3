"""Why one paper fits a query or not, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.expression import parse_query
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, keywords
from paperdigest.core.tree import And, Node, Not, Or, Term, finds_something
from paperdigest.core.verdict import verdict

PAPER = Paper(
    title="A survey of vision-language models",
    abstract="We fold maps and measure benchmarks.",
    categories=("cs.CV",),
    authors=("Ada Lovelace",),
)


@pytest.mark.parametrize(
    ("expression", "because"),
    [
        ('"vision language model"', '"vision-language models" in the title ("vision language model")'),
        ('"vision language model" (rubric OR dataset)', 'found "vision language model", but none of: rubric, dataset'),
        ("vision dataset", "found vision, but not dataset"),
        ("robot OR lidar", "none of: robot, lidar"),
        ("robot", "not robot"),
        ("(vision dataset) OR (survey rubric corpus)", "found vision, but not dataset"),
        ("vision cat:cs.LG", "found vision, but not cat:cs.LG (the paper has cs.CV)"),
        ("vision venue:ICML", "found vision, but not venue:ICML (the paper names no venue)"),
        ("maps -title:survey", "excluded by title:survey: “A survey of vision-language …” in the title"),
        ("maps -benchmark", "excluded by benchmark: “… fold maps and measure benchmarks.” in the abstract"),
        ("robot -survey", "not robot; excluded by survey: “A survey of vision-language …” in the title"),
    ],
)  # fmt: skip
def test_because(expression: str, because: str) -> None:
    assert verdict(parse_query(expression), PAPER).because == because


def test_only_an_exclusion_in_the_way_is_told_from_missing_words() -> None:
    assert verdict(parse_query("maps -survey"), PAPER).only_excluded
    assert not verdict(parse_query("robot -survey"), PAPER).only_excluded


def test_what_a_list_asks_for_is_named_with_its_field() -> None:
    judged = verdict(keywords(["vision"], categories=["cs.LG"]), PAPER)

    assert judged.because == "found vision, but not category cs.LG (the paper has cs.CV)"


def test_a_long_list_of_missing_words_is_counted() -> None:
    many = " OR ".join(f"robot{number}" for number in range(10))

    assert verdict(parse_query(many), PAPER).because.endswith("robot5, and 4 more")


WORDS = ("paper", "map", "boat", "robot")
trees = st.recursive(
    st.sampled_from([Term(word) for word in WORDS]),
    lambda parts: st.one_of(
        st.lists(parts, min_size=2, max_size=3).map(lambda each: And(tuple(each))),
        st.lists(parts, min_size=2, max_size=3).map(lambda each: Or(tuple(each))),
        parts.map(Not),
    ),
    max_leaves=8,
)


@given(trees.filter(finds_something), st.sets(st.sampled_from(WORDS)))
def test_what_does_not_fit_always_lacks_something_or_is_excluded(
    tree: Node, words: set[str]
) -> None:
    query, paper = Query(tree), Paper(title=" ".join(sorted(words)) or "Nothing")

    judged = verdict(query, paper)

    assert judged.fits == bool(query.hits(paper))
    assert judged.fits or judged.missing or judged.excluded_by
    assert judged.because
