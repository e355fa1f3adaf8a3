"""A text as words, by the letter of the query language: the first half of the slow reference.

Owns its signs, words and what parts them; shares only `display` and the closed lists with the matcher.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from unicodedata import category, combining, name, normalize

from paperdigest.core.closed_words import ABBREVIATIONS, DOTTED_PAIRS, FUNCTION_WORDS, IDIOMS
from paperdigest.core.text import display

MOST_PARTS = 12  # of one compound: nobody writes longer ones

HYPHENS = "\u2010\u2011\u2012\u2013\u2212\uff0d"
APOSTROPHES = "\u2018\u2019\u02bc\u2032"
PLAIN = {"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th"}
GREEK = {letter: name(letter).split()[-1].lower() for letter in "αβγδεζηθικμνξοπρστυφχψω"}
GREEK["λ"] = "lambda"  # Unicode spells it otherwise

# ------------------------------------------------------------------------------------------ signs


@dataclass(frozen=True)
class Sign:
    """A plain letter or other sign, its case kept, and where it stands in the text."""

    plain: str
    start: int
    end: int

    @property
    def counts(self) -> bool:
        return self.plain.isalnum()

    @property
    def unspaced(self) -> bool:
        return "\u3040" <= self.plain <= "\u30ff" or "\u4e00" <= self.plain <= "\u9fff"


def signs_of(text: str) -> list[Sign]:
    found: list[Sign] = []
    for at, letter in enumerate(text):
        if combining(letter) and found:
            last = found[-1]
            found[-1] = Sign(last.plain, last.start, at + 1)
        elif category(letter) != "Cf":
            found += [Sign(plain, at, at + 1) for plain in _plain(letter, text, at)]
    return found


def _plain(letter: str, text: str, at: int) -> str:
    if letter in HYPHENS:
        return "-"
    if letter in APOSTROPHES:
        return "'"
    bare = "".join(sign for sign in normalize("NFKD", letter) if not combining(sign))
    small = bare.lower().replace("ς", "σ")
    if small in GREEK and not _is_greek(text[at - 1 : at]) and not _is_greek(text[at + 1 : at + 2]):
        return GREEK[small] if bare == bare.lower() else GREEK[small].upper()
    swapped = PLAIN.get(small, bare)
    return swapped.upper() if small in PLAIN and bare != small else swapped


def _is_greek(letter: str) -> bool:
    return "\u0370" <= letter <= "\u03ff" and letter.isalpha() if letter else False


# ------------------------------------------------------------------------------------------ words


@dataclass
class Token:
    """A word of a text, or one sign of a script without blanks."""

    shape: str
    start: int
    end: int
    first: int  # its first and past its last sign
    past: int
    unspaced: bool
    hyphenated: bool = False  # a part of a hyphenated compound
    may_start: bool = True
    may_end: bool = True

    @property
    def raw(self) -> str:
        return self.shape.casefold()

    @property
    def free(self) -> bool:
        letter = self.raw.rstrip("+#")
        alone = len(letter) == 1 and letter.isalpha()
        return not (self.hyphenated or alone or self.raw in FUNCTION_WORDS)


NOTHING, BLANK, JOIN, WIDE, MARK = "nothing", "blank", "join", "join between blanks", "mark"


@dataclass
class Said:
    """A text as words. `gaps[i]` says what stands before word i."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    capitals: bool = False

    def joins(self, at: int) -> bool:
        left, right = self.tokens[at - 1], self.tokens[at]
        if left.unspaced or right.unspaced:
            return False
        return self.gaps[at] in (JOIN, WIDE) or (
            self.gaps[at] == BLANK and left.free and right.free
        )

    def compounds(self, start: int) -> Iterator[int]:
        """Yield where a word that starts at `start` may end, some words read as one."""
        yield start + 1
        for end in range(start + 2, min(len(self.tokens), start + MOST_PARTS) + 1):
            if not self.joins(end - 1):
                return
            yield end

    def shapes(self, start: int, end: int) -> tuple[str, ...]:
        return tuple(token.shape for token in self.tokens[start:end])


@cache
def read(text: str) -> Said:
    """Read a text as displayed."""
    shown = display(text)
    signs = signs_of(shown)
    said = Said(shown, _tokens(signs))
    said.gaps = [NOTHING] * bool(said.tokens)
    for at in range(1, len(said.tokens)):
        said.gaps.append(_gap(said.tokens, signs, at))
    for at in range(1, len(said.tokens)):
        left, right = said.tokens[at - 1 : at + 1]
        between = "".join(sign.plain for sign in signs[left.past : right.first])
        if re.fullmatch("-+", _without_possessive(between)) and said.gaps[at] == JOIN:
            left.hyphenated = right.hyphenated = True
    _tie_idioms(said, signs)
    said.capitals = (
        not any(letter.islower() and letter not in GREEK for letter in shown)
        and sum(token.shape != token.shape.lower() for token in said.tokens) >= 3
    )
    return said


def _tokens(signs: list[Sign]) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(signs):
        end = _word_end(signs, at)
        if end > at:
            shape = "".join(sign.plain for sign in signs[at:end])
            places = (signs[at].start, signs[end - 1].end)
            found.append(Token(shape, *places, at, end, signs[at].unspaced))
            at = end + len(_possessive(signs, at, end))
        else:
            at += 1
    return found


def _word_end(signs: list[Sign], at: int) -> int:
    """Return where the word that starts at this sign ends; `at` if none does."""
    ahead = "".join(sign.plain for sign in signs[at : at + 5])
    before = at > 0 and signs[at - 1].counts
    if not before and re.match(r"\.net(?![A-Za-z0-9])", ahead, re.IGNORECASE):
        return at + 4
    if not before and re.match(r"c\+\+", ahead, re.IGNORECASE):
        return at + 3
    if not before and re.match(r"[cf]#(?![A-Za-z0-9#])", ahead, re.IGNORECASE):
        return at + 2
    if not signs[at].counts:
        return at
    if signs[at].unspaced:
        return at + 1
    end = at + 1
    while end < len(signs) and (_goes_on(signs, end) or _is_decimal_point(signs, end)):
        end += 1
    pluses = end
    while pluses < len(signs) and signs[pluses].plain == "+":
        pluses += 1
    return end if pluses < len(signs) and _goes_on(signs, pluses) else pluses


def _goes_on(signs: list[Sign], at: int) -> bool:
    return signs[at].counts and not signs[at].unspaced


def _is_decimal_point(signs: list[Sign], at: int) -> bool:
    around = signs[at - 1 : at] + signs[at + 1 : at + 2]
    return signs[at].plain == "." and len(around) == 2 and all(s.plain.isdigit() for s in around)


def _possessive(signs: list[Sign], at: int, end: int) -> str:
    """Return the apostrophe of a possessive after a word, with its s."""
    after = "".join(sign.plain for sign in signs[end : end + 3])
    found = re.match(r"'s(?![^\W_])", after, re.IGNORECASE)
    if found:
        return found[0]
    plural = signs[end - 1].plain in "sS" and re.match(r"'(?![^\W_])", after)
    return "'" if plural else ""


def _without_possessive(between: str) -> str:
    return re.sub(r"^'[sS]?(?![A-Za-z0-9])", "", between)


def _gap(tokens: list[Token], signs: list[Sign], at: int) -> str:
    left, right = tokens[at - 1], tokens[at]
    possessive = _possessive(signs, left.first, left.past)
    between = "".join(sign.plain for sign in signs[left.past + len(possessive) : right.first])
    pair = (left.raw, right.raw)
    if between == "." and pair in DOTTED_PAIRS:
        return JOIN
    dotted = left.raw in ABBREVIATIONS or _ends_dotted_pair(tokens, signs, at - 1)
    if dotted and not possessive and between.startswith("."):
        between = between[1:] or " "
    if not between:
        return JOIN  # a change of script, or "C++17"
    bare = between.replace(" ", "")
    if not bare:
        return BLANK
    if set(bare) - set("-/&_") or "---" in bare:
        return MARK
    if set(bare) == {"-"}:
        if " " not in between:
            return JOIN
        return MARK if between[0] == between[-1] == " " else BLANK
    return WIDE if " " in between else JOIN


def _ends_dotted_pair(tokens: list[Token], signs: list[Sign], at: int) -> bool:
    if at < 1 or (tokens[at - 1].raw, tokens[at].raw) not in DOTTED_PAIRS:
        return False
    between = signs[tokens[at - 1].past : tokens[at].first]
    return [sign.plain for sign in between] == ["."]


def _tie_idioms(said: Said, signs: list[Sign]) -> None:
    """Hide the parts of a fixed idiom that is written with hyphens."""
    for first in range(len(said.tokens)):
        for idiom in [one for one in IDIOMS if one[0] == said.tokens[first].raw]:
            parts = said.tokens[first : first + len(idiom)]
            raws = [token.raw for token in parts]
            tied = len(parts) == len(idiom) and all(
                set("".join(s.plain for s in signs[left.past : right.first])) == {"-"}
                for left, right in pairwise(parts)
            )
            if tied and (*raws[:-1], raws[-1].removesuffix("s")) == idiom:
                for token in parts[1:]:
                    token.may_start = False
                for token in parts[:-1]:
                    token.may_end = False
