"""Which of TeX's braces stand for MathML's elements, so that fractions, roots and scripts are set as those of TeX are.
What is a tag is `core.markup`'s; all else of MathML is shown as the text it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

#: Of each element whose children are arguments, what stands before the braces of each; None: that one has none.
_ARGUMENTS: Final[dict[str, tuple[str | None, ...]]] = {
    "msub": (None, "_"),
    "msup": (None, "^"),
    "msubsup": (None, "_", "^"),
    "munder": (None, "_"),
    "munderover": (None, "_", "^"),
    "mfrac": ("\\frac", ""),
}
#: What stands before the braces round all that an element holds.
_WHOLE: Final = {"msqrt": "\\sqrt"}
#: In these a blank is a blank, between the others it means nothing (MathML Core, 2.1.7).
_LEAVES: Final = frozenset(["mi", "mn", "mo", "ms", "mtext"])
#: What formulas are made of.
ELEMENTS: Final = frozenset(
    [
        *("math", "mrow", "mstyle", "mspace", "mover", "mroot", "menclose", "mpadded", "mfenced", "mphantom"),
        *("mtable", "mtr", "mtd", "semantics", "merror"),
        *_ARGUMENTS,
        *_WHOLE,
        *_LEAVES,
    ]
)  # fmt: skip

_CHILD = (
    r"\s*+<(?:\w+:)?(?:none\s*/>|(m\w+)[^<>]*+>((?:(?!</?(?:\w+:)?\%d\b).){0,200})</(?:\w+:)?\%d>)"
)
_PRESCRIPTS = re.compile(
    r"<(?:\w+:)?mmultiscripts[^<>]*+>((?:(?!m(?:multi|pre)scripts).){1,300}?)<(?:\w+:)?mprescripts\s*/>"
    rf"{_CHILD % (2, 2)}{_CHILD % (4, 4)}\s*+</(?:\w+:)?mmultiscripts>",
    re.DOTALL,
)
# What TeX writes before its argument: an accent, the degree of a root. The element stays, so that it is one child.
_ACCENTS: Final = {
    **dict.fromkeys("¯‾ˉ―_", "bar"),
    **dict.fromkeys("^ˆ", "hat"),
    **dict.fromkeys("~˜∼", "tilde"),
    **dict.fromkeys("→⃗", "vec"),
    **dict.fromkeys("˙.", "dot"),
    "¨": "ddot",
    "ˇ": "check",
    "˘": "breve",
}
_ACCENTED = re.compile(
    r"(<(?:\w+:)?mover\b[^<>]*+>)((?:(?!</?(?:\w+:)?mover\b).){1,200}?)(?:<(?:\w+:)?mrow>\s*+)?"
    rf"<(?:\w+:)?mo\b[^<>]*+>\s*+([{''.join(_ACCENTS)}])\s*+</(?:\w+:)?mo>\s*+(?:</(?:\w+:)?mrow>\s*+)?(?=</(?:\w+:)?mover>)",
    re.DOTALL,
)
_ROOT = re.compile(
    r"(<(?:\w+:)?mroot>)((?:(?!</?(?:\w+:)?mroot\b).){1,300}?)"
    r"<(?:\w+:)?m[in]\b[^<>]*+>([^<>\[\]]{1,3})</(?:\w+:)?m[in]>\s*+(?=</(?:\w+:)?mroot>)",
    re.DOTALL,
)
_FENCE = re.compile(r"\b(open|close|separators)\s*=\s*\\?[\"']([^\"'\\]{0,8})")
_WIDE = re.compile(r"width\s*=\s*\\?[\"'](?:0?\.0*)?[1-9]")

# The same formula in a second spelling: MathML after TeX (JATS's alternatives), TeX inside of MathML.
_TWICE = re.compile(
    r"(?<=tex-math>)\s*+<(?:\w+:)?math\b.{0,8000}?</(?:\w+:)?math>(?=\s*</(?:\w+:)?alternatives>)"
    r"|<(?:\w+:)?annotation\b.{0,2000}?</(?:\w+:)?annotation>",
    re.DOTALL,
)
# Publishers lose the blanks round formulas, but `<math>n</math>th` and `H<sub>2</sub>O` have none.
_NO_BLANK = re.compile(
    r"(?<=[a-z]{2})(?=<(?:\w+:)?math\b)|(?:(?<=</math>)|(?<=</mml:math>))(?!(?:th|st|nd|rd)\b)(?=[A-Za-z][a-z])"
)


def once(text: str) -> str:
    """Return the text with each formula in one spelling, isotopes before their element, and blanks round formulas."""
    if "mmultiscripts" in text:
        text = _PRESCRIPTS.sub(_before, text)
    if "mover" in text:
        text = _ACCENTED.sub(_under_accent, text)
    if "mroot" in text:
        text = _ROOT.sub(r"\1\\sqrt[\3]{\2}", text)
    if "math" in text or "semantics" in text:
        text = _NO_BLANK.sub(" ", _TWICE.sub("", text))
    return text


def _before(found: re.Match[str]) -> str:
    scripts = [f"{sign}{{{said}}}" for sign, said in (("_", found[3]), ("^", found[5])) if said]
    return "".join(scripts) + found[1].strip()


def _under_accent(found: re.Match[str]) -> str:
    return f"{found[1]}\\{_ACCENTS[found[3]]}{{{found[2].strip()}}}"


def _escaped(sign: str) -> str:
    return re.sub(r"([{}])", r"\\\1", sign)


class Formulas:
    """The elements that are open while the tags of a text are walked through, in order."""

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []  # each with what closes its braces
        self._children: list[int] = []
        self._names: Counter[str] = Counter()
        self._separators: list[str] = []  # of the enclosed ones that are open

    @property
    def ignore_blanks(self) -> bool:
        return bool(self._open) and self._open[-1][0] not in _LEAVES

    def braces(self, tag: re.Match[str], name: str) -> str:
        """Return what stands for a tag that has its partner or closes itself. `name` is without a prefix."""
        if tag[1]:
            return self._closed(name)
        opening = self._argument()
        closing = "}" if opening else ""
        opening = self._separator() + opening
        if tag[4]:
            return opening + " " * (name == "mspace" and bool(_WIDE.search(tag[3]))) + closing
        if name in _WHOLE:
            opening, closing = opening + _WHOLE[name] + "{", "}" + closing
        elif name == "mfenced":
            given = {key: _escaped(sign) for key, sign in _FENCE.findall(tag[3])}
            opening, closing = opening + given.get("open", "("), given.get("close", ")") + closing
            self._separators.append(given.get("separators", ",")[:1])
        self._open.append((name, closing))
        self._children.append(0)
        self._names[name] += 1
        return opening

    def _separator(self) -> str:
        """Return what stands before a child that was just counted, if they are enclosed and it is not the first."""
        inside = bool(self._open) and self._open[-1][0] == "mfenced" and self._children[-1] > 1
        return self._separators[-1] if inside else ""

    def _argument(self) -> str:
        """Count one more child of the innermost element and return what opens its braces."""
        if not self._open:
            return ""
        place = self._children[-1]
        self._children[-1] += 1
        arguments = _ARGUMENTS.get(self._open[-1][0], ())
        before = arguments[place] if place < len(arguments) else None
        return "" if before is None else before + "{"

    def _closed(self, name: str) -> str:
        """Close the innermost element of the name, and what was left open in it."""
        closing = ""
        while self._names[name]:
            opened, ends = self._open.pop()
            self._children.pop()
            self._names[opened] -= 1
            closing += ends
            if opened == "mfenced":
                self._separators.pop()
            if opened == name:
                break
        return closing
