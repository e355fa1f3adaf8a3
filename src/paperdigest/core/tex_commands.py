"""What each of TeX's commands does to the text being read. One function per kind of command; the names
and signs are data in `core.tex_tables`, the stack of groups is `core.tex_groups`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from paperdigest.core.tex_blanks import behind_xspace, only_ends
from paperdigest.core.tex_groups import Groups, Make
from paperdigest.core.tex_tables import (
    ADDRESSES,
    ALPHABETS,
    BLANKS,
    CAPITALS,
    DECLARATIONS,
    ENCLOSED,
    FORMULAS,
    LAYOUT,
    LETTERS,
    MATH_ACCENTS,
    NAMED_ACCENTS,
    OLD_FONTS,
    OPERATORS,
    PHRASES,
    REFERENCES,
    SPACED,
    SYMBOLS,
    TABLES,
    WRAPPERS,
)
from paperdigest.core.typography import (
    accented,
    fraction,
    has_own_sign,
    in_alphabet,
    lower,
    plain_address,
    raised,
    root,
)

_OPTION = re.compile(r"\s?\[([^\[\]{}]{0,100})\]")
_RAW = re.compile(r"\s?\{([^{}]{0,2000})\}")
_VERBATIM = re.compile(r"([^\w\s{])(.{0,200}?)\1")
_DELIMITERS = {".": "", "<": "⟨", ">": "⟩"}
_CLOSING_FENCES = frozenset("⟩⌋⌉")
_OPERATOR_AHEAD = re.compile(r" (?:[=<>+\-]\s|\\([A-Za-z]+))")
_ACCENTED = re.compile(r"\s?(?:[{\\]|([^\W\d_]))")


def known(name: str) -> bool:
    """Say whether a name is one of TeX's own or of its usual packages."""
    return name in _COMMANDS or name in _WANTING


def obey(reader: Groups, name: str) -> None:
    """Do what the command says; the reader stands behind its name."""
    if name in _WANTING:
        reader.want(*_WANTING[name])
    elif name in _COMMANDS:
        _COMMANDS[name](reader, name)
    elif name.lower().startswith(("cite", "nocite")) or name.endswith(("cite", "citep", "citet")):
        _cited(reader)
    else:
        _unknown(reader, name)


def _unknown(reader: Groups, name: str) -> None:
    """Show the argument of a command nobody knows, or its name, which most often is a method's."""
    if (
        name[0] == "n"
        and (len(name) == 1 or (len(name) > 2 and name[1].isupper()))
        and not reader.math
    ):
        reader.at -= len(name) - 1  # a line end that was escaped twice
        reader.run(" ")
        return
    while option := _OPTION.match(reader.text, reader.at):
        if reader.text[option.end() : option.end() + 1] not in ("{", "["):
            break
        reader.at = option.end()
    if reader.argument("unknown", name):
        return
    reader.item((" " if reader.last().isalnum() and not reader.group.wants else "") + name)


def _symbol(reader: Groups, name: str) -> None:
    sign = SYMBOLS[name]
    if reader.math and not reader.group.wants:
        if reader.ahead() == " " and _only_ends(reader, name, sign):
            reader.at += 1
        if sign in _CLOSING_FENCES:
            reader.group.strip()
    elif reader.ahead() == " " and only_ends(reader.text, reader.at, name):
        reader.at += 1
    reader.item(sign)


def _only_ends(reader: Groups, name: str, sign: str) -> bool:
    r"""Tell a blank that only ends the name, as in `2\pi r`, from one beside an operator: `\alpha = 1`, `a \to b`."""
    start = reader.at - len(name) - 1
    glued = not reader.text[max(0, start - 1) : start].isspace()
    if sign in SPACED:
        return glued or not reader.last().isspace()
    after = _OPERATOR_AHEAD.match(reader.text, reader.at)
    if after is None:
        return glued or not reader.last().isspace()
    return after[1] is not None and SYMBOLS.get(after[1]) not in SPACED


def _capital(reader: Groups, name: str) -> None:
    if reader.math:
        reader.item(CAPITALS[name])
    elif name in SYMBOLS:
        _symbol(reader, name)
    else:
        _unknown(reader, name)


def _enclosing(reader: Groups, name: str) -> None:
    """Enclose an argument in braces; without one the name is an author's own."""
    if reader.ahead() == "{":
        reader.want(1, partial(_between, *ENCLOSED[name]))
    else:
        _unknown(reader, name)


def _between(opening: str, closing: str, got: list[str]) -> str:
    return opening + "".join(got).strip() + closing


def _letter(reader: Groups, name: str) -> None:
    if reader.ahead(1) == " " and reader.ahead(2)[1:].isalpha():
        reader.at += 1
    elif reader.ahead(2) == "{}":
        reader.at += 2
    reader.item(LETTERS[name])


def _operator(reader: Groups, name: str) -> None:
    if reader.group.wants:
        reader.item(name)
        return
    after = reader.ahead()
    reader.run(" " * (reader.last().isalnum() or reader.last() == ")") + name)
    if after in ("{", "|") or after.isdigit() or (after == "\\" and reader.ahead(2)[1:].isalpha()):
        reader.run(" ")


def _phrase(reader: Groups, name: str) -> None:
    if reader.ahead() == ".":
        reader.at += 1
    elif reader.ahead(2) == "{}":
        reader.at += 2
    reader.item((" " if reader.last().isalnum() else "") + PHRASES[name])


def _wrapper(reader: Groups, _name: str) -> None:
    while option := _OPTION.match(reader.text, reader.at):
        if reader.text[option.end() : option.end() + 1] != "{":
            break
        reader.at = option.end()
    if not reader.argument() and reader.math and reader.ahead() == " ":
        reader.at += 1


def _declaration(reader: Groups, name: str) -> None:
    if name in ("left", "right") and reader.ahead() in _DELIMITERS:
        reader.run(_DELIMITERS[reader.ahead()])
        reader.at += 1
    elif reader.ahead().isspace():
        reader.at += 1
    elif reader.ahead(2) == "{}":
        reader.at += 2
    if reader.ahead() == "{":
        reader.argument()
    elif name in OLD_FONTS and reader.group.kind == "plain":
        reader.group.kind = "font"


def _alphabet(reader: Groups, name: str) -> None:
    group = reader.group
    if name == "cal" and group.kind == "plain" and not group.out:
        group.kind, group.alphabet = "font", name
    else:
        reader.want(1, partial(in_alphabet, ALPHABETS[name]))


def _xspace(reader: Groups, _name: str) -> None:
    if not reader.math:
        blank, reader.at = behind_xspace(reader.text, reader.at)
        reader.run(blank)


def _blank(reader: Groups, _name: str) -> None:
    reader.run(" ")


def _layout(reader: Groups, _name: str) -> None:
    closer = False
    for pattern in (_OPTION, _RAW):
        if found := pattern.match(reader.text, reader.at):
            reader.at = found.end()
            closer = found[1].startswith("-")  # a negative length
    if not closer:
        reader.run(" ")


def _environment(reader: Groups, name: str) -> None:
    kind = ""
    if found := _RAW.match(reader.text, reader.at):
        reader.at = found.end()
        kind = found[1].rstrip("*")
    if name == "begin" and kind in TABLES:
        _layout(reader, name)
    if kind in FORMULAS:
        reader.settle()
        reader.math = name == "begin"
    reader.run(" ")


def _length(reader: Groups, _name: str) -> None:
    for _ in range(2):  # which one, and how long
        if found := _RAW.match(reader.text, reader.at):
            reader.at = found.end()
    reader.run(" ")


def _reference(reader: Groups, name: str) -> None:
    if key := _RAW.match(reader.text, reader.at):
        reader.at = key.end()
        reader.item(f"({key[1]})" if name == "eqref" else key[1])


def _cited(reader: Groups) -> None:
    notes = ""
    while option := _OPTION.match(reader.text, reader.at):
        reader.at = option.end()
        notes += f", {option[1]}" if option[1].strip() else ""
    if keys := _RAW.match(reader.text, reader.at):
        reader.at = keys.end()
        listed = ", ".join(key.strip() for key in keys[1].split(","))
        if not listed:
            return
        reader.item(f"{' ' if reader.last().isalnum() else ''}[{listed}{notes.replace('~', ' ')}]")


def _url(reader: Groups, _name: str) -> None:
    if address := _RAW.match(reader.text, reader.at):
        reader.at = address.end()
        reader.item(plain_address(address[1]))


def _href(reader: Groups, _name: str) -> None:
    if address := _RAW.match(reader.text, reader.at):
        reader.at = address.end()
        if not reader.argument("unknown", plain_address(address[1])):
            reader.item(plain_address(address[1]))


def _verbatim(reader: Groups, _name: str) -> None:
    if found := _VERBATIM.match(reader.text, reader.at):
        reader.at = found.end()
        reader.item(found[2])


def _coloured(reader: Groups, _name: str) -> None:
    if option := _OPTION.match(reader.text, reader.at):
        reader.at = option.end()
    if found := _RAW.match(reader.text, reader.at):
        reader.at = found.end()
    reader.argument()


def _named_accent(reader: Groups, name: str) -> None:
    after = _ACCENTED.match(reader.text, reader.at)
    if after is None or (after[1] and not has_own_sign(after[1], NAMED_ACCENTS[name])):
        _unknown(reader, name)
    else:
        reader.want(1, partial(accented, NAMED_ACCENTS[name]))


def _root(reader: Groups, _name: str) -> None:
    degree = ""
    if option := _OPTION.match(reader.text, reader.at):
        reader.at = option.end()
        degree = raised([option[1]]).removeprefix("^")
    reader.want(1, partial(root, degree))


def _stacked(over: Make, got: list[str]) -> str:
    return "".join(got[1:]) + (over(got[:1]) if got else "")


def _arrow(sign: str, got: list[str]) -> str:
    over = "".join(got).strip()
    return sign + (raised([over]) if over else "")


def _in_parentheses(before: str, got: list[str]) -> str:
    text = " ".join(got)
    return f"{before}({text})" if text.strip() else ""


# Commands that only wait for so many arguments and make one piece of them.
_WANTING: dict[str, tuple[int, Make]] = {
    **{name: (1, partial(accented, mark, single=True)) for name, mark in MATH_ACCENTS.items()},
    **dict.fromkeys(
        ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac"), (2, fraction)
    ),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), (2, partial(_in_parentheses, ""))),
    **dict.fromkeys(("footnote", "thanks", "footnotetext"), (1, partial(_in_parentheses, " "))),
    **dict.fromkeys(("overset", "stackrel"), (2, partial(_stacked, raised))),
    **dict.fromkeys(("ketbra", "dyad"), (2, lambda got: f"|{'⟩⟨'.join(got)}|")),
    "underset": (2, partial(_stacked, lower)),
    "textsuperscript": (1, raised),
    "textsubscript": (1, lower),
    "texorpdfstring": (2, lambda got: "".join(got[:1])),
    "xrightarrow": (1, partial(_arrow, "→")),
    "xleftarrow": (1, partial(_arrow, "←")),
    "pmod": (1, lambda got: f" (mod {''.join(got)})"),
    "pod": (1, partial(_in_parentheses, " ")),
    "not": (1, lambda got: accented("\u0338", got, any_base=True)),
}

_COMMANDS: dict[str, Callable[[Groups, str], None]] = {
    **dict.fromkeys(SYMBOLS, _symbol),
    **dict.fromkeys(CAPITALS, _capital),
    **dict.fromkeys(ENCLOSED, _enclosing),
    **dict.fromkeys(LETTERS, _letter),
    **dict.fromkeys(OPERATORS, _operator),
    **dict.fromkeys(PHRASES, _phrase),
    **dict.fromkeys(WRAPPERS, _wrapper),
    **dict.fromkeys(DECLARATIONS, _declaration),
    **dict.fromkeys(ALPHABETS, _alphabet),
    **dict.fromkeys(BLANKS, _blank),
    **dict.fromkeys(LAYOUT, _layout),
    **dict.fromkeys(("begin", "end"), _environment),
    **dict.fromkeys(("setlength", "addtolength"), _length),
    **dict.fromkeys(REFERENCES, _reference),
    **dict.fromkeys(ADDRESSES, _url),
    **dict.fromkeys(NAMED_ACCENTS, _named_accent),
    **dict.fromkeys(
        ("textcolor", "colorbox", "raisebox", "parbox", "scalebox", "foreignlanguage"), _coloured
    ),
    "sqrt": _root,
    "href": _href,
    "xspace": _xspace,
    "verb": _verbatim,
}
