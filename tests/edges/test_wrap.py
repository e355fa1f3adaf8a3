"""Wrapping takes a short way through plain text; whatever the alphabet, it comes to the same as word by word."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from paperdigest.core.columns import columns
from paperdigest.core.digest import Marked
from paperdigest.render.wrap import WIDTH, starred, wrap

LETTERS = st.sampled_from("aZé…—ß×漢字\u0301🎉ا/:.-")
WORDS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=30),
    st.text(st.sampled_from("abé"), min_size=55, max_size=90),
    st.just("https://example.org/" + "x" * 80),
)
TEXTS = st.lists(WORDS, max_size=60).map(" ".join)


def word_by_word(text: str, indent: int, hanging: int, first: str) -> str:
    """Return the lines as one fills them by hand; every word of the text fits a line or is an address."""
    lines, begun = [" " * indent + first], False
    for word in text.split():
        if begun and columns(lines[-1]) + 1 + columns(word) > WIDTH:
            lines.append(" " * hanging)
            begun = False
        lines[-1] += f" {word}" if begun else word
        begun = True
    return "\n".join(lines)


@example("\u0301 :", 0, 0, "")
@given(TEXTS, st.integers(0, 6), st.integers(0, 6), st.sampled_from(["", "- ", "漢 "]))
def test_a_text_is_wrapped_as_word_by_word(
    text: str, indent: int, hanging: int, first: str
) -> None:
    room = WIDTH - max(indent + columns(first), hanging)
    text = " ".join(
        word if "://" in word or columns(word) <= room else word[: room // 2]
        for word in text.split()
    )
    assert wrap(text, indent, hanging, first) == word_by_word(text, indent, hanging, first)


@given(st.text(st.sampled_from("aé漢"), min_size=73, max_size=300))
def test_a_run_without_blanks_is_cut_at_full_lines(run: str) -> None:
    lines = wrap(run).split("\n")
    assert "".join(lines) == run
    assert all(WIDTH - 1 <= columns(line) <= WIDTH for line in lines[:-1])


@given(
    st.integers(0, 80),
    st.integers(1, 60),
    st.integers(0, 80),
    st.sampled_from(["", "- "]),
    st.integers(0, 4),
)
def test_a_star_stays_with_what_it_marks(
    before: int, size: int, after: int, first: str, hanging: int
) -> None:
    marked = Marked("研" * before + "细" * size + "的" * after, ((before, before + size),))
    lines = wrap(starred(marked), 0, hanging, first).removeprefix(first).split("\n")
    assert "".join(line.strip() for line in lines) == starred(marked)
    for line in map(str.strip, lines):
        assert line.endswith("细*") or not line.endswith("*")
        assert line.startswith("*细") or not line.startswith("*")
    if size <= 12:
        assert sum("细" in line for line in lines) == 1
    assert all(columns(line) <= WIDTH for line in lines)


def test_a_run_that_is_cut_gets_no_blank() -> None:
    run = "漢" * 35
    assert wrap(run, 0, 4) == "漢" * 34 + "\n    漢"


def test_a_no_break_space_holds_its_words_together_and_is_a_blank_in_the_end() -> None:
    text = "x" * 66 + " Thu\u00a094"
    assert wrap(text) == "x" * 66 + "\nThu 94"
