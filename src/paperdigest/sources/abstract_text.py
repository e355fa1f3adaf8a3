"""An abstract without what others print around it: the word "Abstract" above, a journal's statements below.

What is left keeps its markup. A text that only begins like a heading ("Abstract interpretation …") is none.
"""

from __future__ import annotations

import re

_TAG = r"<[a-z/][^<>]{0,300}>"
#: `<h3>Abstract</h3>`, also within another element and with its own bold.
_ELEMENT = re.compile(
    rf"(?P<around>(?:{_TAG}\s*)*?)<(?P<name>[a-z][\w:-]{{0,30}})\b[^<>]{{0,300}}>\s*(?:{_TAG}\s*)?"
    rf"(?:abstract|summary)\s*[.:]?\s*(?:{_TAG}\s*)?</(?P=name)>\s*",
    re.IGNORECASE,
)
#: With these a sentence begins, and no term that begins with "Abstract" goes on.
_STARTERS = (
    r"(?:We|The|This|These|In|An?|It|Its|Our|Here|There|To|For|From|On|At|By|As|With|While|When|Although|Despite|Since"
    r"|Background|Objectives?|Purpose|Aims?|Introduction|Motivation|Context|Importance|Recent|Many|Most|Some"
    r"|Over|Large|Existing)\b"
)
_WORD = re.compile(
    rf"(?P<around>(?:{_TAG}\s*)*)(?:(?i:abstract)\s*[:.—–]\s*|(?i:abstract)[ \t]*\n\s*|ABSTRACT\s+(?=\S)|Abstract\s*(?={_STARTERS}))"
)
#: What arXiv's feed says of a paper before its abstract, in copies of it.
_ANNOUNCED = re.compile(r"\s*arXiv:\S{1,40}\s+Announce Type:\s*[\w-]{1,20}\s*", re.IGNORECASE)
_ALONE = re.compile(rf"(?:{_TAG}\s*)*abstract\s*[.:]?\s*(?:{_TAG}\s*)*", re.IGNORECASE)
_STATEMENT = re.compile(r"\s*(?:#{1,6}\s*)?Competing Interest Statement.*", re.DOTALL)
#: Further back it is the abstract that speaks of such statements.
_LONGEST_STATEMENT = 3_000
_NOTHING = re.compile(r"(?:\s|[.,;:]|<[^<>]{0,1000}>|&nbsp;|&#160;)*")


def without_heading(text: str) -> str:
    """Return the text without a heading that only says it is an abstract, and of which paper."""
    if announced := _ANNOUNCED.match(text):
        text = text[announced.end() :]
    if _ALONE.fullmatch(text):
        return ""
    found = _ELEMENT.match(text) or _WORD.match(text)
    return found["around"] + text[found.end() :] if found else text


def without_statements(text: str) -> str:
    """Return the text without the statement on interests that bioRxiv's exports glue to its end."""
    found = _STATEMENT.search(text, max(0, len(text) - _LONGEST_STATEMENT))
    return text[: found.start()] if found else text


def says_nothing(text: str) -> bool:
    """Say whether there is nothing to read in the text: tags and punctuation at most."""
    return _NOTHING.fullmatch(text) is not None
