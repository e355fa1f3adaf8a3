"""Keywords: plain phrases as people type them into a list. The expression language has its own parser."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from paperdigest.core.errors import QueryError
from paperdigest.core.expression_tokens import FIELDS, QUOTES
from paperdigest.core.pattern import has_words
from paperdigest.core.tree import TEXT_FIELDS, Field, Kind, Node, Term

LONGEST: Final = 2_000
SHORTEST_PREFIX: Final = 3
_FIELDS: Final = "|".join(FIELDS)
_LEADING_TITLE = re.compile(r"(?:title|ti):\s*")
_EXPRESSION = re.compile(
    rf"""(?<!\S)(?:OR|AND|NOT|ANDNOT)(?!\S)   # an operator
    | \|                                      # the other one
    | (?<!\\)[{QUOTES}]  # a quote, but not the accent of TeX
    | ^-                                      # an exclusion
    | ^(?:{_FIELDS}):                         # a field
    | (?<!\S)-?(?:{_FIELDS}):(?=\S)           # a field further on
    """,
    re.VERBOSE,
)
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def parse_keyword(text: str) -> Node:
    """Return the term of a keyword: a phrase, with `=` before it literal, with `title:` in titles
    only, with `*` after at least three characters a beginning.

    Raises QueryError for what is empty or looks like an expression; its column points into `text`.
    """
    if len(text) > LONGEST:
        raise QueryError(
            f"this keyword has {len(text):,} characters",
            f"at most {LONGEST:,} are read",
            column=LONGEST + 1,
            length=len(text) - LONGEST,
        )
    start, end = _inside(text)
    start, literal, in_title = _prefixes(text, start, end)
    expression = _EXPRESSION.search(text[start:end])
    if expression is not None:
        _refuse_expression(start + expression.start(), len(expression[0]))
    phrase, prefix = text[start:end], False
    if phrase[-1:] == "*" and phrase[-2:-1].strip(" *"):
        phrase, prefix = phrase[:-1], True
        _check_prefix(phrase, start)
    if not has_words(phrase):
        raise QueryError("this keyword is empty", "write a word", length=max(1, len(text)))
    fields = (Field.TITLE,) if in_title else TEXT_FIELDS
    return Term(phrase, _kind(literal=literal, prefix=prefix), fields, typed=" ".join(text.split()))


def _inside(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text.rstrip())


def _prefixes(text: str, start: int, end: int) -> tuple[int, bool, bool]:
    """Return where the phrase starts, whether `=` and whether `title:` stand before it."""
    literal = in_title = False
    while start < end:
        title = _LEADING_TITLE.match(text, start, end)
        if title is not None and not in_title:
            in_title, start = True, title.end()
        elif text[start] == "=" and not literal:
            literal, start = True, start + 1
        elif text[start].isspace():
            start += 1
        else:
            break
    return start, literal, in_title


def _refuse_expression(at: int, length: int) -> NoReturn:
    raise QueryError(
        "keywords are plain phrases",
        "write it as query = '…'",
        column=at + 1,
        length=length,
    )


def _check_prefix(phrase: str, start: int) -> None:
    last = phrase.rsplit(maxsplit=1)[-1]
    if len(_LETTER_OR_DIGIT.findall(last)) < SHORTEST_PREFIX:
        raise QueryError(
            f'"*" needs at least {SHORTEST_PREFIX} characters before it',
            "write more of the word, or all of it without the star",
            column=start + len(phrase) - len(last) + 1,
            length=len(last) + 1,
        )


def _kind(*, literal: bool, prefix: bool) -> Kind:
    if literal:
        return Kind.LITERAL_PREFIX if prefix else Kind.LITERAL
    return Kind.PREFIX if prefix else Kind.PHRASE
