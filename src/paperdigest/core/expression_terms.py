"""One term of an expression: its kind, its text and where it looks."""

from __future__ import annotations

import re
from typing import Final

from paperdigest.core import expression_errors as errors
from paperdigest.core.errors import QueryError
from paperdigest.core.expression_tokens import Sign, Token
from paperdigest.core.identity import normal_id
from paperdigest.core.keyword import SHORTEST_PREFIX
from paperdigest.core.pattern import has_words
from paperdigest.core.text import clean, display
from paperdigest.core.tree import ANY_FIELDS, TEXT_FIELDS, Field, Kind, Term

NEAR_WORDS: Final = 6

_LISTED: Final = frozenset({Field.AUTHOR, Field.CATEGORY, Field.SOURCE, Field.ID})
_NOT_FOLDED: Final = _LISTED - {Field.AUTHOR}
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_KINDS: Final = {  # (literal, near, prefix)
    (False, False, False): Kind.PHRASE,
    (False, False, True): Kind.PREFIX,
    (True, False, False): Kind.LITERAL,
    (True, False, True): Kind.LITERAL_PREFIX,
    (False, True, False): Kind.NEAR,
    (False, True, True): Kind.NEAR_PREFIX,
}


def term(token: Token, fields: tuple[Field, ...], typed: str) -> Term:
    """Return the term of a token. `typed` is what its hits are called. Raises QueryError."""
    name = " ".join(typed.split())
    if token.sign is Sign.ID and fields in {TEXT_FIELDS, ANY_FIELDS, (Field.ID,)}:
        return _id(token, name)
    shown, prefix = _without_star(token, fields)
    if not _says_something(shown, fields):
        raise _nothing(token)
    if token.within:
        return _near(token, shown, fields, name, prefix=prefix)
    if prefix:
        _check_prefix(token)
    if _NOT_FOLDED.issuperset(fields):
        shown = shown.replace("″", '"')  # how core.reading writes it
    if fields == (Field.ID,):
        shown = _known_id(shown)
    return Term(shown, _KINDS[token.literal, False, prefix], fields, typed=name)


def _says_something(text: str, fields: tuple[Field, ...]) -> bool:
    if _LISTED.issuperset(fields):
        return any(map(str.isalnum, text))
    # What begins with a plain letter is a word, whatever TeX does with the rest.
    return (text[:1].isascii() and text[:1].isalnum()) or has_words(text)


def _id(token: Token, name: str) -> Term:
    star = token.text.find("*")
    if star >= 0:
        raise errors.star_in_id(token.begin + star)
    shown = clean(token.text).replace("″", '"')
    if not any(map(str.isalnum, shown)):
        raise _nothing(token)
    return Term(_known_id(shown), fields=(Field.ID,), typed=name)


def _known_id(text: str) -> str:
    """Return the form that history knows; a bare number may belong to any origin and stays."""
    return normal_id(text) if "/" in text or ":" in text else text


def _near(
    token: Token, text: str, fields: tuple[Field, ...], name: str, *, prefix: bool
) -> Term:  # fmt: skip
    tilde = token.end - len(str(token.within)) - 1
    if token.literal:
        raise errors.near_literal(tilde, token.end)
    if _LISTED.issuperset(fields):
        raise errors.near_names(tilde, token.end)
    words = sum(has_words(part) for part in display(text).split())
    if words > NEAR_WORDS:
        raise errors.near_words(tilde, token.end, NEAR_WORDS)
    if prefix:
        _check_prefix(token)
    if words == 1:
        return Term(text, _KINDS[False, False, prefix], fields, typed=name)
    return Term(text, _KINDS[False, True, prefix], fields, token.within, typed=name)


def _without_star(token: Token, fields: tuple[Field, ...]) -> tuple[str, bool]:
    """Return the text, and whether a star at its end makes it a prefix."""
    text = clean(token.text)
    if token.sign is Sign.PHRASE:
        prefix = text[-1:] == "*" and bool(text[-2:-1].strip(" *"))
    else:
        star = text.find("*")
        prefix = star >= 0
        if prefix and (star < len(text) - 1 or star == 0):
            raise errors.star(token.begin + token.text.index("*"), text)
    if prefix and fields == (Field.CATEGORY,) and text.endswith(".*"):
        return text, False  # all of an archive: core.listed knows it
    if prefix and fields == (Field.ID,):
        raise errors.star_in_id(token.begin + token.text.rindex("*"))
    return (text[:-1], True) if prefix else (text, False)


def _check_prefix(token: Token) -> None:
    before = token.text[: token.text.rindex("*")]
    last = before.rsplit(maxsplit=1)[-1]
    if len(_LETTER_OR_DIGIT.findall(last)) < SHORTEST_PREFIX:
        start = token.begin + len(before) - len(last)
        raise errors.short_prefix(start, start + len(last) + 1, SHORTEST_PREFIX)


def _nothing(token: Token) -> QueryError:
    if not token.text.strip():
        return errors.empty(token.start, token.end)
    return errors.no_words(token.start, token.end, token.text)
