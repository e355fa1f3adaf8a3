"""Text as people see it: cleaned of what cannot be seen, TeX and markup shown as text, squashed to a key.
Owns the caps on fields. What counts as the same word in a query is the matcher's work, addresses `core.address`'s.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from unicodedata import combining, normalize

from paperdigest.core import markup, tex
from paperdigest.core.address import links_in, safe_url, without_link_hosts

__all__ = [
    "ABSTRACT_CAP",
    "AUTHORS_CAP",
    "TITLE_CAP",
    "begun",
    "clean",
    "display",
    "excerpt",
    "links_in",
    "safe_url",
    "squash",
    "squashed",
    "without_link_hosts",
]

TITLE_CAP = 1_000
ABSTRACT_CAP = 32_000
AUTHORS_CAP = 2_000  # who has as many may have more

# Scripts and emoji in which joiners change what is seen (Unicode 16, 9.2, 12.1 and 23.2).
_JOINED = (
    "\u0590-\u1cff\ua800-\uabff\u2600-\u27bf\u2190-\u21ff\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_LONE_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_CONTROLS = bytes(range(32)) + b"\x7f"
_SURROGATE = re.compile("[\ud800-\udfff]")
_PRINTABLE_BUT_UNSEEN = re.compile("[\u115f\u1160\u3164\uffa0]")

_ACTIVE = (
    "\\",
    "$",
    "{",
    "}",
    "_",
    "^",
    "~",
    "&",
    "<",
    "`",
    "--",
    "''",
)  # what TeX and markup are made of
_PASSES = 8  # entities that hide TeX that hides entities …: real text needs two
_INERT = str.maketrans(dict.fromkeys("\\{}$&<~^`") | {"_": " "})

# ASCII as bytes: small letters for capitals, and what is neither letter nor digit.
_SMALL = bytes(range(128)).lower() + bytes(range(128, 256))
_NO_KEY = bytes(code for code in range(128) if not chr(code).isalnum())
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
    }
)

_LEAST_WORDS = 3  # of the end of a sentence: fewer say nothing
_SENTENCE_START = re.compile(r"(?<=[.!?])[\"'”’)\]]?\s+(?=[^\sa-z])")


def clean(text: str, cap: int | None = None) -> str:
    """Return the text without control, bidi and invisible characters, white space collapsed, stripped.

    `cap` is the most it may take in UTF-8 bytes; the cut is at a character. A lone surrogate becomes U+FFFD.
    """
    if text and not _is_clean(text):
        if not text.isprintable() or not text.isascii():
            text = _LONE_JOINER.sub("", _UNSEEN.sub("", _SURROGATE.sub("\ufffd", text)))
        text = " ".join(text.split())
    if cap is None or len(text) * 4 <= cap or (text.isascii() and len(text) <= cap):
        return text
    return text.encode()[:cap].decode(errors="ignore").rstrip(" \u200c\u200d")


def _is_clean(text: str) -> bool:
    if "  " in text or text.strip(" ") != text:
        return False
    if text.isascii():
        return len(text.encode().translate(None, _CONTROLS)) == len(text)
    return text.isprintable() and not _PRINTABLE_BUT_UNSEEN.search(text)


def _is_active(text: str) -> bool:
    for sign in _ACTIVE:  # noqa: SIM110 -- any() with a generator takes three times as long
        if sign in text:
            return True
    return False


def display(raw: str) -> str:
    """Return what people see: entities, known tags and TeX become text, white space is collapsed.

    Idempotent, linear in the text, never raises. Matches and their offsets point into this text.
    """
    if _is_clean(raw) and not _is_active(raw):
        return raw
    return _display(raw)


@lru_cache(maxsize=512)
def _display(raw: str) -> str:
    text = clean(raw)
    for _ in range(_PASSES):
        if not _is_active(text):
            return tex.with_braces(text)
        shown = clean(tex.read(markup.plain(text)))
        if shown == text:
            return tex.with_braces(text)
        text = shown
    # Made to nest without end: what is left of the machinery is taken out, letters and digits stay.
    text = re.sub("-{2,}", "–", re.sub("'{2,}", "”", text.translate(_INERT)))
    return clean(tex.with_braces(text))


def squash(text: str) -> str:
    """Return only the letters and digits of the text as displayed, case and accents folded.

    Title keys hash this, so what it gives for a text never changes; better matching belongs elsewhere.
    """
    return squashed(display(text))


def squashed(shown: str) -> str:
    """Return what `squash` gives for a text that is displayed already. Frozen as well."""
    if shown.isascii():
        return shown.encode().translate(_SMALL, _NO_KEY).decode()
    folded = normalize("NFKC", normalize("NFKC", shown).casefold()).translate(_PLAIN_LETTERS)
    bare = "".join(sign for sign in normalize("NFKD", folded) if not combining(sign))
    return "".join(sign for sign in normalize("NFC", bare) if sign.isalnum())


def excerpt(text: str, around: tuple[int, int] | None, size: int = 300) -> tuple[int, int]:
    """Return (start, end) of about `size` code points of a display text round a hit, or from its beginning.

    Cut between words, from the start of a sentence where one is near; a hit is always whole.
    """
    length = len(text)
    if length <= size + size // 10:
        return 0, length
    first, last = around or (0, 0)
    first, last = max(0, min(first, length)), max(0, min(last, length))
    if last - first >= size:
        return first, last
    start = _start(text, first, last, size)
    end = _word_end(text, max(last, min(length, start + size)), max(last, start + 1), size)
    return start, end


def _start(text: str, first: int, last: int, size: int) -> int:
    if last <= size * 4 // 5:
        return 0
    earliest, wanted = max(0, last - size * 4 // 5), max(0, first - size // 3)
    wanted = min(wanted, len(text) - size) if len(text) - size < first else wanted
    sentences = _sentences(text)
    near = sentences[bisect_left(sentences, earliest) : bisect_right(sentences, first)]
    if near:
        return min(near, key=lambda place: abs(place - wanted))
    blank = text.find(" ", max(0, wanted - 1), first)
    if 0 <= blank < wanted + size // 6:
        return begun(text, blank + 1, first)
    return _not_combining(text, wanted)


def begun(text: str, start: int, first: int) -> int:
    """Return where a stretch of the text should begin that is to begin at the word at `start`, and no later than `first`:
    at the next sentence, where only a word or two of one are left before it."""
    sentences = _sentences(text)
    following = bisect_right(sentences, start)
    if following == len(sentences) or sentences[following] > first:
        return start
    is_whole = following and sentences[following - 1] == start
    left = text[start : sentences[following]].split()
    return start if is_whole or len(left) >= _LEAST_WORDS else sentences[following]


@lru_cache(maxsize=4_096)  # of one abstract many readers are shown different stretches
def _sentences(text: str) -> tuple[int, ...]:
    """Return where its sentences begin, but for the first one."""
    return tuple(found.end() for found in _SENTENCE_START.finditer(text))


def _word_end(text: str, end: int, least: int, size: int) -> int:
    if end >= len(text) or text[end] == " ":
        return min(end, len(text))
    blank = text.rfind(" ", max(least, end - size // 6), end)
    if blank >= 0:
        return blank
    return max(least, _not_combining(text, end))


def _not_combining(text: str, place: int) -> int:
    while 0 < place < len(text) and combining(text[place]):
        place -= 1
    return place
