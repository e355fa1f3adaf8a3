"""A line of our own taken apart: the commands in it, and the addresses. How each is shown is the output's work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from paperdigest.core.unsubscribe import PATH
from paperdigest.render.clean import safe_url

_BEHIND = ".,;:"  # signs that end a sentence and not an address
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TOGETHER = "\0"  # between the words of a letter; no text has it
_LETTER = re.compile(rf"“([^“”]+)” to ({_MAILBOX.pattern})")


def coded(line: str) -> Iterator[tuple[str, bool]]:
    """Yield (piece, is code), in order: code is what stands between two backticks, which are left out. A backtick
    without another one behind it is a sign like any other."""
    pieces = line.split("`")
    if len(pieces) % 2 == 0:
        last = pieces.pop()
        pieces[-1] = f"{pieces[-1]}`{last}"
    for place, piece in enumerate(pieces):
        if piece:
            yield piece, place % 2 == 1


def addressed(text: str, *, mail: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield (shown, address, what stands behind it) for each word between blanks; for a word that is no http or https
    address, nor with `mail` a mailbox, (word, "", ""). With `mail`, for lines of our own, what is told of a letter,
    `“unsubscribe ada” to ops@example.org`, counts as a word, and an unsubscribe link is shown without its code."""
    if mail:
        text = _LETTER.sub(lambda letter: letter[0].replace(" ", _TOGETHER), text)
    for word in text.split(" "):
        bare = _without_end(word) if "//" in word or (mail and "@" in word) else ""
        shown, url = _own(bare) if mail else (bare, _web(bare))
        yield (shown, url, word[len(bare) :]) if url else (word, "", "")


def _without_end(word: str) -> str:
    """Return a word without what ends the sentence behind it; a `)` that closes one in the word belongs to it."""
    bare = word.rstrip(_BEHIND)
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(_BEHIND)
    return bare


def _own(word: str) -> tuple[str, str]:
    """Return what is shown of a word of our own lines, and where it leads."""
    if letter := _LETTER.fullmatch(word.replace(_TOGETHER, " ")):
        return letter[0], f"mailto:{letter[2]}?subject={quote(letter[1], safe='')}"
    if _MAILBOX.fullmatch(word):
        return word, f"mailto:{word}"
    page, path, code = word.rpartition(PATH)
    name = f"{page}{path}".removeprefix("https://").rstrip("/") if page and code else word
    return name, _web(word)


def _web(word: str) -> str:
    return safe_url(word) if word.isascii() else ""
