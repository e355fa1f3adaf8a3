"""Mail header fields as bytes-to-be: encoded, folded, harmless. Untrusted text never meets a header parser.

The standard library's header machinery can be talked into writing lines of its own (CVE-2024-6923) and
loses blanks between encoded words; neither is possible here, because every field is formatted by hand.
"""

from __future__ import annotations

import base64
import re

LONGEST_LINE = 76  # RFC 2047 section 2; RFC 5322 asks for 78
_BROKEN = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_GONE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONE = re.compile("[\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_WORD = 60  # of what stands as it is: it fits on a line with any name before it
_WORD = 45  # bytes of UTF-8 that make 60 characters of base64, 72 with the frame of an encoded word


def one_line(text: str) -> str:
    """Return the text on one line: breaks are blanks; control, bidi and half characters are gone."""
    if text.isascii() and text.isprintable():
        return text
    return _LONE.sub("\ufffd", _GONE.sub("", _BROKEN.sub(" ", text)))


def text_field(name: str, value: str) -> str:
    """Return a field of free text, folded, without its last line end. It reads back as `one_line(value)`."""
    value = one_line(value)
    if not value.strip():
        return f"{name}:"
    if _plain_enough(value):
        return fold(name, value.split(" "))
    return fold(name, _encoded_words(value, LONGEST_LINE - len(name) - 2))


def mailbox_field(name: str, display: str, address: str) -> str:
    """Return a field that names one mailbox. `address` is ASCII and checked already."""
    display = one_line(display).strip()
    if not display:
        return fold(name, [address])
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", display) + '"'
    if _ATOMS.fullmatch(display) and _plain_enough(display):
        words = display.split(" ")
    elif display.isascii() and "=?" not in display and len(quoted) <= _LONGEST_WORD:
        words = [quoted]
    else:
        words = _encoded_words(display, LONGEST_LINE - len(name) - 2)
    return fold(name, [*words, f"<{address}>"])


def fold(name: str, words: list[str]) -> str:
    """Return the field with line ends before words that would not fit; one too long stands alone."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > LONGEST_LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)


def _plain_enough(value: str) -> bool:
    """Say whether the text can stand as it is and come back the same."""
    if not (value.isascii() and value.isprintable()) or "=?" in value or "  " in value:
        return False
    return value == value.strip() and max(map(len, value.split(" "))) <= _LONGEST_WORD


def _encoded_words(value: str, first: int) -> list[str]:
    """Cut the text into RFC 2047 words, never inside a character. `first` is the room on the first line."""
    room = (first - len("=?utf-8?b??=")) // 4 * 3
    words: list[str] = []
    piece = b""
    for sign in value:
        coded = sign.encode()
        if len(piece) + len(coded) > room:
            words.append(_encoded(piece))
            piece, room = b"", _WORD
        piece += coded
    words.append(_encoded(piece))
    return words


def _encoded(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode('ascii')}?="
