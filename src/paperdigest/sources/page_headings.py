"""Pages saved as Markdown whose titles are headings without links: which text belongs to which is plain there.

Headings of one level are titles; which, the page shows: the most frequent. What follows is the abstract up to
the page's own words. Pages without headings are `page_lines`'s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from paperdigest.sources.page_chrome import is_chrome, says_no_abstract

_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+(?P<text>\S.*?)[ \t#]*")
_REFERENCE = re.compile(r"\[(?P<text>[^\[\]]{0,1000})\](?:\[\d{1,5}\]|\([^()\s]{0,1000}\))")
_EMPHASIS = re.compile(r"\*\*|__")
#: Brackets of links that were opened or closed on other lines, pictures, lists of links.
_LEFT_OVER = re.compile(
    r"[\[\]]|\]?\[\d{1,5}\]|\]\([^()\s]*\)|[-*•]\s*|(?:[-*•]\s*)?!?\[.{0,300}\](?:\[\d{1,5}\]|\([^()\s]*\)).{0,40}|-{3,}|```\w*"
    r"|(?:[-*•]\s*)?\d{1,4} authors?|<a id=\"[\w-]*\"></a>"
)
_FEWEST = 2
#: No name or button is longer.
_PARAGRAPH = 200


@dataclass(slots=True)
class HeadedPaper:
    """A title and the lines below it that are its abstract. `number` is the title's line, from 1."""

    number: int
    title: str
    abstract: list[str] = field(default_factory=list)
    is_read: bool = False


def headed(text: str) -> list[HeadedPaper]:
    """Return the papers of a page, each once, in its order; none if its titles are no headings."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    levels = Counter(len(one[1]) for line in lines if (one := _HEADING.fullmatch(line.rstrip())))
    level, count = levels.most_common(1)[0] if levels else (0, 0)
    if count < _FEWEST:
        return []
    reader = _Reader(level)
    found = reader.read(lines)
    if reader.left * 4 > len(found):
        return []  # other papers stand between, whose titles are no headings
    once: dict[str, HeadedPaper] = {}
    for paper in found:
        known = once.setdefault(paper.title.casefold(), paper)
        known.abstract = known.abstract or paper.abstract
    return list(once.values())


class _Reader:
    """One reading of a page, line by line. `level` is that of the headings that are titles; `left` counts the
    paragraphs that belong to none of them."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._papers: list[HeadedPaper] = []
        self._open: HeadedPaper | None = None
        self.left = 0

    def read(self, lines: Sequence[str]) -> list[HeadedPaper]:
        gaps = sum(self._is_title(a) and not b.strip() for a, b in pairwise(lines))
        is_spaced = gaps * 2 > sum(map(self._is_title, lines))
        after_title = False
        for number, line in enumerate(lines, 1):
            heading = _HEADING.fullmatch(line.rstrip())
            if heading is not None:
                self._begin(number, heading)
                after_title = is_spaced and self._open is not None
            elif after_title and line.strip() and self._open is not None:
                self._open.title += " " + _plain(line.strip())  # a title that was wrapped
            else:
                after_title = False
                self._go_on(line.strip())
        return self._papers

    def _is_title(self, line: str) -> bool:
        heading = _HEADING.fullmatch(line.rstrip())
        return heading is not None and len(heading[1]) == self._level

    def _begin(self, number: int, heading: re.Match[str]) -> None:
        title = _plain(heading["text"])
        self._open = None
        if len(heading[1]) == self._level and title and not is_chrome(title):
            self._open = HeadedPaper(number, title)
            self._papers.append(self._open)

    def _go_on(self, line: str) -> None:
        paper = self._open
        if paper is None or not line or paper.is_read:
            self.left += len(line) > _PARAGRAPH
            return
        if is_chrome(line) or says_no_abstract(line) or _LEFT_OVER.fullmatch(line):
            paper.is_read = bool(paper.abstract)
        else:
            paper.abstract.append(line)


def _plain(text: str) -> str:
    """Return a heading's text without what Markdown added to it."""
    return _EMPHASIS.sub("", _REFERENCE.sub(lambda one: one["text"], text)).strip()
