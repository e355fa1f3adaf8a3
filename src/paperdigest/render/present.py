"""Is every paper of a digest on a page that a template made? What is on none, and counts as sent all the same, would be lost
without a word.

A paper is there if the page says how its title begins, however it is written: in capitals, with marks, over two lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from paperdigest.core.digest import Digest, Entry

_UNSEEN = re.compile(r"<!--.*?-->|<style\b.*?</style>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W_]+")
_BEGINNING: Final = 20  # letters and digits: a title may be cut
_SHOWN: Final = 60
_HOW: Final = (
    ("full", "papers(section.full)"),
    ("listed", "lines(section.listed)"),
    ("earlier", "lines(section.earlier)"),
)


def lacking(digest: Digest, text: str) -> str:
    """Return what is wrong with a page that says this, and what to write; "" where all papers are on it, and how many are
    only counted."""
    letters = _letters(text)
    for entry, how in _to_show(digest):
        if _letters(entry.title.text)[:_BEGINNING] not in letters:
            said = f'"{entry.title.text[:_SHOWN]}" is not on the page, though it counts as shown'
            return f"{said} · write {{{{ {how} }}}}"
    counted = sum(len(section.counted) for section in digest.sections)
    if counted and not re.search(rf"(?<!\d){counted}(?!\d)", text):
        said = f"the page does not say that {counted} more papers wait"
        return f"{said} · write {{{{ waiting(section.counted|length) }}}}"
    return ""


def shown(html: str) -> str:
    """Return the text of a page."""
    return unescape(_UNSEEN.sub("", html))


def _to_show(digest: Digest) -> Iterator[tuple[Entry, str]]:
    for section in digest.sections:
        for name, how in _HOW:
            yield from ((entry, how) for entry in getattr(section, name))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()
