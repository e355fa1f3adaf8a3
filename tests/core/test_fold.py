"""Folding: words, what stands between them, their keys, and the way back to the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.closed_words import FUNCTION_WORDS, word_set
from paperdigest.core.fold import BLANK, JOIN, MARK, WIDE_JOIN, fold
from paperdigest.core.plural import IRREGULAR, singulars
from paperdigest.core.spelling import american, american_openings

ANY_TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("aAbsS15 -–—/&_.,'’+#*βΩ神学のกé\u0301\u200b\u00ad½ﬁ"),
        st.characters(codec="utf-8"),
    ),
    max_size=80,
)


def raws(text: str) -> list[str]:
    return [word.raw for word in fold(text).words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Graph, tree & co.", ["graph", "tree", "co"]),
        ("C++, C#, F# and .NET", ["c++", "c#", "f#", "and", ".net"]),
        ("CD4+ Ca²⁺ 10+", ["cd4+", "ca2+", "10+"]),
        ("GPT-4.5 and Qwen2.5.", ["gpt", "4.5", "and", "qwen2.5"]),
        ("LLMs’ weights, model's loss", ["llms", "weights", "model", "loss"]),
        ("Straße Ærø Łódź naïve", ["strasse", "aero", "lodz", "naive"]),
        ("β-VAE αβ Δ µ", ["beta", "vae", "αβ", "delta", "mu"]),
        ("基于GNN的", ["基", "于", "gnn", "的"]),
        ("½", ["1", "2"]),
        ("naﬁve ＧＰＴ", ["nafive", "gpt"]),
        ("--- … !", []),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_and_digits(text: str, words: list[str]) -> None:
    assert raws(text) == words


@pytest.mark.parametrize(
    ("between", "kind"),
    [
        (" ", BLANK), ("-", JOIN), ("–", JOIN), ("--", JOIN), ("\u2011", JOIN), ("/", JOIN),
        ("&", JOIN), ("_", JOIN), (" & ", WIDE_JOIN), (" / ", WIDE_JOIN), ("- ", BLANK), (" -", BLANK),
        (" - ", MARK), (" – ", MARK), ("—", MARK), ("---", MARK), (". ", MARK), (", ", MARK),
        (": ", MARK), (" (", MARK), ("+", MARK), (" = ", MARK), (" “", MARK), ("´", MARK), ("·", MARK),
    ],
)  # fmt: skip
def test_what_stands_between_two_words(between: str, kind: int) -> None:
    assert fold(f"one{between}two").before[1] == kind


def test_function_words_are_about_seventy_and_leave_out_up_out_off() -> None:
    assert 60 <= len(FUNCTION_WORDS) <= 110
    assert not FUNCTION_WORDS & {"up", "out", "off"}


@pytest.mark.parametrize("plural", sorted(IRREGULAR))
def test_an_irregular_plural_is_one_word_with_its_singular(plural: str) -> None:
    for singular in singulars(plural):
        assert set(singulars(singular)) & set(singulars(plural))


@pytest.mark.parametrize(
    "word",
    sorted(
        word_set(
            "bias lens news series species diabetes data media physics statistics dynamics "
            "mathematics robotics genomics economics bioinformatics astrophysics virus analysis "
            "class focus chaos"
        )
    ),
)
def test_what_only_looks_like_a_plural_stays(word: str) -> None:
    assert singulars(word) == (word,)


@given(st.sampled_from(sorted(IRREGULAR)) | st.text("abcdeghiorstuxyz", min_size=4, max_size=12))
@settings(deadline=None)
def test_a_singular_stays_a_singular_unless_it_ends_like_a_plural(word: str) -> None:
    for singular in singulars(word):
        if not singular.endswith(("s", "a", "i", "e")):
            assert singulars(singular) == (singular,)


@pytest.mark.parametrize(
    ("british", "us"),
    [
        ("tumour", "tumor"), ("colourisation", "colorization"), ("labelling", "labeling"),
        ("analyse", "analyze"), ("programme", "program"), ("disc", "disk"), ("exercise", "exercise"),
        ("raise", "raise"), ("denoising", "denoising"), ("amortised", "amortized"), ("lyse", "lyse"),
        ("supervised", "supervised"), ("cancellation", "cancellation"), ("contour", "contour"),
    ],
)  # fmt: skip
def test_every_word_has_its_american_spelling(british: str, us: str) -> None:
    assert american(british) == us
    assert american(us) == us


@given(
    st.sampled_from(
        sorted(
            word_set("randomised tumours colouring haematology analysing generalisability labelled")
        )
    ),
    st.data(),
)
@settings(deadline=None)
def test_every_beginning_of_a_british_word_opens_the_american_one(
    word: str, data: st.DataObject
) -> None:
    size = data.draw(st.integers(3, len(word)))
    assert any(american(word).startswith(opening) for opening in american_openings(word[:size]))


@settings(deadline=None, max_examples=300)
@given(ANY_TEXT)
def test_places_lead_back_to_the_text(text: str) -> None:
    folded = fold(text)
    spans = folded.spans
    assert len(spans) == len(folded.words) == len(folded.before)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)
    for word in folded.words:
        assert word.raw
        assert word.keys


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_words_apart_are_folded_apart(left: str, right: str) -> None:
    def shapes(text: str) -> list[str]:
        return [word.shape for word in fold(text).words]

    assert shapes(f"{left} {right}") == shapes(left) + shapes(right)


@settings(deadline=None)
@given(ANY_TEXT)
def test_letters_do_not_depend_on_composition(text: str) -> None:
    import unicodedata

    composed = unicodedata.normalize("NFC", text)
    if unicodedata.normalize("NFD", composed) == unicodedata.normalize("NFD", text):
        assert raws("é" + composed) == raws("e\u0301" + composed)


@pytest.mark.parametrize("text", ["a" * 1_000_000, "-" * 1_000_000, "a-" * 50_000, "a'" * 50_000,
                                  "é" * 50_000, "e" + "\u0301\u0323" * 100_000, "a+" * 50_000, "- " * 200_000,
                                  "1." * 100_000, "神" * 50_000, "state-of-the-" * 10_000, "A " * 100_000])  # fmt: skip
def test_a_megabyte_of_the_same_takes_no_longer_than_its_size(text: str) -> None:
    began = time.process_time()
    fold(text).spans  # noqa: B018 - the places are worked out when asked for
    assert time.process_time() - began < 30
