"""Where in a page of HTML one stands, told by what was written before: in text, in the value of an attribute, in a tag, in a
comment. Read as a browser reads it, https://html.spec.whatwg.org/multipage/parsing.html#tokenization; what Jinja puts
between two pieces of text is `attributes`' to follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from html import unescape
from types import MappingProxyType
from typing import Final

#: Attributes whose value a click, or the page itself, opens.
OPENS: Final = frozenset(
    {"action", "archive", "background", "cite", "classid", "codebase", "data", "dynsrc", "formaction", "from"}
    | {"href", "longdesc", "lowsrc", "manifest", "ping", "poster", "profile", "src", "srcset", "to", "usemap"}
    | {"values", "xlink:href", "xml:base"}
)  # fmt: skip
#: Elements whose text is no HTML, to their end; in those of the second kind `&lt;` is a sign all the same.
_RAW: Final = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "xmp"}
)
_TITLES: Final = frozenset({"textarea", "title"})
_SCHEMES: Final = frozenset({"cid", "http", "https", "mailto", "sms", "tel"})
_TAG_NAME_TO = re.compile(r"[ \t\n\r\f/>]")
_BETWEEN = re.compile(r"[ \t\n\r\f/]*")
_NAME_TO = re.compile(r"[ \t\n\r\f/>=]")
_BLANKS = re.compile(r"[ \t\n\r\f]*")
_BARE_TO = re.compile(r"[ \t\n\r\f>]")
_END = re.compile(r"--!?>")
_END_AT_ONCE = re.compile(r"-?>")
_DECIDES = re.compile(r"[:/?#\\]")
_HALF_A_SIGN = re.compile(r"&[^;\s]*$")
_UNSEEN = re.compile(r"[\x00-\x20]+")
_LONGEST = 40  # of a name


class Kind(Enum):
    """What a place is in."""

    TEXT = auto()
    OPENING = auto()  # "<", and what it opens is not said yet
    TAG_NAME = auto()
    TAG = auto()
    NAME = auto()  # of an attribute
    BEHIND_NAME = auto()
    BEFORE_VALUE = auto()
    VALUE = auto()  # in quotes
    BARE_VALUE = auto()
    COMMENT = auto()
    DECLARATION = auto()
    RAW = auto()
    TITLE = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a page. `element` is the tag's, or the one whose text this is; `closes`: the tag ends one; `name` the
    attribute's; `said` what was read of what is not over yet, None where nobody can tell any more; `fixed`: the file says
    what the attribute opens. `line` is where the tag or comment began; it makes no two places of one."""

    kind: Kind = Kind.TEXT
    element: str = ""
    closes: bool = False
    name: str = ""
    quote: str = ""
    said: str | None = ""
    fixed: bool = False
    line: int = field(default=0, compare=False)

    @property
    def opens(self) -> bool:
        """Say whether this is in the value of an attribute that opens something."""
        return self.kind is Kind.VALUE and self.name in OPENS

    @property
    def styles(self) -> bool:
        """Say whether this is in a style."""
        return self.kind is Kind.VALUE and self.name == "style"

    @property
    def is_open(self) -> bool:
        """Say whether what is written here decides what an attribute opens."""
        return self.opens and not self.fixed


START: Final = Place()
_Next = tuple[Place, int]


def read(place: Place, text: str, line: int) -> tuple[Place, tuple[int, ...]]:
    """Return where one stands behind the text, and the cuts: where in it the value of an attribute that opens something
    begins, and where it ends. `line` is where the text begins."""
    at = 0
    cuts: list[int] = []
    while at < len(text):
        before, begun = place.opens, at
        place, at = _READ[place.kind](place, text, at)
        if place.kind is Kind.OPENING and not place.line:
            place = replace(place, line=line + text.count("\n", 0, begun))
        if place.opens is not before:
            cuts.append(at if place.opens else at - 1)
    return place, tuple(cuts)


def written(place: Place) -> Place:
    """Return where one stands behind something of which the file does not say what it is."""
    return replace(place, said=None) if place.is_open else place


# Each returns where one stands next, and where the text goes on.


def _text(place: Place, text: str, at: int) -> _Next:
    if text[at] == "<":
        return Place(Kind.OPENING, said="<"), at + 1
    found = text.find("<", at)
    return place, len(text) if found < 0 else found


def _opening(place: Place, text: str, at: int) -> _Next:
    said = (place.said or "") + text[at]
    if said in ("<!", "<!-", "</"):
        return replace(place, said=said), at + 1
    if said == "<!--":
        return replace(place, kind=Kind.COMMENT, said=""), at + 1
    if said[:-1] in ("<", "</") and said[-1].isascii() and said[-1].isalpha():
        return replace(place, kind=Kind.TAG_NAME, closes=said[1] == "/", said=""), at
    if said.startswith(("<!", "</", "<?")):
        return (START, at + 1) if said[-1] == ">" else (replace(place, kind=Kind.DECLARATION), at)
    return START, at  # a sign like any other


def _tag_name(place: Place, text: str, at: int) -> _Next:
    found = _TAG_NAME_TO.search(text, at)
    end = found.start() if found else len(text)
    element = (place.element + text[at:end].lower())[:_LONGEST]
    return replace(place, kind=Kind.TAG if found else place.kind, element=element), end


def _tag(place: Place, text: str, at: int) -> _Next:
    at = _end_of(_BETWEEN, text, at)
    if at == len(text):
        return _in_tag(place, Kind.TAG), at
    if text[at] == ">":
        return _behind(place), at + 1
    return _in_tag(place, Kind.NAME, text[at].lower()), at + 1


def _name(place: Place, text: str, at: int) -> _Next:
    found = _NAME_TO.search(text, at)
    end = found.start() if found else len(text)
    name = (place.name + text[at:end].lower())[:_LONGEST]
    return _in_tag(place, Kind.BEHIND_NAME if found else Kind.NAME, name), end


def _behind_name(place: Place, text: str, at: int) -> _Next:
    at = _end_of(_BLANKS, text, at)
    if at == len(text):
        return place, at
    if text[at] == "=":
        return _in_tag(place, Kind.BEFORE_VALUE, place.name), at + 1
    return _in_tag(place, Kind.TAG), at


def _before_value(place: Place, text: str, at: int) -> _Next:
    at = _end_of(_BLANKS, text, at)
    if at == len(text):
        return place, at
    if text[at] in "\"'":
        return replace(place, kind=Kind.VALUE, quote=text[at], said=""), at + 1
    return (_behind(place), at + 1) if text[at] == ">" else (_in_tag(place, Kind.BARE_VALUE), at)


def _value(place: Place, text: str, at: int) -> _Next:
    found = text.find(place.quote, at)
    if found >= 0:
        return _in_tag(place, Kind.TAG), found + 1
    return _told(place, text[at:]), len(text)


def _told(place: Place, text: str) -> Place:
    """Return the place in a value with so much more of it."""
    if not place.is_open or place.said is None:
        return place
    said = place.said + text
    known = _UNSEEN.sub("", unescape(_HALF_A_SIGN.sub("", said)))
    decided = _DECIDES.search(known)
    if decided is None:
        return replace(place, said=said if len(said) <= _LONGEST else None)
    # Of another scheme than these it stays open: then it is no address with anything behind it.
    is_one = decided[0] != ":" or known[: decided.start()].lower() in _SCHEMES
    return replace(place, said="" if is_one else None, fixed=is_one)


def _bare_value(place: Place, text: str, at: int) -> _Next:
    found = _BARE_TO.search(text, at)
    return (_in_tag(place, Kind.TAG), found.start()) if found else (place, len(text))


def _comment(place: Place, text: str, at: int) -> _Next:
    # Of what is read already the last signs matter; a comment may end at once: "<!-->", but not by "<!--!>".
    said = place.said or ""
    comment = said + text[at:]
    found = (_END_AT_ONCE.match(comment) if len(said) < 2 else None) or _END.search(comment)
    if found:
        return START, at + found.end() - len(said)
    return replace(place, said=comment[-3:]), len(text)


def _declaration(place: Place, text: str, at: int) -> _Next:
    found = text.find(">", at)
    return (place, len(text)) if found < 0 else (START, found + 1)


def _to_its_end(place: Place, text: str, at: int) -> _Next:
    """Read on in an element whose text is no HTML. `fixed`: what stands in it may be HTML to others; `name`: it never ends."""
    said = (place.said or "") + text[at:]
    end = re.search(rf"</{re.escape(place.element)}(?=[ \t\n\r\f/>])", said, re.IGNORECASE)
    inside = said[: end.start()] if end else said
    # A script in a script's comment ends with it, and not the outer one ("double escaped"): none is looked for any more.
    if place.element == "script" and (place.name or "<!--" in inside):
        return replace(place, name="<!--", said="", fixed=True), len(text)
    if end:
        tag = Place(Kind.TAG, place.element, closes=True, line=place.line)
        return tag, at + end.end() - len(place.said or "")
    last = inside.rfind("<")
    kept = inside[last:] if last >= 0 and len(inside) - last < _LONGEST else ""
    looks_like_one = place.fixed or re.search(r"<[A-Za-z!/?]", inside) is not None
    return replace(place, said=kept, fixed=looks_like_one), len(text)


def _in_tag(place: Place, kind: Kind, name: str = "") -> Place:
    return Place(kind, place.element, place.closes, name, line=place.line)


def _behind(place: Place) -> Place:
    if not place.closes and place.element in _RAW:
        return Place(Kind.RAW, place.element, line=place.line)
    if not place.closes and place.element in _TITLES:
        return Place(Kind.TITLE, place.element, line=place.line)
    return START


def _end_of(blanks: re.Pattern[str], text: str, at: int) -> int:
    found = blanks.match(text, at)
    return found.end() if found else at


_READ: Mapping[Kind, Callable[[Place, str, int], _Next]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.OPENING: _opening,
        Kind.TAG_NAME: _tag_name,
        Kind.TAG: _tag,
        Kind.NAME: _name,
        Kind.BEHIND_NAME: _behind_name,
        Kind.BEFORE_VALUE: _before_value,
        Kind.VALUE: _value,
        Kind.BARE_VALUE: _bare_value,
        Kind.COMMENT: _comment,
        Kind.DECLARATION: _declaration,
        Kind.RAW: _to_its_end,
        Kind.TITLE: _to_its_end,
    }
)
