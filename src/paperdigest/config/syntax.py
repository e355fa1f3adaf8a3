"""What is wrong with text that is not TOML, in plain words and with what to write instead.

tomllib says where it gave up; this looks at the line for the mistakes people make. Values are not
repeated, because an unquoted password is one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from paperdigest.config.positions import Positions, positions

_PLACE = re.compile(r"(.*?) *\(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_PAIR = re.compile(r"""\s*([A-Za-z0-9_.\-"' ]*?)\s*=\s*(.*)""", re.DOTALL)
_HEADING = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{0,2}\s*(?:#.*)?")
_CURLY = "“”„‟‘’‚‛«»"
_MISSING = ("a value is missing here", "write one, or remove the line")
#: What a value begins with, what that is, and what to write. Only harmless values are repeated.
_SLIPS = tuple(
    (re.compile(pattern, re.IGNORECASE), what, hint)
    for pattern, what, hint in (
        (r"#(?:\s|$)", *_MISSING),
        (r"\d{4}-\d\d-\d\d", "there is no such date or time", "write it like 2026-12-24"),
        (
            r"""(?:"[^"]*"|'[^']*'|\S+)\s+[a-z_]+\s*=""",
            "only one setting fits on a line",
            "start a new line",
        ),
        (r"(\d{1,2}:\d{2})\b", "a time must be in quotes", 'write KEY"VALUE"'),
        (
            r"(\d+ ?(?:sec|min|[smhdw]|second|minute|hour|day|week)s?)\s*(?:#.*)?$",
            "text must be in quotes",
            'write KEY"VALUE"',
        ),
        (r"(?:true|yes|on|y)\b", "this is not how true is written", "write KEYtrue"),
        (r"(?:false|no|off|n)\b", "this is not how false is written", "write KEYfalse"),
        (r"(?:none|null|nil|undefined)\b", "there is no word for nothing", "remove the line"),
        (
            '"',
            "something follows the closing quote",
            "put all of it in single quotes: KEY'…'",
        ),
        (
            "'",
            "something follows the closing quote",
            'put all of it in double quotes: KEY"…"',
        ),
        (r"[,\]}]", "a value is missing here", "remove the comma that is too many"),
        (r"[^\s\[{]", "text must be in quotes", 'write KEY"…"'),
    )
)


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake in how TOML is written. Line and column from 1; 0 where it is the whole file."""

    line: int
    column: int
    what: str
    hint: str = ""


def slip(text: str, message: str) -> Slip:
    """Return the mistake behind tomllib's message about `text`."""
    said = _PLACE.fullmatch(message)
    if said is None:
        return Slip(0, 0, "a value is not valid TOML", "a number may be too long")
    found = positions(text.replace("\r\n", "\n"))
    if said[2]:
        line, column = int(said[2]), int(said[3])
    else:
        line, column = found.place(min(found.stopped, len(found.text)))
    lines = found.text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    return (
        _twin(found, said[1])
        or _curly(here, line, column)
        or _quote(found, said[1])
        or _bracket(found, said[1], line, column)
        or _heading(found, said[1], here, line)
        or _value(said[1], here, line, column)
        or _statement(said[1], here, line, column)
        or Slip(line, column, _lowered(said[1]))
    )


def _twin(found: Positions, message: str) -> Slip | None:
    if not re.match(r"Cannot (overwrite|declare|mutate|redefine)|Duplicate", message):
        return None
    if not found.twins:
        return None
    twin = found.twins[0]
    line, column = found.place(twin.offset)
    name = str(next(part for part in reversed(twin.path) if isinstance(part, str)))
    if found.text[found.text.rfind("\n", 0, twin.offset) + 1 : twin.offset].strip().startswith("["):
        return _twin_heading(found, line, column, name, found.place(twin.first)[0])
    hint = f"keep one of them, the first is in line {found.place(twin.first)[0]}"
    return Slip(line, column, f'"{name}" is written twice', hint)


def _twin_heading(found: Positions, line: int, column: int, name: str, first: int) -> Slip:
    if _both_forms(found.text, name):
        return Slip(line, column, *_mixed(name))
    hint = f"put its keys together, the first is in line {first}"
    return Slip(line, column, f"[{name}] is there twice", hint)


def _both_forms(text: str, name: str) -> bool:
    heading = rf"^\s*%s\s*([\w.-]+\.)?{re.escape(name)}\s*%s"
    forms = (heading % (r"\[(?!\[)", r"\](?!\])"), heading % (r"\[\[", r"\]\]"))
    return all(re.search(form, text, re.MULTILINE) for form in forms)


def _mixed(name: str) -> tuple[str, str]:
    return (
        f'"{name}" has one bracket in one place and two in another',
        f"write [[{name}]] each time",
    )


def _curly(here: str, line: int, column: int) -> Slip | None:
    if here[column - 1 : column] not in tuple(_CURLY):
        return None
    return Slip(line, column, "these are curly quotes", 'use straight ones: "…"')


def _quote(found: Positions, message: str) -> Slip | None:
    if not message.startswith(("Illegal character '\\n'", "Expected \"'", "Unterminated string")):
        return None
    quote = found.text[found.stopped : found.stopped + 1] or '"'
    line, column = found.place(found.stopped)
    return Slip(line, column, "this quote is never closed", f"add the closing {quote}")


def _bracket(found: Positions, message: str, line: int, column: int) -> Slip | None:
    here = found.text.split("\n")[line - 1]
    pair = _PAIR.fullmatch(here)
    swallowed = pair is not None and column <= pair.start(1) + 1 and bool(found.unclosed)
    if not message.startswith(("Unclosed array", "Unclosed inline table")) and not swallowed:
        return None
    after = here[column - 1 :]
    if after[:1] in ('"', "'") and not _PAIR.fullmatch(after):
        return Slip(line, column, "a comma is missing before this")
    element = re.search(r"[\[,]\s*([^\s\[\]{}\"',#][^,]*)$", here[: column - 1])
    if element is not None and not swallowed:
        what, hint = _unquoted("", here[element.start(1) :], listed=True)
        return Slip(line, element.start(1) + 1, what, hint)
    start = found.unclosed[-1] if found.unclosed else here.rfind("{", 0, column)
    if start < 0:
        return None
    start += 0 if found.unclosed else found.text.rfind("\n", 0, _offset(found.text, line)) + 1
    closing = {"[": "]", "{": "}"}[found.text[start]]
    noun = "list" if closing == "]" else "table"
    hint = f"add the closing {closing}" + (" on the same line" if noun == "table" else "")
    return Slip(*found.place(start), f"this {noun} is never closed", hint)


def _offset(text: str, line: int) -> int:
    """Return the offset at which a line begins."""
    return sum(len(above) for above in text.splitlines(keepends=True)[: line - 1])


def _heading(found: Positions, message: str, here: str, line: int) -> Slip | None:
    heading = _HEADING.fullmatch(here)
    if heading is None or "=" in here:
        return None
    column = len(here) - len(here.lstrip()) + 1
    if message.startswith("Cannot "):
        if _both_forms(found.text, heading[1].rpartition(".")[2]):
            return Slip(line, column, *_mixed(heading[1]))
        what = f"[{heading[1]}] is there twice, or in another form"
        return Slip(line, column, what, "put its keys together; a list of tables is always [[…]]")
    right = f"[[{heading[1]}]]" if here.lstrip().startswith("[[") else f"[{heading[1]}]"
    return Slip(line, column, "this heading is not closed", f"write {right} alone on its line")


def _value(message: str, here: str, line: int, column: int) -> Slip | None:
    if message.startswith(("Expected '='", "Illegal character")) or "\r" in here:
        return None
    pair = _PAIR.fullmatch(here)
    if pair is None or not pair[1]:
        return _element(message, here, line, column)
    if message.startswith("Invalid value") and column - 1 > pair.start(2):
        return _element(message, here, line, column, key=pair[1])
    if message.startswith(("Unescaped '\\'", "Invalid hex", "Escaped character")):
        what, hint = "a backslash has a meaning of its own in double quotes", f"{pair[1]} = '…'"
    else:
        what, hint = _unquoted(pair[1], pair[2])
    return Slip(line, pair.start(2) + 1, what, hint) if what else None


def _element(message: str, here: str, line: int, column: int, key: str = "") -> Slip | None:
    if not message.startswith("Invalid value"):
        return None
    what, hint = _unquoted(key, here[column - 1 :], listed=True)
    return Slip(line, column, what, hint) if what else None


def _unquoted(key: str, value: str, *, listed: bool = False) -> tuple[str, str]:
    """Return (what, hint) for a value that is not quoted, or not as it should be."""
    write = "" if listed or not key else f"{key} = "
    if not value.strip():
        return _MISSING
    for pattern, what, hint in _SLIPS:
        if found := pattern.match(value):
            inside = next(filter(None, found.groups()), "")
            return what, hint.replace("KEY", write).replace("VALUE", inside)
    return "", ""


def _statement(message: str, here: str, line: int, column: int) -> Slip | None:
    start = len(here) - len(here.lstrip()) + 1
    if "\r" in here:
        return Slip(
            line, here.index("\r") + 1, "this line end is not known", "save it with LF or CR LF"
        )
    if message.startswith("Illegal character"):
        return Slip(line, column, "this is a control character", "remove it")
    if re.match(r"\s*-\s", here):
        return Slip(line, start, "lists are not written with dashes", 'write key = ["a", "b"]')
    if yaml := re.match(r"\s*([A-Za-z_]+)\s*:", here):
        return Slip(line, start, 'a key is followed by "=", not by ":"', f"write {yaml[1]} = …")
    if message.startswith(("Expected '='", "Invalid statement", "Invalid initial character")):
        return Slip(
            line, start, "this is not a setting", 'write key = "value"; a note begins with #'
        )
    return None


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]
