"""What the operator reads of digests that their own templates could not make."""

from __future__ import annotations

from datetime import UTC, datetime

from paperdigest.core import template_words

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
WHY = "/etc/papers/templates/entry.txt.j2:3: division by zero"


def test_one_reader_is_named_in_the_title_with_the_place_and_what_to_do() -> None:
    title, lines = template_words.replaced({"ada": WHY}, NOW)
    assert title == "Your templates could not make the digest of ada"
    assert lines[0] == f"ada: {WHY}"
    assert "the templates that come with the program made the whole digest" in lines[1]
    assert "paperdigest preview ada --since 7d" in lines[2]
    assert "paperdigest templates check" in lines[2]


def test_many_readers_are_counted_and_twenty_named() -> None:
    title, lines = template_words.replaced({f"reader{n:02}": WHY for n in range(23)}, NOW)
    assert title == "Your templates could not make 23 digests"
    assert [line for line in lines if line.startswith("reader")] == [
        f"reader{n:02}: {WHY}" for n in range(20)
    ]
    assert "and 3 more" in lines


def test_that_it_is_over_names_whose_digests() -> None:
    title, lines = template_words.at_work_again(["ada"], NOW)
    assert title == "Your templates make the digest of ada again"
    assert lines[0].startswith("ada: since ")


def test_the_line_of_the_status_page_says_that_they_are_the_same_since() -> None:
    said = "your templates could not make a digest of ada, and are the same since: "
    assert template_words.line("ada", WHY) == said + WHY


def test_of_very_many_it_counts_the_rest() -> None:
    title, (line,) = template_words.at_work_again([f"reader{n:02}" for n in range(23)], NOW)
    assert title == "Your templates make 23 digests again"
    assert "reader19 and 3 more: since " in line
