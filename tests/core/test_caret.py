"""Where a query is wrong, as a terminal shows it."""

from __future__ import annotations

from unicodedata import east_asian_width

from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.caret import caret


def test_a_run_of_carets_stands_under_the_fault() -> None:
    assert caret("multimodal titel:foo", 12, 6) == (
        "multimodal titel:foo",
        "           ^^^^^^",
    )


def test_a_wide_sign_takes_two_columns() -> None:
    assert caret("图像 titel:foo", 4, 6) == ("图像 titel:foo", "     ^^^^^^")


def test_a_wide_fault_has_carets_for_all_its_columns() -> None:
    assert caret("a 图像", 3, 2)[1] == "  ^^^^"


def test_a_combining_accent_takes_no_column() -> None:
    assert caret("cafe\u0301 )", 7, 1)[1] == "     ^"


def test_control_characters_are_shown_and_not_obeyed() -> None:
    line, run = caret("a\t\x1b[31m )", 9, 1)

    assert line == "a␉␛[31m )"
    assert run == "        ^"


def test_signs_that_turn_the_line_round_are_not_printed() -> None:
    assert caret("a\u202eb )", 5, 1) == ("a·b )", "    ^")


def test_a_long_line_is_cut_round_the_fault() -> None:
    line, run = caret("a" * 300 + " titel:foo " + "b" * 300, 302, 6)

    start = run.index("^")
    assert line[start : start + 6] == "titel:"
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) <= 76


def test_a_fault_past_the_end_has_a_caret_behind_the_line() -> None:
    assert caret("a OR", 5, 1) == ("a OR", "    ^")


def test_an_empty_line_still_has_its_caret() -> None:
    assert caret("", 1, 1) == ("", "^")


@given(st.text(max_size=200), st.integers(1, 210), st.integers(1, 210))
def test_there_is_always_a_caret_and_never_a_line_too_wide(
    text: str, column: int, length: int
) -> None:
    line, run = caret(text, column, length)

    assert "^" in run
    assert sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line) - len(line) <= 76
    assert len(run) <= 77
    assert "\n" not in line
