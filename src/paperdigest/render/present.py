"""Is every paper there in what a user's templates made? What is not, and counts as sent all the same, would be lost without
a word.

A paper is there by the link of its title, or by how its title begins, however that is written: in capitals, with marks, over
two lines, cut. That is looked for from the quickest to the slowest: nearly all papers are there by their links, in order.
A title may also be among the words of another paper's text; whether it is shown is for `signed` to find out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from html import unescape
from types import MappingProxyType
from typing import Final

from markupsafe import escape

from paperdigest.core.digest import Entry
from paperdigest.core.ports import Form

#: What nobody reads; what a mail hides as well: its first words, for lists of mails, name two papers.
_UNSEEN = re.compile(
    r"<!--.*?-->|<style\b.*?</style>|<(\w+)\b[^>]*\bdisplay:\s*none[^>]*>.*?</\1>|<[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_HIDDEN = re.compile(r"display:\s*none", re.IGNORECASE)
_UNREAD = str.maketrans("", "", "\u034f\u200b")  # as `slack` puts them between letters
_NO_LETTER = re.compile(r"[\W_]+")
#: What may stand behind an address and is none of it, "" at the end: "https://e.org/1" is not in "https://e.org/12".
_ENDS: Final = "\"' \n<>|)]"
_ENDS_A_SENTENCE = re.compile(r"[.,:;!]+(?![\w/%])")
#: Letters and digits of a title: as it is shown whole, and as much as there is of it however it is cut.
_LONGEST: Final = 200
_BEGINNING: Final = 20
#: A title that is cut may be shorter where a sign says so.
_SHORTEST: Final = 4
_CUT = re.compile(r"\.\.\.|…")
_LAST: Final = "\U0010ffff"  # a noncharacter, of which no text has any


def absent(entries: Sequence[Entry], made: str, form: Form) -> list[Entry]:
    """Return the papers that are not in what was made of them: an HTML page, a plain text, or mrkdwn. Each is to be in it
    by itself: of two whose titles begin alike both."""
    gone = unlinked(entries, made, form)
    if not gone:
        return gone
    page = _Page(entries, made, form)
    return [entry for entry in gone if not page.has_title(entry.title.text)]


def shown(html: str) -> str:
    """Return the text of a page that is read."""
    return unescape(_UNSEEN.sub("", html))


def _without_marks(mrkdwn: str) -> str:
    """Return the text of mrkdwn without the signs that show nothing: they keep others from being read as formatting."""
    return unescape(mrkdwn).translate(_UNREAD)


_TEXT_OF: Mapping[Form, Callable[[str], str]] = MappingProxyType(
    {Form.HTML: shown, Form.TEXT: str, Form.SLACK: _without_marks}
)


def letters_of(made: str, form: Form) -> str:
    """Return the letters and digits that are read in what was made, those of all ways to write them as the same."""
    return _letters(_TEXT_OF[form](made))


def unlinked(entries: Sequence[Entry], made: str, form: Form) -> list[Entry]:
    """Return the papers whose titles' links are not in what was made of them."""
    shared = _shared([entry.url for entry in entries])
    gone = []
    at = 0
    for entry in entries:
        address = entry.url
        if "&" in address and form is not Form.TEXT:
            address = address.replace("&", "&amp;")
        end = 0
        if address and entry.url not in shared:
            end = _behind(address, made, at) or (at and _behind(address, made, 0))
        if end:
            at = end
        else:
            gone.append(entry)
    return gone


def _shared(addresses: Sequence[str]) -> frozenset[str]:
    """Return the addresses that stand for several papers, as the page of a conference may."""
    if len(set(addresses)) == len(addresses):  # as nearly always
        return frozenset()
    return frozenset(one for one, times in Counter(addresses).items() if times > 1)


def _behind(address: str, made: str, at: int) -> int:
    """Return the place behind an address as it next stands whole in what was made; 0: nowhere."""
    while (at := made.find(address, at)) >= 0:
        at += len(address)
        if made[at : at + 1] in _ENDS or _ENDS_A_SENTENCE.match(made, at):
            return at
    return 0


class _Page:
    """What was made of some papers, where titles are looked for."""

    def __init__(self, entries: Sequence[Entry], made: str, form: Form) -> None:
        self._made = made
        self._form = form
        self._plain = sorted(entry.title.text for entry in entries)

    def has_title(self, title: str) -> bool:
        return (
            self._has_plain(title)
            or self._has_letters(_letters(title)[:_LONGEST])
            or self._has_cut(_folded(title))
        )

    def _has_plain(self, title: str) -> bool:
        """Say whether a title is there as it is, for that is quick to see."""
        printed = str(escape(title)) if self._form is Form.HTML else title
        return not self._hides and _alike(title, self._plain) == 1 and printed in self._made

    def _has_letters(self, title: str) -> bool:
        if not title or (_alike(title, self._titles) == 1 and title in self._letters):
            return True
        beginning = title[:_BEGINNING]
        return self._letters.count(beginning) >= _alike(beginning, self._titles)

    def _has_cut(self, title: str) -> bool:
        """Say whether the page says the beginning of a title, however short, and that it is cut there."""
        head = title[:_SHORTEST]
        return any(
            title.startswith(cut[at.start() :])
            for cut in self._cuts
            for at in re.finditer(f"(?={re.escape(head)})", cut)
        )

    @cached_property
    def _cuts(self) -> list[str]:
        """What stands before each sign that says so."""
        text = _folded(self._text)
        return [
            text[max(0, at.start() - _LONGEST) : at.start()].rstrip() for at in _CUT.finditer(text)
        ]

    @cached_property
    def _text(self) -> str:
        return _TEXT_OF[self._form](self._made)

    @cached_property
    def _hides(self) -> bool:
        return self._form is Form.HTML and _HIDDEN.search(self._made) is not None

    @cached_property
    def _letters(self) -> str:
        return _letters(self._text)

    @cached_property
    def _titles(self) -> list[str]:
        return sorted(_letters(title)[:_LONGEST] for title in self._plain)


def _alike(beginning: str, texts: Sequence[str]) -> int:
    """Return how many of the texts, which are sorted, begin so."""
    return bisect_left(texts, beginning + _LAST) - bisect_left(texts, beginning)


def _folded(text: str) -> str:
    return " ".join(text.upper().split())


def _letters(text: str) -> str:
    """Return the letters and digits, those of all ways to write them in capitals or not as the same."""
    return _NO_LETTER.sub("", text.casefold().upper())
