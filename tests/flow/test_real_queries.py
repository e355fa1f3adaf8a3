"""On the real dumps every query finds all the papers that say it and no other.

What they say was found by reading: loose patterns over the raw text, every form that came up judged by
the page of the query language, the matcher not asked. `real_expectations.json` holds counts and ids only
(16 hex digits of the title's key); the texts stay out of the repository.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from paperdigest.core.expression import parse_query
from paperdigest.core.matcher import Matcher
from paperdigest.core.query import Query, keywords
from real_papers import ABSENT, DUMPS, real_papers

pytestmark = pytest.mark.skipif(not DUMPS.is_dir(), reason=ABSENT)

EXPECTED: Mapping[str, Mapping[str, Any]] = json.loads(
    (Path(__file__).parent / "real_expectations.json").read_text("utf-8")
)
READERS = {"keywords": lambda text: keywords([text]), "queries": parse_query}
ASKED = [(kind, text) for kind, texts in EXPECTED.items() for text in texts]


@cache
def found() -> dict[tuple[str, str], set[str]]:
    """Ask everything at once, as the program does."""
    papers = real_papers()
    ids = list(papers)
    queries: list[Query] = [READERS[kind](text) for kind, text in ASKED]
    answers: dict[tuple[str, str], set[str]] = {asked: set() for asked in ASKED}
    for match in Matcher(queries).matches(list(papers.values())):
        answers[ASKED[match.query]].add(ids[match.paper])
    return answers


def wanted(kind: str, text: str) -> set[str]:
    return set(EXPECTED[kind][text]["papers"].split())


@pytest.mark.parametrize(("kind", "text"), ASKED)
def test_a_query_finds_every_paper_that_says_it_and_no_other(kind: str, text: str) -> None:
    missed = wanted(kind, text) - found()[kind, text]
    wrong = found()[kind, text] - wanted(kind, text)
    assert (missed, wrong) == (set(), set())


def test_the_expectations_are_about_these_papers_and_count_themselves() -> None:
    ids = set(real_papers())
    for kind, text in ASKED:
        assert len(wanted(kind, text)) == EXPECTED[kind][text]["count"]
        assert wanted(kind, text) <= ids
    assert len(ASKED) >= 36


@pytest.mark.parametrize(
    ("keyword", "papers"),
    [
        ("vision language model", 101),
        ("multimodal pretraining", 25),
        ("OFA", 3),  # never "of a"
        ("TOA", 0),  # never "to a"
        ("area", 6),  # never "are a"
        ("art", 13),  # never inside state-of-the-art
        ("asymmetric", 1),  # never "a symmetric"
        ("another", 9),  # never "an other"
        ("inform", 2),  # never "in form"
        ("format", 10),  # never "for mat"
        ("onset", 0),  # never "on set"
    ],
)
def test_false_friends_are_counted(keyword: str, papers: int) -> None:
    assert len(found()["keywords", keyword]) == papers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("multimodal pretraining", "multi-modal pre-training"),
        ("vision language model", "Vision-Language Models"),
        ("tokeniser", "tokenizers"),
        ("labelled", "labeled"),
        ("generalisation", "Generalization"),
        ("criterion", "criteria"),
        ("matrix", "matrices"),
        ("analysis", "analyses"),
        ("state of the art", "state-of-the-art"),
        ("finetuning", "fine-tuning"),
        ("trade off", "tradeoffs"),
        ("LLM", "LLMs"),
    ],
)
def test_two_ways_to_type_a_keyword_find_the_same_papers(one: str, other: str) -> None:
    papers = list(real_papers().values())
    taken: tuple[set[int], set[int]] = (set(), set())
    for match in Matcher([keywords([one]), keywords([other])]).matches(papers):
        taken[match.query].add(match.paper)
    assert taken[0] == taken[1]
    assert taken[0]
