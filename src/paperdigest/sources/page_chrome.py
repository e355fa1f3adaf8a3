"""The words of a saved papers page that are no papers: its header, buttons, counts, dates and foot.

Which remaining line is a title and which an abstract is decided in `page_lines`.
"""

from __future__ import annotations

import re

_PHRASES = frozenset(
    """
    new | subscribe | daily papers | trending papers | papers | daily | weekly | monthly | trending | today
    yesterday | this week | this month | date | all | hot | top | latest | most recent | sort by | search
    by ak and the research community | byak and the research community | ak and the research community
    by | ak | hugging face | huggingface | models | datasets | spaces | community | docs | enterprise | pricing
    buckets | posts | log in | login | sign up | signup | join | tos | terms of service | privacy | about | jobs
    careers | website | company | system theme | load more | show more | view all | view all papers | see all
    previous | next | prev | back | home | submit a paper | submit paper | upvote | upvoted | like | likes
    comments | comment | github | arxiv | arxiv page | view arxiv page | view pdf | pdf | code | project page | abstract
    add to collection | collections | share | submitted by | published on | organizations | leaderboards
    upload a photo | reply | skip to content | no results | no papers found | cookies | feedback
    """.replace("\n", "|").split("|")
)
_KNOWN = frozenset(" ".join(phrase.split()) for phrase in _PHRASES) - {""}

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_DATE = (
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:,?\s+\d{{4}})?"
    rf"|{_MONTH}\s+\d{{4}}|\d{{4}}-\d{{2}}(?:-\d{{2}})?|\d{{4}}-w\d{{1,2}}|week\s+\d{{1,2}}(?:,?\s+\d{{4}})?)"
)
# Browsers translate pages, and systems write dates in their own language: German, French, Spanish, Italian, Portuguese.
_OTHER_MONTH = (
    r"(?:januar|februar|märz|mai|juni|juli|oktober|okt|dezember|dez|janvier|janv|février|févr|mars|avril|avr|juin|juillet|juil"
    r"|août|septembre|octobre|novembre|décembre|déc|enero|ene|febrero|marzo|abril|abr|mayo|junio|julio|agosto|ago|septiembre"
    r"|octubre|noviembre|diciembre|dic|gennaio|gen|febbraio|aprile|maggio|mag|giugno|giu|luglio|lug|settembre|ottobre|ott"
    r"|dicembre|janeiro|fevereiro|fev|março|maio|junho|julho|setembro|outubro|dezembro)\.?"
)
_OTHER_DAY = (
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica"
    r"|(?:segunda|terça|quarta|quinta|sexta)-feira)"
)
_OTHER_DATE = (
    rf"(?:{_OTHER_DAY},?\s+)?\d{{1,2}}\.?\s+(?:de\s+)?(?:{_OTHER_MONTH}|{_MONTH})(?:\s+(?:de\s+)?\d{{4}})?"
    r"|\d{4}年\s?\d{1,2}月(?:\s?\d{1,2}日)?|\d{1,2}月\s?\d{1,2}日"
)
_BUTTON = r"(?:github|arxiv(?:\ page)?|upvoted?|project\ page|view\ (?:arxiv\ page|pdf)|add\ to\ collection)"
_PATTERN = re.compile(
    rf"""
    get\ trending\ papers\ in\ your\ e?-?mail\ (?:inbox)?.{{0,20}}
    | by\ ?\@?ak\ and\ the\ research\ community
    | (?:daily|weekly|monthly|trending)\ papers\b.{{0,24}}
    | (?:published|submitted|updated)?\ ?(?:on\ )?{_DATE}
    | {_DATE}\s?[-–—]\s?(?:{_DATE}|\d{{1,2}}(?:,?\s+\d{{4}})?)
    | {_OTHER_DATE}
    | (?:{_BUTTON}\s?(?:\d[\d.,]*\s?[km]?)?\s?){{1,5}}
    | [-+]?\d+(?:[.,]\d+)?\ ?[km]?                        # votes, comments
    | (?:\W\ ?)*\d+\ (?:authors?|comments?|upvotes?|likes?|papers?|stars?|replies|days?\ ago|hours?\ ago)
    | (?:submitted|shared)\ by\ .{{1,40}}
    | page\ \d+.{{0,12}} | \d+\ ?(?:-|of|/)\ ?\d+.{{0,10}}
    | (?:previous|next|\d+|[\W_])+                        # the pager, bullets, rules
    | (?:©|\(c\)|copyright).{{0,60}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
#: What stands between the page's own words in one line.
_DOTS = re.compile(r"[·•|]")
_NO_ABSTRACT = re.compile(
    r"\W*(?:n/?a|none|null|no abstract(?: available| provided)?|abstract (?:is )?(?:not available|unavailable|missing))\W*",
    re.IGNORECASE,
)
_GLUED = re.compile(
    r"get trending papers in your email inbox(?: once a day)?!?|by ?ak and the research community",
    re.IGNORECASE,
)
_GLUED_DATE = re.compile(
    rf"{_MONTH}\s+(?:3[01]|[12]\d|0?[1-9])(?:,\s+\d{{4}})?(?=[^\s,])", re.IGNORECASE
)
_SUBSCRIBE = re.compile(r"Subscribe(?=[^\s])")
#: A title of its own that begins with the word.
_SUBSCRIBER = re.compile(r"Subscribe(?:rs?|d|s)\b")


def is_chrome(line: str) -> bool:
    """Say whether a stripped line is part of the page and no part of any paper."""
    if len(line) > 80:
        return False
    if _is_words(line):
        return True
    parts = [part.strip() for part in _DOTS.split(line)]
    return len(parts) > 1 and all(not part or _is_words(part) for part in parts)


def _is_words(line: str) -> bool:
    return line.casefold() in _KNOWN or _PATTERN.fullmatch(line) is not None


def is_header(line: str) -> bool:
    """Say whether a line gives the page away: no other text has it."""
    return _GLUED.match(line) is not None


def says_no_abstract(line: str) -> bool:
    """Say whether a line only states that there is no abstract."""
    return len(line) < 40 and _NO_ABSTRACT.fullmatch(line) is not None


def unglued(line: str, *, after_chrome: bool) -> str:
    """Return the line without header phrases that were saved without a line end before the title.

    `after_chrome`: the line is the first one or follows the page's own words, where a header is likely.
    """
    while True:
        rest = _without_prefix(line, after_chrome=after_chrome)
        if rest == line:
            return line
        line, after_chrome = rest, True


def _without_prefix(line: str, *, after_chrome: bool) -> str:
    glued = _GLUED.match(line)
    if glued:
        rest = line[glued.end() :].strip()
        dated = _GLUED_DATE.match(rest)
        return (rest[dated.end() :] if dated else rest).strip() or line
    subscribe = _SUBSCRIBE.match(line)
    if subscribe and not _SUBSCRIBER.match(line):
        rest = line[subscribe.end() :]
        if after_chrome or not rest[0].islower():
            return rest.strip()
    return line
