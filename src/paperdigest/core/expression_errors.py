"""What is said about an expression that means nothing: message, hint and place. Places count from 0 here."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from paperdigest.core.errors import QueryError

_TAG_FIELDS: Final = {
    "au": "author",
    "author": "author",
    "1au": "author",
    "abstract": "abstract",
    "jour": "venue",
    "journal": "venue",
    "ta": "venue",
    "mh": "keyword",
    "mesh": "keyword",
    "mesh terms": "keyword",
    "all": "any",
    "all fields": "any",
}
#: Fields that others have under another name.
_OTHER_NAMES: Final = {
    "intitle": "title",
    "inauthor": "author",
    "by": "author",
    "subject": "cat",
    "class": "cat",
    "primary": "cat",
    "tag": "keyword",
    "journal": "venue",
    "conference": "venue",
    "doi": "id",
    "arxiv": "id",
    "from": "source",
    "tiab": "title",
    "text": "any",
}
_AS_TEXT: Final = "as text, put it in quotes"
_LONG: Final = 40


def at(message: str, hint: str, start: int, end: int) -> QueryError:
    """Return the error about what stands from `start` to `end`."""
    return QueryError(message, hint, column=start + 1, length=max(1, end - start))


def unclosed_quote(start: int) -> QueryError:
    """`"graph neural`"""
    return at("this quote is never closed", 'add the closing "', start, start + 1)


def unclosed(start: int) -> QueryError:
    """`(a OR b`"""
    return at('this "(" is never closed', 'add the closing ")"', start, start + 1)


def unopened(start: int) -> QueryError:
    """`a ) b`"""
    return at('this ")" has no opening "("', "remove it, or add the opening one", start, start + 1)


def one_sided(start: int, operator: str) -> QueryError:
    """`a OR`"""
    said = f'"{operator}" needs a term on both sides'
    hint = f"add one, or remove it; {_AS_TEXT}"
    return at(said, hint, start, start + len(operator))


def nothing_after(start: int, operator: str) -> QueryError:
    """`a NOT`"""
    said = f'"{operator}" needs a term after it'
    return at(said, f"add one, or remove it; {_AS_TEXT}", start, start + len(operator))


def empty(start: int, end: int, hint: str = "add a term") -> QueryError:
    """`()`"""
    return at("this is empty", hint, start, end)


def only_excludes(start: int, end: int) -> QueryError:
    """`a OR -b`"""
    return at("this only excludes", "add a term that must be present", start, end)


def unknown_field(start: int, name: str, known: Iterable[str]) -> QueryError:
    """`titel:foo`"""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    guess = _OTHER_NAMES.get(name) or (close[0] if close else "")
    listed = "fields are title, abstract, author, cat, keyword, source, venue, id and any;"
    hint = f'did you mean "{guess}:"?' if guess else listed
    what = f'unknown field "{_short(name)}:"'
    return at(what, f"{hint} {_AS_TEXT}", start, start + len(name) + 1)


def star(start: int, word: str) -> QueryError:
    """`a*b`"""
    quoted = f'in quotes it is a character: "{_short(word)}"'
    hint = quoted if word.strip("*") else "write what comes before it"
    return at('"*" goes at the end of a word', hint, start, start + 1)


def star_behind_quote(start: int) -> QueryError:
    """`"graph neural"*`"""
    said = '"*" goes at the end of a word'
    return at(said, "write it before the closing quote", start, start + 1)


def star_in_id(start: int) -> QueryError:
    """`id:2401*`"""
    return at('"*" goes at the end of a word, not of an id', "write the whole id", start, start + 1)


def short_prefix(start: int, end: int, least: int) -> QueryError:
    """`tr*`"""
    said = f'"*" needs at least {least} characters before it'
    return at(said, "write more of the word, or all of it without the star", start, end)


def weight(start: int, number: str, word: str) -> QueryError:
    """`GNN^3`"""
    hint = f'in the topic; as text, write "{_short(word)}"' if word else "in the topic"
    return at(f"weights are set with `weight = {number}`", hint, start, start + 1 + len(number))


def tag(start: int, tag: str, word: str) -> QueryError:
    """`foo[tiab]`"""
    name = tag.strip("[]").partition(":")[0].lower()
    said = (
        f"PubMed tags are written `{_TAG_FIELDS.get(name, 'title')}:{_short(word) or 'foo'}` here"
    )
    hint = "without a field, title, abstract and keywords are searched"
    return at(said, hint, start, start + len(tag))


def and_not(start: int) -> QueryError:
    """`a ANDNOT b`"""
    hint = "write `-b` or `NOT b`"
    return at('"ANDNOT" is not known here', hint, start, start + len("ANDNOT"))


def exclamation(start: int, word: str) -> QueryError:
    """`!foo`"""
    word = _short(word)
    return at('"!" does not exclude here', f"write -{word} or NOT {word}", start, start + 1)


def no_number(start: int, digits: int) -> QueryError:
    """`"a b"~`"""
    hint = f'write "a b"~3: how far apart at most, from 1 to {10**digits - 1:,}'
    return at('"~" needs a number', hint, start, start + 1)


def lone_tilde(start: int, end: int) -> QueryError:
    """`graph~2`"""
    return at('"~" goes after a phrase in quotes', 'write "a b"~3', start, end)


def near_words(start: int, end: int, most: int) -> QueryError:
    """`"a b c d e f g"~9`"""
    said = f'"~" takes at most {most} words'
    return at(said, "leave some out, or join two such phrases with AND", start, end)


def near_literal(start: int, end: int) -> QueryError:
    """`="a b"~3`"""
    return at('"=" and "~" do not go together', "remove one of the two", start, end)


def near_names(start: int, end: int) -> QueryError:
    """`author:"a b"~3`"""
    said = '"~" is for words of title, abstract, keywords and venue'
    return at(said, "remove it and the number", start, end)


def equals_before_field(start: int, field: str) -> QueryError:
    """`=title:RAG`"""
    return at('"=" goes before the word', f"write {field}:=WORD", start, start + 1)


def lone_equals(start: int) -> QueryError:
    """`= a`"""
    hint = 'write =WORD or ="SOME WORDS"'
    return at('"=" needs a word or a quote right after it', hint, start, start + 1)


def lone_dash(start: int, dash: str) -> QueryError:
    """`a - b`"""
    hint = "to exclude, write -WORD without a blank; as text, put the whole in quotes"
    return at(f'"{_short(dash)}" stands alone', hint, start, start + len(dash))


def no_words(start: int, end: int, word: str) -> QueryError:
    """`a & b`"""
    text = "remove it, or put the whole in quotes"
    hint = "a blank means AND" if word in {"&", "&&", "+"} else text
    return at(f'"{_short(word)}" holds nothing to look for', hint, start, end)


def regular_expression(start: int, end: int) -> QueryError:
    """`/x+y/`"""
    said = "regular expressions are not supported"
    return at(said, "use `prefix*` or OR", start, end)


def too_long(length: int, most: int) -> QueryError:
    """More characters than are read."""
    said = f"this query has {length:,} characters"
    return at(said, f"at most {most:,} are read: make it two topics", most, length)


def too_many(start: int, end: int, most: int) -> QueryError:
    """More terms than are looked for."""
    said = f"this query has more than {most} terms"
    return at(said, "make it two topics", start, end)


def too_deep(start: int, most: int) -> QueryError:
    """More brackets inside each other than anyone can read."""
    said = f"brackets are nested more than {most} levels deep"
    return at(said, "write it flatter, or make it two topics", start, start + 1)


def _short(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in text[: _LONG + 1])
    return shown if len(text) <= _LONG else shown[:_LONG] + "…"
