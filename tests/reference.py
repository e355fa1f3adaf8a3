"""The query language once more, slow and obvious: what a term finds in a text, and where.

Written from the page alone and by no means fast: every way to read neighbours as one word is tried on
both sides. Shares with the matcher what a text looks like (`display`), what a word is in the singular
and in American spelling, and the closed lists; nothing of its signs, words, joining or scanning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from unicodedata import category, normalize

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.plural import singulars
from paperdigest.core.spelling import american, american_openings
from paperdigest.core.text import display
from paperdigest.core.tree import Kind, Term
from reference_words import APOSTROPHES, HYPHENS, JOIN, MARK, Said, read

Place = tuple[int, int]

MOST_LETTERS = 64  # of a word that has a plural or a British spelling

# ----------------------------------------------------------------------------------- the same word


@cache
def folded(shape: str, both: bool) -> frozenset[str]:
    """Return what a word is without case, number and British spelling. `both`: in capitals or not."""
    raw = shape.casefold()
    if len(shape) > MOST_LETTERS:
        return frozenset([raw])
    small = [raw] if len(raw) <= 3 else singulars(raw)
    if both:
        return frozenset(map(american, (*small, raw)))
    stem = shape[:-1]
    if shape.endswith("s") and len(stem) >= 2 and _in_capitals(stem[-1], stem):
        return frozenset([american(stem.casefold())])
    return frozenset([american(raw)] if shape.isupper() else map(american, small))


def _in_capitals(last: str, stem: str) -> bool:
    return (last.isupper() or last.isdigit()) and stem != stem.lower()


@cache
def folded_as_one(shapes: tuple[str, ...], both: bool) -> frozenset[str]:
    """Return the same of several words read as one."""
    if len(shapes) == 1:
        return folded(shapes[0], both)
    whole, last = "".join(shapes), shapes[-1]
    if last.casefold() in FUNCTION_WORDS:
        whole = whole.upper()  # its s is no plural: "LLM-as-a-judge"
    head = "".join(american(shape.casefold()) for shape in shapes[:-1])
    return folded(whole, both) | {head + ending for ending in folded(last, both)}


def is_small(shapes: tuple[str, ...]) -> bool:
    """Say whether a query's word is typed in small letters, the first apart."""
    whole = "".join(shapes)
    return whole[1:] == whole[1:].lower() and not whole.isupper()


def same(wanted: Said, a: int, b: int, there: Said, c: int, d: int) -> bool:
    """Say whether the words a to b of a query, as one, are the words c to d of a text, as one."""
    asked, found = wanted.shapes(a, b), there.shapes(c, d)
    if folded_as_one(asked, wanted.capitals) & folded_as_one(found, there.capitals):
        return True
    very_letters = "".join(asked).casefold() == "".join(found).casefold()
    return very_letters and is_small(asked) and not wanted.capitals


_openings = cache(american_openings)


def opens(wanted: Said, a: int, there: Said, c: int, d: int) -> bool:
    """Say whether the words of a query from a on begin the words c to d of a text, read as one."""
    if any(there.gaps[at] != JOIN for at in range(c + 1, d)):
        return False
    shapes = there.shapes(c, d)
    letters = [shape.casefold() for shape in shapes]
    forms = {"".join(letters), american("".join(letters)), "".join(map(american, letters))}
    forms |= folded_as_one(shapes, there.capitals)
    asked = "".join(wanted.shapes(a, len(wanted.tokens))).casefold()
    return any(form.startswith(one) for one in _openings(asked) for form in forms)


# ------------------------------------------------------------------------------------------- terms


def places(term: Term, text: str) -> set[Place]:
    """Return where a term is found in a text, in code points of the text as displayed."""
    there = read(text)
    if term.kind in (Kind.NEAR, Kind.NEAR_PREFIX):
        return _near(term, there)
    wanted = read(term.text)
    if not wanted.tokens:
        return set()
    if term.kind in (Kind.LITERAL, Kind.LITERAL_PREFIX):
        spans = _literal(wanted, there, prefix=term.kind is Kind.LITERAL_PREFIX)
    else:
        spans = _phrase(wanted, there, prefix=term.kind is Kind.PREFIX)
    return {(there.tokens[c].start, there.tokens[d - 1].end) for c, d in spans}


def _phrase(wanted: Said, there: Said, *, prefix: bool) -> set[Place]:
    found: dict[int, set[int]] = {}
    for b, first, d in _beginnings(wanted, there, prefix=prefix):
        if there.tokens[first].may_start:
            pasts = {d} if b < 0 else set(_pasts(wanted, there, b, d, prefix=prefix))
            found.setdefault(first, set()).update(pasts)
    if prefix:
        found = {
            first: {_whole_idiom(there, min(pasts))} for first, pasts in found.items() if pasts
        }
    return {
        (first, past)
        for first, pasts in found.items()
        for past in pasts
        if there.tokens[past - 1].may_end
    }


def _whole_idiom(there: Said, past: int) -> int:
    while not there.tokens[past - 1].may_end:
        past += 1  # an idiom is shown whole
    return past


def _beginnings(wanted: Said, there: Said, *, prefix: bool) -> Iterator[tuple[int, int, int]]:
    """Yield (b, c, d): the words up to b of the query are the words c to d of the text. All of a
    prefix: b is -1."""
    for b in wanted.compounds(0):
        if prefix and b == len(wanted.tokens):
            for c in range(len(there.tokens)):
                yield from ((-1, c, d) for d in there.compounds(c) if opens(wanted, 0, there, c, d))
            continue
        shapes = wanted.shapes(0, b)
        letters = {*folded_as_one(shapes, wanted.capitals), "".join(shapes).casefold()}
        near = {
            place for one in letters for place in _stretches_by_letters(there.text).get(one, ())
        }
        yield from ((b, c, d) for c, d in near if same(wanted, 0, b, there, c, d))


@cache
def _stretches_by_letters(text: str) -> dict[str, list[Place]]:
    """Index every way to read words of a text as one by all letters it may be found under."""
    said, found = read(text), dict[str, list[Place]]()
    for c in range(len(said.tokens)):
        for d in said.compounds(c):
            shapes = said.shapes(c, d)
            for letters in {*folded_as_one(shapes, said.capitals), "".join(shapes).casefold()}:
                found.setdefault(letters, []).append((c, d))
    return found


def _pasts(wanted: Said, there: Said, a: int, c: int, *, prefix: bool) -> Iterator[int]:
    """Yield where the text is when the query is done; the query is at word a, the text at word c."""
    if a == len(wanted.tokens):
        yield c
        return
    if c == len(there.tokens) or (a and (wanted.gaps[a] == MARK) != (there.gaps[c] == MARK)):
        return
    for b, d in product(wanted.compounds(a), there.compounds(c)):
        if prefix and b == len(wanted.tokens):
            if opens(wanted, a, there, c, d):
                yield d
        elif same(wanted, a, b, there, c, d):
            yield from _pasts(wanted, there, b, d, prefix=prefix)


def _literal(wanted: Said, there: Said, *, prefix: bool) -> set[Place]:
    count = len(wanted.tokens)
    words, gaps = _as_typed(wanted, 0, count)
    found: set[Place] = set()
    for first in range(len(there.tokens) - count + 1):
        past = first + count
        if not there.tokens[first].raw.startswith(wanted.tokens[0].raw):
            continue
        said, between = _as_typed(there, first, past)
        last = there.tokens[past - 1].raw.startswith(wanted.tokens[-1].raw)
        if prefix and last and said[-1].startswith(words[-1]):
            said[-1] = words[-1]
            while past < len(there.tokens) and not there.tokens[past - 1].may_end:
                past += 1
        allowed = there.tokens[first].may_start and there.tokens[past - 1].may_end
        if allowed and (said, between) == (words, gaps):
            found.add((first, past))
    return found


def _as_typed(said: Said, first: int, past: int) -> tuple[list[str], list[str]]:
    tokens = said.tokens[first:past]
    words = [_literally(said.text[token.start : token.end]) for token in tokens]
    between = [
        re.sub(r"\s+", " ", _literally(said.text[left.end : right.start]))
        for left, right in pairwise(tokens)
    ]
    return words, between


def _literally(text: str) -> str:
    for kinds, plain in ((HYPHENS, "-"), (APOSTROPHES, "'")):
        text = re.sub(f"[{kinds}]", plain, text)
    return "".join(sign for sign in normalize("NFKC", text) if category(sign) != "Cf")


def _near(term: Term, there: Said) -> set[Place]:
    """Return the places of the shortest stretches that hold all words of a NEAR."""
    words = [word for word in display(term.text).split() if read(word).tokens]
    spans = [
        sorted(
            _phrase(
                read(word),
                there,
                prefix=term.kind is Kind.NEAR_PREFIX and at == len(words) - 1,
            )
        )
        for at, word in enumerate(words)
    ]
    stretches = set(_stretches(spans, term.within))
    shortest = {
        one
        for one in stretches
        if not any(
            one[0] <= other[0] and other[1] <= one[1] and one != other for other in stretches
        )
    }
    return {(there.tokens[c].start, there.tokens[d - 1].end) for c, d in shortest}


def _stretches(spans: list[list[Place]], within: int) -> Iterator[Place]:
    """Yield what every choice of one place for each word covers, if it is near enough.

    No word of the text stands for two that are asked for.
    """
    if not spans:
        return

    def chosen(at: int, taken: tuple[Place, ...]) -> Iterator[Place]:
        if at == len(spans):
            first, past = min(c for c, _ in taken), max(d for _, d in taken)
            if past - 1 - first <= within:
                yield first, past
            return
        for place in spans[at]:
            apart = all(place[1] <= c or d <= place[0] for c, d in taken)
            if apart and all(abs(place[0] - c) <= within for c, _ in taken):
                yield from chosen(at + 1, (*taken, place))

    yield from chosen(0, ())
