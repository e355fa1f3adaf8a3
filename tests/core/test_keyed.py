"""What is told of a text in bulk is what its words say one by one."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.closed_words import ABBREVIATIONS
from paperdigest.core.fold import Folded, Word, fold
from paperdigest.core.joins import Joins, joined_keys
from paperdigest.core.key_table import MARKED
from paperdigest.core.keyed import Keyed, Line
from paperdigest.core.needles import Needles
from paperdigest.core.ngrams import NGrams
from paperdigest.core.pattern import Needle, Pattern, patterns
from paperdigest.core.rows import needs, rows
from paperdigest.core.text import display
from paperdigest.core.tree import Kind, Term
from paperdigest.core.wanted import NO_KEY

WORDS = [
    "model", "Models", "MODELS", "LLMs", "A9s", "Us", "as", "gas", "analyses", "bases", "colour", "vs", "al", "cf",
    "e.g.", "i.e", "state-of-the-art", "end-to-end", "pre-training", "x-ray", "GPT-4.5", "2.5", "3D", "R&D",
    "image/video", "model's", "models'", "it's", "C++", "C#", ".NET", "CD4+", "10%", "(model)", "[data]", '"set"',
    "a.b", "U.S.", "https://a.org/data-sets?x=1", "naïve", "β-cell", "图像", "data_set", "-", "–", "&", ":", "...",
    "--", "multi", "modal", "data", "sets", "box", "boxes", "flies", "oestrogen", "vision", "I", "x",
]  # fmt: skip
MARKS = ["", "", "", ",", ".", ").", '"', "%", "'", "!?", "-", "/"]


@st.composite
def texts(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(MARKS)), max_size=7))
    return display(" ".join(word + mark for word, mark in words))


def by_words(text: Folded) -> list[frozenset[str]]:
    """Return the keys of each word; an empty set where a mark parts two."""
    each = [
        frozenset(token.keys) if isinstance(token, Word) else frozenset[str]()
        for token in text.tokens
        if isinstance(token, Word) or token == 0
    ]
    return one_mark(each)


def in_bulk(line: Line) -> list[frozenset[str]]:
    each = [frozenset() if key == MARKED else frozenset({key} - {NO_KEY}) for key in line.keys]
    for first, past, key in line.beside.arcs if line.beside else ():
        if past == first + 1:
            each[first] |= {key}
    return one_mark(each)


def one_mark(each: list[frozenset[str]]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for keys, some in groupby(each):
        found += list(some) if keys else [keys]
    return found[1:] if found and not found[0] else found


def without_last_mark(each: list[frozenset[str]]) -> list[frozenset[str]]:
    return each[:-1] if each and not each[-1] else each


def keyed(keys: set[str]) -> Keyed:
    return Keyed(keys, Joins(joined_keys([Pattern((((key, 1),),)) for key in keys])))


@settings(deadline=None, max_examples=400)
@given(st.lists(texts(), min_size=1, max_size=4))
def test_the_keys_told_in_bulk_are_those_of_the_words(given_texts: list[str]) -> None:
    some = [fold(text) for text in given_texts]
    every = {key for text in some for word in text.words for key in word.keys}
    lines = list(keyed(every).lines(some))
    for text, line in zip(some, lines, strict=True):
        assert without_last_mark(in_bulk(line)) == without_last_mark(by_words(text))


@settings(deadline=None, max_examples=300)
@given(texts(), st.data())
def test_what_nobody_asks_for_hides_nothing(text: str, data: st.DataObject) -> None:
    words = fold(text).words
    if not words:
        return
    asked = data.draw(st.sampled_from(words)).keys[0]
    (line,) = keyed({asked}).lines([fold(text)])
    told = sum(asked in keys for keys in in_bulk(line))
    assert told == sum(asked in word.keys for word in words)


@settings(deadline=None, max_examples=300)
@given(texts(), st.lists(texts(), max_size=4), st.sampled_from(list(Kind)))
def test_a_text_is_told_to_hold_what_is_found_in_it(
    text: str, asked: list[str], kind: Kind
) -> None:
    terms = [Term(one, kind, within=3) for one in asked if fold(one).words]
    needles = Needles(terms)
    told = {number for number, bits in needles.texts_with([(0, fold(text))], 1).items() if bits}
    assert told == {number for number, _, _ in needles.places(fold(text))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vision language", [("vision", "language"), ("visionlanguage",)]),
        ("k-means of", [("k", "mean", "of"), ("k", "\0means", "of"), ("kmean", "of"), ("k\0means",)]),
    ],
)  # fmt: skip
def test_a_pattern_is_its_ways(text: str, found: list[tuple[str, ...]]) -> None:
    (pattern,) = patterns_of(text)
    assert set(found[:2]) <= set(rows(pattern))
    assert all(row[-1] != "" for row in rows(pattern))


def patterns_of(text: str) -> tuple[Pattern, ...]:
    return patterns(Needle(text, Kind.PHRASE))


def test_a_pattern_with_a_mark_has_no_ways_but_needs_all_its_words() -> None:
    (pattern,) = patterns_of("mixture, of experts")
    assert rows(pattern) == []
    assert [keys[0] for keys in needs(pattern)] == ["mixture", "of", "expert"]


def test_a_pattern_of_very_many_ways_has_none() -> None:
    (pattern,) = patterns_of("one big red cat saw two tiny dogs run past")
    assert rows(pattern) == []
    assert "onebig" in needs(pattern)[1]


@pytest.mark.parametrize("size", range(1, 9))
def test_rows_of_any_length_are_held_where_they_stand_in_a_row(size: int) -> None:
    keys = [f"k{n}" for n in range(10)]
    row = tuple(keys[1 : 1 + size])
    ngrams = NGrams([row[0]] if size == 1 else [], [row] if size > 1 else [], [])
    whole = row if size > 1 else row[0]
    assert ngrams.held(Line(keys, None)) == {whole}
    if size > 1:
        assert ngrams.held(Line([*keys[:2], MARKED, *keys[2:]], None)) == set()


def test_abbreviations_are_told_from_words_that_end_like_them() -> None:
    (line,) = keyed({"local", "al", "sheet"}).lines([fold("local, et al. sheet")])
    assert line.keys == ["local", MARKED, NO_KEY, "al", "sheet"]
    assert "al" in ABBREVIATIONS
