"""What publishers' feeds print around a paper: its journal and issue, its authors once more, a picture, a link back.

Each pattern is one publisher's habit, as its feeds were in 2024 to 2026. A text that shows none of them comes
back as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from paperdigest.sources.abstract_text import says_nothing, without_heading
from paperdigest.sources.date_words import told

_BREAK = r"(?:<br\s*/?>|\Z)(?:[\s.]|<br\s*/?>)*"
_DATE = r"(?:[A-Z][\w/–-]{2,20} )?(?:\d{1,2},? )?\d{4}"
_LABEL = r"(?:<b>\s*)?{}:(?:\s*</b>)?"

_PICTURE = re.compile(r"\s*(?:<p>\s*)?<img\b[^<>]{0,2000}>(?:\s*</p>)?\s*")
#: In the order in which they may follow each other; `venue`, `names` and `date` are what they tell.
_BEFORE = (
    # Nature: the journal, "Published online", a day, the DOI
    re.compile(
        r"\s*(?:<p>)?[^<>\n]{2,200}?, Published online: [^<>;]{4,40};\s*(?:<a\b[^<>]{0,500}>)?\s*"
        r"doi:\s*10\.\d{4,9}/(?:s\d{5}-\d{3}-\d{5}-\w|[^\s<>]+)(?:</a>)?\s*(?:</p>)?\s*"
    ),
    # Atypon (Science, PNAS, ACM, SIAM, Taylor & Francis …): "Journal, Volume 1, Issue 2, Page 3-4, May 2026. <br/>"
    re.compile(
        r"\s*(?:(?P<venue>[^<>\n]{2,200}?),\s*)?(?:<a\b[^<>]{0,500}>)?Volume \d[\w.-]{0,12}(?:, (?:No\.|Issue) [\w. /–-]{1,30})?"
        rf"(?:</a>)?(?:,\s*(?:Pages? [\w.–-]{{1,40}}|Article \w{{1,20}}|{_DATE}))*\.?\s*{_BREAK}"
    ),
    re.compile(
        r"\s*(?P<venue>[^<>\n]{2,200}?), (?:Ahead of Print|Early ?View|Accepted Article|Online ?First|Just Accepted)\.?"
        rf"\s*{_BREAK}"
    ),
    # ScienceDirect
    re.compile(
        rf"\s*<p>\s*{_LABEL.format('Publication date')}\s*(?P<date>[^<>]{{0,80}})</p>"
        rf"(?:\s*<p>\s*{_LABEL.format('Source')}\s*(?P<venue>[^<>]{{0,200}}?)(?:, Volumes? [^<>]{{0,100}}|, Issue [^<>]{{0,100}})?</p>)?"
        rf"(?:\s*<p>\s*{_LABEL.format('Author[(]s[)]')}\s*(?P<names>[^<>]*)</p>)?\s*"
    ),
    # American Physical Society
    re.compile(r"\s*Author\(s\): (?P<names>[^<>]{1,60000})<br\s*/?>\s*"),
    # MDPI
    re.compile(
        r"\s*<p>\s*<b>[^<>]{1,1000}</b>\s*</p>\s*<p>[^<>]{0,200}<a\b[^<>]{0,500}>\s*doi:[^<>]{0,200}</a>\s*</p>"
        r"\s*<p>\s*Authors:[^<>]{0,60000}</p>\s*"
    ),
    # ACS
    re.compile(r"\s*<div>\s*<cite>(?P<venue>[^<>]{0,200})</cite>[^<>]{0,200}</div>\s*"),
    re.compile(r"\s*<div>\s*DOI:[^<>]{0,200}</div>\s*"),
    _PICTURE,
)
_BY = re.compile(r"\s*<p>\s*by [^<>]{1,60000}</p>\s*")
_MDPI_PLAIN = re.compile(r"[^<>]{1,1000}?\bdoi:\s*10\.\S+\s+Authors:\s*\n")
_AFTER = (
    # American Physical Society
    ("[", re.compile(r"\[[^\[\]<>]{3,120}\] Published [\w ,]{6,40}")),
    # WordPress
    (
        "<p>",
        re.compile(
            r"<p>[^<>]{1,40}<a\b[^<>]{0,1000}>[^<>]{0,1000}</a>\s*appeared first on\s*<a\b[^<>]{0,1000}>[^<>]{0,300}</a>"
            r"\.?\s*</p>"
        ),
    ),
)
_BEFORE_THE_END = re.compile(r"<br\s*/?>|<img\b[^<>]{0,2000}>")
_HEADED = re.compile(r"<(h[1-6])\b[^<>]{0,300}>\s*(?:abstract|summary)\s*</\1>\s*", re.IGNORECASE)
_MOST_PIECES = 12
#: A text without markup at its start and without one of these words near it shows no imprint there.
_HINTS = (
    *(
        "Published online: ",
        "Volume ",
        "Ahead of Print",
        "EarlyView",
        "Early View",
        "Accepted Article",
    ),
    *("OnlineFirst", "Online First", "Just Accepted", "Author(s): "),
)
_NEAR = 800
_TITLE_BEFORE = re.compile(r"\[ASAP\]\s+|[^:<>]{2,120}, Vol\. \d+, Pages [\w\s–-]{1,20}: (?=\S)")
_TITLE_NAMES = re.compile(r"(?<=\S) -- by (?P<names>[^<>]{3,2000})\Z")
_ONLINE = re.compile(r"Available online (.+)", re.DOTALL)


@dataclass(slots=True)
class Imprint:
    """A paper's title and abstract as they are without, and what was said around them ("" where nothing was)."""

    title: str
    abstract: str = ""
    names: str = ""
    venue: str = ""
    online_at: datetime | None = field(default=None)


def apart(title: str, texts: Iterable[str], names: Sequence[str]) -> Imprint:
    """Return what is said of a paper: the abstract is the first of the texts in which one is left.

    `names` are the authors that the entry names elsewhere.
    """
    found = Imprint(title)
    by = _TITLE_NAMES.search(title) if not names and " -- by " in title else None
    if by is not None:
        found.title, found.names = title[: by.start()], by["names"]
    elif title.startswith("[") or ", Vol. " in title:
        found.title = _TITLE_BEFORE.sub("", title, count=1) if _TITLE_BEFORE.match(title) else title
    for text in texts:
        left = _left(text, names, found)
        if not says_nothing(left):
            found.abstract = left
            break
    return found


def _left(text: str, names: Sequence[str], found: Imprint) -> str:
    """Return what is left of a text, and note in `found` what went."""
    if "<h" in text and (headed := _HEADED.search(text)) is not None:
        text = text[headed.end() :]
    if names and (by := _BY.match(text)):
        text = text[by.end() :]
    if "Authors:" in text[:2_000] and (printed := _MDPI_PLAIN.match(text)):
        text = _without_lines(text[printed.end() :], names)
    for _ in range(_MOST_PIECES):
        near = text[:_NEAR]
        if not near.startswith("<") and not any(hint in near for hint in _HINTS):
            break
        piece = next((one for pattern in _BEFORE if (one := pattern.match(text))), None)
        if piece is None or not piece.end():
            break
        _note(found, piece)
        text = text[piece.end() :]
    return without_heading(_without_end(text.strip()))


def _without_end(text: str) -> str:
    """Return the text without an imprint at its end, and without the picture and line ends before that."""
    starts = ((text.rfind(sign), pattern) for sign, pattern in _AFTER)
    at = next((at for at, pattern in starts if at >= 0 and pattern.fullmatch(text, at)), -1)
    if at < 0:
        return text
    text = text[:at].rstrip()
    for _ in range(_MOST_PIECES):
        at = text.rfind("<")
        if at < 0 or _BEFORE_THE_END.fullmatch(text, at) is None:
            break
        text = text[:at].rstrip()
    return text


def _note(found: Imprint, piece: re.Match[str]) -> None:
    said = {name: " ".join((value or "").split()) for name, value in piece.groupdict().items()}
    found.names = found.names or said.get("names", "")
    found.venue = found.venue or said.get("venue", "")
    online = _ONLINE.fullmatch(said.get("date", ""))
    if online is not None:
        found.online_at = found.online_at or told(online[1])


def _without_lines(text: str, names: Sequence[str]) -> str:
    """Return the text without the lines at its start that are the names."""
    lines = text.split("\n")
    while lines and (lines[0].strip() in names or not lines[0].strip()):
        del lines[0]
    return "\n".join(lines)
