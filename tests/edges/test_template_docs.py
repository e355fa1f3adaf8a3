"""docs/templates.md names all that templates see, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digests import entry
from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.render.environments import _WORDS, NAMES
from paperdigest.render.known import PUBLIC
from paperdigest.render.skeleton import prepared
from paperdigest.render.templates import Templates

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")


def table_under(heading: str) -> Iterator[str]:
    """Yield the names in the first column of the table under a heading."""
    _, _, rest = PAGE.partition(f"### {heading}\n")
    for row in re.findall(r"^\| (`.*?`.*?) \|", rest.partition("\n### ")[0], re.MULTILINE):
        yield from re.findall(r"`(\w+)`", row)


@pytest.mark.parametrize("kind", [Digest, Section, Entry])
def test_every_field_stands_in_its_table(kind: type[Digest | Section | Entry]) -> None:
    assert sorted(table_under(kind.__name__)) == sorted(PUBLIC[kind])


@pytest.mark.parametrize(
    "name", ["Marked", "Why", "Difference", "Piece", "Link", "DayCount", "TopicWeeks", "SourceLine"]
)
def test_every_field_of_the_small_values_is_named(name: str) -> None:
    (row,) = re.findall(rf"^\| {name} \| (.*) \|$", PAGE, re.MULTILINE)
    (kind,) = (kind for kind in PUBLIC if kind.__name__ == name)
    assert set(re.findall(r"`(\w+)(?:\(\))?`", row)) == PUBLIC[kind]


def test_every_template_is_named() -> None:
    _, _, rest = PAGE.partition("| template | what it makes |")
    named = re.findall(r"`([\w.]+\.j2)`", rest.partition("\n\n")[0])
    assert sorted(named) == sorted(NAMES)


def test_every_ready_line_of_a_paper_is_named() -> None:
    _, _, rest = PAGE.partition("Beside `entry` they have")
    named = {"entry", *re.findall(r"`(\w+)`", rest.partition("###")[0])}
    assert named == set(prepared(entry(1)))


def test_every_function_and_filter_is_named() -> None:
    own = {
        *_WORDS,
        *("dateline", "linked", "styled", "starred", "word_diff", "link", "marked", "wrap"),
    }
    _, _, rest = PAGE.partition("### Functions and filters")
    named = {
        name
        for cell in re.findall(r"^\| \w* ?\| (`.*?`) \| ", rest, re.MULTILINE)
        for name in re.findall(r"`(?:text\\\|)?(\w+)[(`]", cell)
    }
    assert named == own
    environments = Templates()._templates
    for name in own - {"wrap"}:
        assert any(name in template.globals for template in environments.values()), name
