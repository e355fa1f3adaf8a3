"""What changed between two wordings, word by word."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.word_changes import (
    Fate,
    Piece,
    sentence_changes,
    text_changes,
    word_changes,
)

SIGNS = {Fate.STAYED: "{}", Fate.WENT: "[-{}-]", Fate.CAME: "{{+{}+}}"}


def told(pieces: tuple[Piece, ...]) -> str:
    """Return the pieces as `git diff --word-diff` writes them."""
    return " ".join(SIGNS[piece.fate].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("A map", "A map", "A map"),
        ("A small map", "A large map", "A [-small-] {+large+} map"),
        ("A map", "A map of the moon", "A map {+of the moon+}"),
        ("On maps of paper", "Maps of paper", "[-On maps-] {+Maps+} of paper"),
        ("", "A map", "{+A map+}"),
        ("", "", ""),
    ],
)
def test_words_that_differ_are_told_among_those_that_stayed(
    before: str, after: str, expected: str
) -> None:
    assert told(word_changes(before, after)) == expected


def test_a_word_that_stayed_by_chance_is_told_with_its_neighbours() -> None:
    before = "We fold the small blue map and sing loudly today"
    after = "We tear each old red chart and count its corners today"
    assert told(word_changes(before, after)) == (
        "We [-fold the small blue map and sing loudly-] {+tear each old red chart and count its corners+} today"
    )


WORDS = st.lists(st.sampled_from(["map", "fold", "ink", "the", "a", "of"]), max_size=20)


@given(WORDS, WORDS)
def test_the_pieces_are_both_wordings(before: list[str], after: list[str]) -> None:
    pieces = word_changes(" ".join(before), " \n ".join(after))
    for words, fate in ((before, Fate.WENT), (after, Fate.CAME)):
        read = " ".join(piece.text for piece in pieces if piece.fate in (Fate.STAYED, fate))
        assert read == " ".join(words)


@given(WORDS)
def test_what_is_said_again_stayed(words: list[str]) -> None:
    assert all(
        piece.fate is Fate.STAYED for piece in word_changes(" ".join(words), " ".join(words))
    )


def test_a_text_of_thousands_of_equal_words_takes_no_time_to_speak_of() -> None:
    before, after = "b" + " a" * 16_000, "a " * 15_999 + "c"
    assert [piece.fate for piece in word_changes(before, after)] == [Fate.WENT, Fate.CAME]


def test_of_a_text_too_long_to_compare_whole_what_differs_is_told_between_what_stayed() -> None:
    words = ["the"] * 5_000
    before, after = [*words, "one", "map", *words], [*words, "two", "maps", *words]
    pieces = word_changes(" ".join(before), " ".join(after))
    assert [(piece.fate, len(piece.text.split())) for piece in pieces] == [
        (Fate.STAYED, 5_000),
        (Fate.WENT, 2),
        (Fate.CAME, 2),
        (Fate.STAYED, 5_000),
    ]


def test_a_sentence_in_another_wording_is_told_with_the_one_it_was() -> None:
    went = ["It is small.", "We fold the map along its creases.", "Nobody wins."]
    came = ["We fold the map along its many creases.", "Ducks float."]
    assert [told(pieces) for pieces in sentence_changes(went, came)] == [
        "[-It is small.-]",
        "We fold the map along its {+many+} creases.",
        "[-Nobody wins.-]",
        "{+Ducks float.+}",
    ]


def test_sentences_that_stayed_stand_among_those_that_changed() -> None:
    before = ["We fold.", "It is small.", "Nobody wins.", "It is small."]
    after = ["WE FOLD.", "Ducks float.", "It is small.", "It is small."]
    assert [told(pieces) for pieces in text_changes(before, after, str.lower)] == [
        "WE FOLD.",
        "{+Ducks float.+}",
        "It is small.",
        "[-Nobody wins.-]",
        "It is small.",
    ]


def test_thousands_of_sentences_are_told_in_a_moment() -> None:
    before = [f"{'the map ' * 5}{n} went." for n in range(4_000)]
    after = [f"{'the map ' * 5}{n} came." for n in range(4_000)]
    began = time.process_time()
    told_pieces = text_changes(before, after, str)
    assert time.process_time() - began < 10
    read = {fate: _words_of(told_pieces, fate) for fate in (Fate.WENT, Fate.CAME)}
    assert read == {Fate.WENT: 4_000, Fate.CAME: 4_000}


def _words_of(told_pieces: tuple[tuple[Piece, ...], ...], fate: Fate) -> int:
    """Return how many times the word of that fate was said."""
    said = (piece.text for pieces in told_pieces for piece in pieces if piece.fate is fate)
    return sum(text.count(f"{fate}.") for text in said)


SENTENCES = st.lists(WORDS.map(" ".join), max_size=5)


@given(SENTENCES, SENTENCES)
def test_every_sentence_is_told_once(went: list[str], came: list[str]) -> None:
    told_pieces = sentence_changes(went, came)
    for sentences, fate in ((went, Fate.WENT), (came, Fate.CAME)):
        read = [
            " ".join(piece.text for piece in pieces if piece.fate in (Fate.STAYED, fate))
            for pieces in told_pieces
            if any(piece.fate in (Fate.STAYED, fate) for piece in pieces) or not pieces
        ]
        assert sorted(filter(None, read)) == sorted(filter(None, sentences))


@given(SENTENCES, SENTENCES)
def test_every_sentence_of_two_texts_is_told_once(before: list[str], after: list[str]) -> None:
    told_pieces = text_changes(before, after, str)
    for sentences, fate in ((before, Fate.WENT), (after, Fate.CAME)):
        read = [
            " ".join(piece.text for piece in pieces if piece.fate in (Fate.STAYED, fate))
            for pieces in told_pieces
        ]
        assert sorted(filter(None, read)) == sorted(filter(None, sentences))
