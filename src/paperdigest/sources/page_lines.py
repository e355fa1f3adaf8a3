"""Tell titles from abstracts in a list of lines that says neither.

Every line gets one role so that the whole sequence is the likeliest one (Viterbi's algorithm over costs,
linear in the lines): one missing abstract costs one small penalty where it is and shifts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise, zip_longest

from paperdigest.sources.page_chrome import is_chrome, says_no_abstract


class Role(IntEnum):
    """What a line is."""

    CHROME = 0
    TITLE = 1
    TITLE_REST = 2  # the second half of a title that was wrapped
    ABSTRACT = 3
    ABSTRACT_REST = 4
    ORPHAN = 5  # an abstract that follows no title


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its number from 1, its text, and whether a blank one stood before it."""

    number: int
    text: str
    gap: bool


_NOTHING, _TITLED, _DONE = range(
    3
)  # what has been read: nothing, a title, a title with its abstract

_MISSING = 3.0  # a title without an abstract
_ORPHAN = 6.0  # an abstract without a title
_NEVER = 1e9
#: The longest abstract that is usual (arXiv takes 1,920 characters): two that join to more are two.
_LONGEST = 2100
#: A page whose longest line is longer was not wrapped.
_WIDEST = 250
_LOW = 7.0  # an abstract that begins in small letters
_REST_LIKE_TITLE = 3.5
_CUT_OFF = 5.0  # the last line may have lost its end
#: Features are looked for in this many characters: enough to tell, and a huge line costs no more.
_LOOK = 800

_SENTENCE_WORD = re.compile(
    r"\b(?:we|our|us|this|these|it|its|is|are|was|were|be|been|has|have|can|which|that|however|propose[sd]?|present[s]?"
    r"|introduce[sd]?|show[sn]?|study|studies|demonstrate[sd]?|achieve[sd]?|develop|investigate|explore|find)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<![A-Z])(?<!\bvs)(?<!\bal)(?<!\bDr)\.[)\"'”’]*\s+[A-Z(\"“]")
_END = re.compile(r"[.!?…。][)\]\"'”’*]*$|https?://\S+$|\b\w+\.(?:com|io|org|ai|net|edu)(?:/\S*)?$")
_ADDRESS = re.compile(r"https?://\S+")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_LOWER_START = re.compile(r"(?:[a-z]+(?:['’][a-z]+)?(?:-[a-z]+)*[,;.)]?(?:\s|$)|[,;.)\]%])")
_AFTERTHOUGHT = re.compile(
    r"(?:the |our |all |source |more |additional )?(?:code|codes|data|dataset|datasets|model|models|project|demo|github|website"
    r"|video|videos|resources|checkpoints|weights|implementation|https?:|available|released?|results|keywords)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:however|to (?:address|this end|tackle|overcome|bridge|solve|mitigate|fill)|specifically|moreover|furthermore|additionally"
    r"|in addition|in particular|extensive|experiment(?:s|al)?|empirical(?:ly)?|finally|lastly|our|these|such|they|it|then|thus"
    r"|therefore|consequently|hence|notably|also|based on|inspired by|unlike|compared|results|here|as a result|for example"
    r"|for instance|meanwhile|nevertheless|yet|instead|first(?:ly)?|second(?:ly)?|next|by doing so|importantly|conversely)\b",
    re.IGNORECASE,
)
_HANGING = re.compile(
    r"(?:[,:;&/+–-]|\b(?:and|or|of|for|with|in|on|the|a|an|to|via|by|from|using|into|as|at|under|through|towards?|between|without|is|are))$",
    re.IGNORECASE,
)


def roles(lines: Sequence[Line], *, is_cut: bool = False) -> list[Role]:
    """Return the role of each line, the whole sequence being the cheapest. `is_cut`: the last line may have
    lost its end."""
    layout = _Layout.of(lines)
    costs = [0.0, _NEVER, _NEVER]
    back: list[tuple[tuple[int, Role], ...]] = []
    before = ""
    for line, after in zip_longest(lines, lines[1:]):
        best = [_NEVER * 2] * 3
        came: list[tuple[int, Role]] = [(0, Role.CHROME)] * 3
        for start, end, role, cost in _options(line, before, after, layout):
            total = costs[start] + cost
            if is_cut and after is None and role is Role.ABSTRACT:
                total -= 0.0 if _title_case(line.text) else _CUT_OFF
            if total < best[end]:
                best[end], came[end] = total, (start, role)
        costs = best
        back.append(tuple(came))
        before = "" if _is_no_text(line.text) else line.text
    costs[_TITLED] += _MISSING
    return _walked(back, costs.index(min(costs)))


def _walked(back: list[tuple[tuple[int, Role], ...]], state: int) -> list[Role]:
    found = []
    for came in reversed(back):
        state, role = came[state]
        found.append(role)
    return found[::-1]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the whole page shows: whether blank lines part everything, whether there are any to speak of,
    and the width at which all lines were wrapped (0: they were not)."""

    spaced: bool
    some_gaps: bool
    width: int

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Layout:
        gaps = sum(line.gap for line in lines[1:])
        pairs = max(1, len(lines) - 1)
        return cls(gaps > 0.6 * pairs, gaps > 0.05 * pairs, _width(lines))

    def flows(self, before: str, line: Line) -> bool | None:
        """Say whether the line begins where the one before was full; None if lines were not wrapped."""
        return _overflows(before, line, self.width) if self.width else None


def _width(lines: Sequence[Line]) -> int:
    """Return the width of a wrapped page: where a line goes on in small letters, the one before was full."""
    width = max((len(line.text) for line in lines), default=0)
    if width > _WIDEST:
        return 0
    pairs = [
        (one.text, two) for one, two in pairwise(lines) if _starts_low(two.text) and not two.gap
    ]
    full = sum(_overflows(before, line, width) for before, line in pairs)
    return width if len(pairs) >= 4 and full >= 0.9 * len(pairs) else 0


def _overflows(before: str, line: Line, width: int) -> bool:
    return not line.gap and len(before) + 1 + len(line.text.partition(" ")[0]) > width


def _options(
    line: Line, before: str, after: Line | None, layout: _Layout
) -> list[tuple[int, int, Role, float]]:
    """Return (state before, state after, role, cost) for every way to read the line."""
    text = line.text
    head = text[:_LOOK]
    chrome = _chrome_cost(text)
    title = _title_cost(text, head) + (6.0 if chrome == 0 else 0.0)
    full = after is not None and layout.flows(text, after) is True
    abstract = _abstract_cost(text, head) + (6.0 if chrome == 0 else 0.0)
    if full:
        abstract = min(abstract, 1.5 + (_LOW if _starts_low(text) else 0.0))
    new = 2.5 if layout.spaced and not line.gap else 0.0
    if layout.flows(before, line) and not _END.search(before[-200:]):
        new += 4.0  # a full line without an end goes on
    rest, title_rest = _rest_costs(line, head, before, layout)
    return [
        (_NOTHING, _NOTHING, Role.CHROME, chrome),
        (_TITLED, _TITLED, Role.CHROME, chrome),
        (_DONE, _DONE, Role.CHROME, chrome),
        (_NOTHING, _TITLED, Role.TITLE, title + new),
        (_TITLED, _TITLED, Role.TITLE, title + new + _MISSING),
        (_DONE, _TITLED, Role.TITLE, title + new),
        (_TITLED, _TITLED, Role.TITLE_REST, title_rest),
        (_TITLED, _DONE, Role.ABSTRACT, abstract + new),
        (_NOTHING, _DONE, Role.ORPHAN, abstract + new + _ORPHAN),
        (_DONE, _DONE, Role.ORPHAN, abstract + new + _ORPHAN),
        (_DONE, _DONE, Role.ABSTRACT_REST, rest),
    ]


def _rest_costs(line: Line, head: str, before: str, layout: _Layout) -> tuple[float, float]:
    """Return what it costs to read the line as more of the abstract, or of the title, before it."""
    rest, title_rest = _rest_cost(line.text, head, before), _title_rest_cost(line.text, before)
    flows = layout.flows(before, line)
    if flows is None:
        joined = _joined_cost(line, spaced=layout.spaced, some_gaps=layout.some_gaps)
        return max(0.3, rest + joined), max(0.3, title_rest + joined)
    if not flows:
        return rest + 6.0, title_rest + 6.0
    wrapped_title = 1.0 + _title_cost(line.text, head) / 2
    return (rest if _title_case(head) else min(rest, 1.5)), min(title_rest, wrapped_title)


def _joined_cost(line: Line, *, spaced: bool, some_gaps: bool) -> float:
    if line.gap:
        return 2.0 if some_gaps else 0.0
    return -2.0 if spaced else 0.0


def _is_no_text(text: str) -> bool:
    return is_chrome(text) or says_no_abstract(text)


def _chrome_cost(text: str) -> float:
    if _is_no_text(text):
        return 0.0
    if _ADDRESS.fullmatch(text):
        return 1.0  # a button's, unless the abstract before it stops where an address belongs
    if len(text) < 10 or (len(text) < 20 and " " not in text):
        return 4.0
    return 8.0 + len(text) / 40


def _title_cost(text: str, head: str) -> float:
    size = len(text)
    cost = 2.0 if size < 10 else 0.0
    cost += min(30.0, max(0.0, size - 150) / 30 if size <= 300 else 8 + (size - 300) / 50)
    cost += 2.5 if text.endswith(".") else 0.0
    cost += min(9.0, 3.0 * len(_BREAK.findall(head)))
    words = len(_SENTENCE_WORD.findall(head))
    cost += min(7.0, 2.0 * words - 1.0) if words else 0.0
    cost += 2.0 if _starts_low(text) else 0.0
    return cost + (3.0 if "http" in head else 0.0)


def _abstract_cost(text: str, head: str) -> float:
    size = len(text)
    cost = _shortness(size)
    if not _END.search(text[-200:]):
        cost += 0.3 if size >= 300 else 4.0
    cost += _LOW if _starts_low(text) else 0.0
    if size < 300:
        cost += 0.0 if text.endswith(".") or _SENTENCE_WORD.search(head) else 2.0
        cost += 3.0 if _title_case(head) else 0.0
        cost += 3.0 if text.endswith("?") else 0.0
    return cost


def _shortness(size: int) -> float:
    for limit, cost in ((20, 6.0), (50, 4.5), (100, 3.0), (200, 2.0), (400, 1.0)):
        if size < limit:
            return cost
    return 0.0


def _rest_cost(text: str, head: str, before: str) -> float:
    """Return what it costs to read the line as more of the abstract before it."""
    size = len(text)
    if not before:  # the page's own words stood between
        return 9.0
    if size < 300 and _title_case(head):
        return _REST_LIKE_TITLE + (0.0 if _END.search(before[-200:]) is None else 7.5)
    if _starts_low(text) or _ADDRESS.fullmatch(text):
        return 0.3 if _END.search(before[-200:]) is None else 3.0
    if _END.search(before[-200:]) is None:
        return 2.5
    too_long = 6.0 if size + len(before) > _LONGEST else 0.0
    if _GOES_ON.match(text) or (
        size < 300 and _AFTERTHOUGHT.match(text) and _title_cost(text, head) > 2
    ):
        return 3.0 + too_long
    return (5.0 if size < 120 and _SENTENCE_WORD.search(head) else 8.5) + too_long


def _title_rest_cost(text: str, before: str) -> float:
    """Return what it costs to read the line as the second half of a title."""
    if not before or len(text) > 200 or len(before) > 200:
        return 20.0
    clue = _HANGING.search(before) is not None or _starts_low(text)
    return (1.0 if clue else 9.0) + (4.0 if text.endswith(".") else 0.0)


def _starts_low(text: str) -> bool:
    return _LOWER_START.match(text) is not None


def _title_case(head: str) -> bool:
    words = _LONG_WORD.findall(head)
    return len(words) >= 2 and sum(word[0].isupper() for word in words) >= 0.6 * len(words)
