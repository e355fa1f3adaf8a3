r"""Nothing of `{\bf`, `\%`, `^2`, ``` `` ``` or of tags and entities is left in what readers are shown of real papers.

The page dumps and recorded answers lie beside the checkout, if at all. Cases of one's own are in `core/test_tex.py`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pages import Page, flat, rendered, slack_of
from paperdigest.core import letter
from paperdigest.core.arrange import TopicFinds, arrange
from paperdigest.core.digest import Digest
from paperdigest.core.entry import Desk, Find
from paperdigest.core.paper import Paper
from paperdigest.core.query import keywords
from paperdigest.core.schedule import Slot
from paperdigest.core.styles import styles_of
from paperdigest.core.subscription import Subscriber
from paperdigest.core.text import display
from real_papers import real_papers, recorded_papers

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RAW = re.compile(
    r"""
    \\[A-Za-z%&$\#_{}'"`^]            # a command, a sign that was escaped, an accent
    | \{\\?(?:bf|it|em|tt|sc|rm|sl|cal)\b
    | [_^]\{ | \^\d | (?<![\w/])_\d   # scripts
    | `` | ''                         # quotes
    | \$\s?[^\s$\d][^$]*\$ | \$\$    # formulas
    | ~\[ | ~\\ | \]~                 # ties
    | \b(?:cite[pt]?|ref|text(?:bf|it|tt|sc|rm)?|emph|math(?:cal|bb|bf|rm|sf|it)|frac|sqrt|url|href)\{
    | \}\{                            # what is left of two arguments
    | &(?:amp|lt|gt|quot|nbsp|\#\d+|\#x[0-9A-Fa-f]+);
    | </?(?:[a-z]+:)?[A-Za-z][^<>]*>  # a tag
    """,
    re.VERBOSE,
)
# An address may have in it what it likes.
ADDRESS = re.compile(r"https?://\S+")
SLACK_LINK = re.compile(r"<https?://[^>|]+\|([^>]*)>")
READER = keywords(["language", "learning", "model", "data", "the", "of"])


def papers() -> Iterator[Paper]:
    yield from real_papers().values()
    yield from recorded_papers()


def raw_in(text: str) -> list[str]:
    text = ADDRESS.sub("", text)
    return [text[max(0, one.start() - 30) : one.end() + 30] for one in RAW.finditer(text)]


@pytest.mark.parametrize(
    "text",
    [r"24\% of", r"{\bf P}re", "{bf P}re", "M^2FOLD", "x_{ij}", "``maps", r"\cite{a}", "cite{a}", "~[a]", r"\'e", "a $x_1$ b", "a $ x $ b",
     "R&amp;D", "&#x2013;", "<i>Vitis</i>", "</jats:p>", "mathcal{O}", "x}{x", r"\newline"],
)  # fmt: skip
def test_what_is_raw_is_seen(text: str) -> None:
    assert raw_in(text)


@pytest.mark.parametrize(
    "text",
    ["24% of R&D", "a < b > c", "weights in {-1, 0, 1}", "$5 to $10", "snake_case", "~20%", "https://a.example/{x}{y}", "x^(2/3)", "p <0.05", "[a]~5"[:3]],
)  # fmt: skip
def test_what_is_typed_is_let_alone(text: str) -> None:
    assert raw_in(text) == []


def test_nothing_raw_is_displayed_of_real_papers() -> None:
    for paper in papers():
        for text in (paper.title, paper.abstract, paper.venue, *paper.authors):
            assert raw_in(display(text)) == []


def test_nothing_raw_is_in_the_digests_of_real_papers() -> None:
    found = list(papers())
    for first in range(0, len(found), 40):
        message = rendered(made(found[first : first + 40]))
        slack = html.unescape(slack_of(message)).replace("\u034f", "").replace("\u200b", "")
        page = Page(message.html)
        for form in (message.subject, page.text, message.text.replace("*", ""), slack):
            assert raw_in(flat(SLACK_LINK.sub(r"\1", form))) == []


def test_the_styles_of_real_papers_are_within_what_is_shown() -> None:
    found = [
        (text, styles_of(text)) for paper in papers() for text in (paper.title, paper.abstract)
    ]
    for text, styles in found:
        assert all(0 <= start < end <= len(display(text)) for start, end, _ in styles)
    assert any(styles for _, styles in found)


def made(some: list[Paper]) -> Digest:
    """Return a digest of the papers: half of them whole, the others by title."""
    finds = tuple(
        Find(key, paper, "new", key, NOW, hits=lambda paper=paper: READER.hits(paper))  # type: ignore[misc]  # bound early
        for key, paper in enumerate(some, 1)
    )
    sections = arrange((TopicFinds("Models", finds, limit=len(some) // 2),), Desk(), NOW)
    slot = Slot("2026-11-20T08:00 UTC", NOW)
    frame = letter.Frame(
        Subscriber("ada"),
        slot,
        "digest",
        NOW,
        NOW - timedelta(days=1),
        NOW,
        seen=len(some),
        operator=(),
    )
    return letter.digest(frame, sections)
