"""What `query explain` says of a tree."""

from __future__ import annotations

import pytest

from paperdigest.core.expression import parse_query
from paperdigest.core.outline import explained, outline, tree_json
from paperdigest.core.tree import Term


def said(expression: str) -> str:
    root = parse_query(expression).root
    assert isinstance(root, Term)
    return explained(root)


def test_the_tree_is_drawn_with_what_each_term_looks_for() -> None:
    root = parse_query('("vision language model" OR =MoE) -title:survey').root

    assert "\n".join(outline(root)) == (
        """\
all of
├─ any of
│  ├─ "vision language model" · phrase · in title, abstract, keywords · also "vision-language model", its plural
│  └─ =MoE · word to the letter · in title, abstract, keywords · case, accents, number and spelling count
└─ not title:survey · word · in title · also its plural"""
    )


def test_a_long_line_goes_on_under_its_own_branch() -> None:
    lines = outline(parse_query('("vision language model" OR robot) lidar').root, 60)

    assert lines[2].startswith('│  ├─ "vision language model"')
    assert lines[3].startswith("│  │ ")
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("multi-modal", 'phrase · in title, abstract, keywords · also "multi modal", "multimodal", its plural'),
        ("RAG", 'word · in title, abstract, keywords · also "rag", its plural'),
        ("LLMs", "word · in title, abstract, keywords · also its singular"),
        ("analysis", 'word · in title, abstract, keywords · also "analyses"'),
        ("colour", 'word · in title, abstract, keywords · also "color", its plural'),
        ("news", "word · in title, abstract, keywords · any case"),
        ("abs:transform*", "beginning of a word · in abstract · any case"),
        ('"graph network"~5', "all 2 words within 5 places, any order · in title, abstract, keywords · any case"),
        ("cat:cs.LG", "name · in categories · any case"),
        ("cat:cs", "name · in categories · the whole archive, any case"),
        ('author:"Y LeCun"', "name · in authors · same family name, given names by their initials"),
    ],
)  # fmt: skip
def test_a_term_says_what_counts_as_the_same(expression: str, expected: str) -> None:
    assert said(expression) == expected


@pytest.mark.parametrize("expression", ["multi-modal", "RAG", "colour", '"vision language model"'])
def test_every_example_is_one_that_the_term_finds(expression: str) -> None:
    from paperdigest.core.paper import Paper

    query = parse_query(expression)
    examples = tree_json(query.root)["also"]

    assert examples
    assert all(query.hits(Paper(title=f"On {example}")) for example in examples)


def test_the_json_tree_has_one_shape_for_every_term() -> None:
    tree = tree_json(parse_query('a OR "b c"~3 OR =D OR cat:cs').root)

    assert tree["kind"] == "any"
    assert {tuple(part) for part in tree["parts"]} == {
        ("kind", "term", "text", "match", "fields", "within", "also", "says")
    }
    assert [part["within"] for part in tree["parts"]] == [None, 3, None, None]


def test_the_json_tree_nests_as_the_brackets_do() -> None:
    tree = tree_json(parse_query("(a OR b) c -d").root)

    assert [part["kind"] for part in tree["parts"]] == ["any", "term", "not"]
    assert tree["parts"][2]["part"]["text"] == "d"
