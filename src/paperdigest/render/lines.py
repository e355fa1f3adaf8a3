"""A line of our own taken apart: the commands in it, and the addresses. How each is shown is the output's work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperdigest.render.clean import safe_url

_BEHIND = ".,;:)"  # signs that end a sentence and not an address
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


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
    address, nor with `mail` a mailbox, (word, "", "")."""
    for word in text.split(" "):
        bare = word.rstrip(_BEHIND) if "//" in word or (mail and "@" in word) else ""
        url = _address(bare, mail=mail) if bare.isascii() else ""
        yield (bare, url, word[len(bare) :]) if url else (word, "", "")


def _address(word: str, *, mail: bool) -> str:
    return f"mailto:{word}" if mail and _MAILBOX.fullmatch(word) else safe_url(word)
