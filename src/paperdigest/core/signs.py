"""Single signs: what a character is for matching, and its plain letters. Works on displayed text.

Owns accents, letters with strokes, Greek names, dashes, quotes and scripts. Words are `core.fold`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final
from unicodedata import category, normalize

# Classes of signs. ASCII stands for itself; a letter of another script is "x", a digit "0".
UNSPACED: Final = "\x01"  # of a script that is written without blanks
UNSPACED_MORE: Final = "\x02"  # belongs to the sign before it
HANGUL: Final = "\x03"
MARK: Final = "\x04"  # any sign that is no part of a word and joins nothing

_DIRECT: Final = {
    **dict.fromkeys("\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201a\u201b\u2032\u2035", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2036", '"'),
    **dict.fromkeys("\u058a\u1806\u2010\u2011\u2012\u2013\u2043\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2044\u2215\u29f8", "/"),
}
_LETTERS: Final = {
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE",
    "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
    "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i", "ȷ": "j", "ς": "σ", "∆": "Δ",
}  # fmt: skip
_SMALL_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "omicron",
            "pi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        strict=True,
    )
)
_GREEK: Final = _SMALL_GREEK | {
    letter.upper(): name.upper() for letter, name in _SMALL_GREEK.items()
}

# Marks that are accents: Latin, Greek and Cyrillic ones, Hebrew points, Arabic vowel signs. Those of
# Indic and South East Asian scripts are letters in all but name.
_ACCENT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U000e0100-\U000e01ef]+"
)
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u2e80-\u2fdf\u3005\u3007\u3021-\u302f"
    "\u3031-\u3035\u303b\u303c\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff]"
)
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_HALF_WIDTH_VOICING = "\uff9e\uff9f"
_LONGEST_CLUSTER = 16  # normalising is quadratic in the marks on one letter


@dataclass(frozen=True, slots=True)
class Signs:
    """A stretch of text sign by sign. `shape` is plain letters with their case kept, `classes` says
    what each is; `starts` and `ends` lead back to the text."""

    shape: str
    classes: str
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range


def signs(text: str) -> Signs:
    """Return the signs of a text. Linear; any text will do."""
    if text.isascii():
        return Signs(text, text, range(len(text)), range(1, len(text) + 1))
    shape: list[str] = []
    classes: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, letters, kinds in _named(text):
        shape.append(letters)
        classes.append(kinds)
        starts += [start] * len(letters)
        ends += [end] * len(letters)
    return Signs("".join(shape), "".join(classes), tuple(starts), tuple(ends))


def plain(text: str) -> str:
    """Return the text in plain letters, case kept: no accents, straight quotes, one kind of hyphen."""
    return text if text.isascii() else signs(text).shape


def literal(text: str) -> str:
    """Return the text for a literal comparison: accents and case count, kinds of dashes do not."""
    if text.isascii():
        return text
    text = "".join(_DIRECT.get(sign, sign) for sign in text)
    return "".join(sign for sign in normalize("NFKC", text) if category(sign) != "Cf")


def _named(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield (start, end, letters, classes); a Greek letter that stands alone becomes its name."""
    units = (unit for unit in _clusters(text) if unit[2])
    for greek, group in groupby(units, key=_is_greek):
        run = list(group)
        if greek and len(run) == 1:
            start, end, letter, _ = run[0]
            name = _GREEK[letter]
            yield start, end, name, name
        else:
            yield from run


def _is_greek(unit: tuple[int, int, str, str]) -> bool:
    return unit[2] in _GREEK


def _clusters(text: str) -> Iterator[tuple[int, int, str, str]]:
    start, length = 0, len(text)
    while start < length:
        end = start + 1
        while end < length and end - start < _LONGEST_CLUSTER and _continues(text[end]):
            end += 1
        yield start, end, *_fold_cluster(text[start:end])
        start = end


def _continues(sign: str) -> bool:
    return sign >= "\u0300" and (category(sign)[0] == "M" or sign in _HALF_WIDTH_VOICING)


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> tuple[str, str]:
    """Return (letters, classes) of one character with the marks on it."""
    first = cluster[0]
    if first in _DIRECT:
        return _DIRECT[first], _DIRECT[first]
    if category(first) == "Cf":
        return "", ""
    compatible = normalize("NFKC", cluster)
    if compatible[:1].isspace() and not first.isspace():
        return MARK, MARK
    bare = normalize("NFC", _ACCENT.sub("", normalize("NFKD", compatible)))
    letters = "".join(_LETTERS.get(sign, _DIRECT.get(sign, sign)) for sign in bare)
    classes = "".join(_class(sign) for sign in letters)
    if classes[:1] == UNSPACED and len(classes) > 1 and len(compatible) == len(cluster):
        classes = UNSPACED + classes[1:].replace(UNSPACED, UNSPACED_MORE)
    return letters, classes


def _class(sign: str) -> str:
    if sign.isascii():
        return sign
    if not (sign.isalnum() or category(sign)[0] == "M"):
        return MARK
    if _UNSPACED.match(sign):
        return UNSPACED
    if _HANGUL.match(sign):
        return HANGUL
    return "0" if sign.isdecimal() else "x"
