"""An expression cut into its tokens, each with its place. What they mean together is `core.expression`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from paperdigest.core import expression_errors as errors
from paperdigest.core.tree import ANY_FIELDS, Field

DEEPEST: Final = 20  # brackets inside each other
LONGEST_NEAR: Final = 4  # digits

QUOTES: Final = '"\u201c\u201d\u201e\u201f\uff02'
HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    name: fields
    for names, fields in (
        ("title ti", (Field.TITLE,)),
        ("abstract abs", (Field.ABSTRACT,)),
        ("author au", (Field.AUTHOR,)),
        ("category cat", (Field.CATEGORY,)),
        ("keyword kw", (Field.KEYWORD,)),
        ("source src", (Field.SOURCE,)),
        ("venue", (Field.VENUE,)),
        ("id", (Field.ID,)),
        ("any all", ANY_FIELDS),
    )
    for name in names.split()
}

# A quote after a backslash is an accent of TeX, as in core.keyword.
_QUOTE = re.compile(rf"(?<!\\)[{QUOTES}]")
_WORD_END = re.compile(rf"[\s()|]|(?<!\\)[{QUOTES}]|\Z")
_ID_END = re.compile(rf"[\s|{QUOTES}]|\Z")
_BLANKS = re.compile(r"\s*")
_LONE_DASHES = re.compile(rf"[{HYPHENS}]+(?=[\s)|]|\Z)")
_FIELD = re.compile(r"([a-z]+):(?!:)")
_REGEX = re.compile(r"/[^\s/][^/]*/(?=[\s)|]|\Z)")
#: How an id begins that needs no field.
ADDRESS: Final = re.compile(
    r"https?://"
    r"|(?:[a-z]+\.)?(?:arxiv\.org/(?:abs|pdf|html)/|doi\.org/10\.)"
    r"|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7}(?:v\d+)?(?=[\s)|]|\Z)"
    r"|(?:(?:doi|info:doi/):?\s*)?10\.\d{4,9}/"
    r"|\d\d(?:0[1-9]|1[0-2])\.\d{5}(?:v\d+)?(?=[\s)|]|\Z)"
    r"|arxiv:\s*(?:\d{4}\.\d|[a-z-]+(?:\.[a-z]{2})?/\d)"
    r"|(?:pmid|openreview|openalex):\s*(?=\S*\d)"
    r"|oai:\S",
    re.IGNORECASE,
)
_WEIGHT = re.compile(r"\^(\d+(?:\.\d+)?)(?=[\s()|]|\Z)")
_TAG = re.compile(
    r"\[(?:ti|tiab|title|abstract|title/abstract|tw|text word|au|author|1au|ad|affiliation|mh|mesh"
    r"|mesh terms|majr|pt|publication type|dp|la|ta|jour|journal|sb|nm|all|all fields)(?::~?\w+)?\]",
    re.IGNORECASE,
)
_FUZZY = re.compile(r"(?<!\\)~[\d.]*(?=[\s()|]|\Z)")
_NEAR = re.compile(rf"~(\d{{1,{LONGEST_NEAR}}})(?=[\s()|^\[]|\Z)")


class Sign(StrEnum):
    """What a token is."""

    OPEN = "("
    CLOSE = ")"
    OR = "OR"
    AND = "AND"
    NOT = "NOT"
    FIELD = "field"
    WORD = "word"
    PHRASE = "phrase"
    ID = "id"
    END = "end"


TERMS: Final = frozenset({Sign.WORD, Sign.PHRASE, Sign.ID})
_OPERATORS: Final = {"OR": Sign.OR, "AND": Sign.AND, "NOT": Sign.NOT}


@dataclass(frozen=True, slots=True)
class Token:
    """One token from `start` to `end`. `text` is a term's own text, which begins at `begin`, or the
    name of a field or operator. `within` is for phrases with `~N`; 0: none.
    """

    sign: Sign
    text: str
    start: int
    end: int
    begin: int = 0
    literal: bool = False
    within: int = 0


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of an expression, the last one is END. Raises QueryError."""
    at = _after_blanks(text, 0)
    before: Token | None = None
    while at < len(text):
        before = _token(text, at, before)
        yield before
        at = _after_blanks(text, before.end)
    yield Token(Sign.END, "", len(text), len(text))


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _token(text: str, at: int, before: Token | None) -> Token:
    sign = text[at]
    if sign == "(":
        return Token(Sign.OPEN, sign, at, at + 1)
    if sign == ")":
        _check_after(text, at + 1)
        return Token(Sign.CLOSE, sign, at, at + 1)
    if sign == "|":
        return Token(Sign.OR, sign, at, at + 1)
    if sign in QUOTES:
        return _phrase(text, at)
    if sign == "=":
        return _literal(text, at)
    if sign in HYPHENS:
        return _minus(text, at, before)
    return _id_or_field(text, at, before) or _word(text, at)


def _phrase(text: str, at: int, *, literal: bool = False) -> Token:
    begin = at + 1 + literal
    closing = _QUOTE.search(text, begin)
    if closing is None:
        raise errors.unclosed_quote(begin - 1)
    end, within = closing.end(), 0
    if text[end : end + 1] == "~":
        near = _NEAR.match(text, end)
        if near is None or int(near[1]) == 0:
            raise errors.no_number(end, LONGEST_NEAR)
        end, within = near.end(), int(near[1])
    elif text[end : end + 1] == "*":
        raise errors.star_behind_quote(end)
    _check_after(text, end)
    inner = text[begin : closing.start()]
    return Token(Sign.PHRASE, inner, at, end, begin, literal, within)


def _literal(text: str, at: int) -> Token:
    if text[at + 1 : at + 2] in QUOTES and at + 1 < len(text):
        return _phrase(text, at, literal=True)
    field = _FIELD.match(text, at + 1)
    if field and field[1] in FIELDS:
        raise errors.equals_before_field(at, field[1])
    word = _word(text, at, literal=True)
    if not word.text:
        raise errors.lone_equals(at)
    return word


def _minus(text: str, at: int, before: Token | None) -> Token:
    within_dashes = before is not None and before.end == at and before.text in HYPHENS
    if not within_dashes and (lone := _LONE_DASHES.match(text, at)):
        raise errors.lone_dash(at, lone[0])
    return Token(Sign.NOT, text[at], at, at + 1)


def _id_or_field(text: str, at: int, before: Token | None) -> Token | None:
    wants_id = before is not None and before.sign is Sign.FIELD and before.text == "id"
    address = ADDRESS.match(text, at)
    if address or wants_id:
        return _id(text, at, address.end() if address else at)
    field = _FIELD.match(text, at)
    if field is None:
        if text[at] == "/" and (regex := _REGEX.match(text, at)):
            raise errors.regular_expression(at, regex.end())
        return None
    if field[1] not in FIELDS:
        raise errors.unknown_field(at, field[1], FIELDS)
    return Token(Sign.FIELD, field[1], at, field.end())


def _id(text: str, at: int, past: int) -> Token:
    """Read an id or address. It may hold brackets, but does not close those around it."""
    found = _ID_END.search(text, past)
    end = found.start() if found else len(text)
    depth = 0
    for place in range(at, end):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth < 0:
            end = place
            break
    own = text[at:end].rstrip(".,;:")
    return Token(Sign.ID, own, at, end, at) if own else _word(text, at)


def _word(text: str, at: int, *, literal: bool = False) -> Token:
    begin = at + literal
    found = _WORD_END.search(text, begin)
    end = found.start() if found else len(text)
    own = text[begin:end]
    if own == "ANDNOT" and not literal:
        raise errors.and_not(at)
    if own in _OPERATORS and not literal:
        return Token(_OPERATORS[own], own, at, end)
    _check_word(text, begin, end)
    return Token(Sign.WORD, own, at, end, begin, literal)


def _check_word(text: str, begin: int, end: int) -> None:
    """Refuse what other search engines write at a word's end."""
    tag = text.find("[", begin, end)
    while tag >= 0:
        if found := _TAG.match(text, tag):
            raise errors.tag(tag, found[0], text[begin:tag])
        tag = text.find("[", tag + 1, end)
    weight = text.rfind("^", begin + 1, end)
    if weight >= 0 and (found := _WEIGHT.match(text, weight)):
        raise errors.weight(weight, found[1], text[begin:end])
    fuzzy = text.rfind("~", begin + 1, end)
    if fuzzy >= 0 and (found := _FUZZY.match(text, fuzzy)):
        raise errors.lone_tilde(fuzzy, found.end())
    if text.startswith("!", begin) and text[begin + 1 : end].strip("!"):
        raise errors.exclamation(begin, text[begin + 1 : end])


def _check_after(text: str, end: int) -> None:
    """Refuse what other search engines write behind a phrase or a group."""
    if found := _WEIGHT.match(text, end):
        raise errors.weight(end, found[1], "")
    if found := _TAG.match(text, end):
        raise errors.tag(end, found[0], "")
    if text[end : end + 1] == "~":
        raise errors.lone_tilde(end, end + 1)
    if text[end : end + 1] == "*":
        raise errors.star(end, "")
