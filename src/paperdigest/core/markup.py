"""Turn HTML and JATS markup into text: entities decoded, known tags gone, everything else left as it is.
Owns which tags are known. A `<` that opens no known tag is a character: abstracts are full of `a<b` and `p <0.05`.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import Final

from paperdigest.core.mathml import ELEMENTS, Formulas, once


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


# Tags that part words become a blank, the others nothing.
_BLOCKS = _words("""
abstract blockquote body br caption center dd details disp-formula disp-quote div dl dt fig
boxed-text break figcaption figure footer h1 h2 h3 h4 h5 h6 header hr html label li list list-item ol p para
pre sec section summary table table-wrap tbody td tfoot th thead title tr ul
""")
_INLINE = _words("""
a abbr alternatives annotation b bdi bdo big bold cite code data del dfn em email emphasis equationsource
ext-link fixed-case fn font formula graphic i imageobject img inf inline-formula inline-graphic inlineequation
inlinemediaobject ins italic kbd mark math monospace named-content
nobr noscript overline q roman samp sans-serif sc scp simple-para small span strike strong
styled-content sub subscript sup superscript tex tex-math time tt u underline uri var wbr xref
""")
# Read as tags even without their partner: nobody writes them for anything else, and texts are cut short.
_SURE = _words("""
b bold br div em i inf italic p scp span strong styled-content sub sup xref disp-formula
inline-formula named-content sans-serif ext-link list-item tex-math
""")
PREFIXES: Final = frozenset(["jats", "mml", "m", "ce", "xhtml"])
_SCRIPTS = {"sub": "_", "inf": "_", "subscript": "_", "sup": "^", "superscript": "^"}

TAG: Final = re.compile(
    r"<(/?)((?:[A-Za-z]{1,5}:)?[A-Za-z][A-Za-z0-9-]{0,24})"
    r"((?:\s++[A-Za-z_:][A-Za-z0-9_:.-]{0,40}\s*+=\s*+(?:\\?\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))*+)\s*+(/?)>"
)
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")


def plain(text: str) -> str:
    """Return the text without entities and known tags; scripts become TeX's `_{}` and `^{}`, and so on in MathML."""
    text = decoded(text)
    if "<" not in text:
        return text
    if "<!" in text:
        text = _CDATA.sub("", _without_comments(text)) if "<![" in text else _without_comments(text)
    return _without_tags(once(text))


def decoded(text: str) -> str:
    """Return the text with its entities decoded, also those encoded more than once; `R&D` and `&copy=2` are none."""
    return _ENTITY.sub(_decoded, text) if "&" in text else text


def _decoded(found: re.Match[str]) -> str:
    name = found[1] + ";"
    if name[0] == "#":
        return html.unescape(f"&{name}")
    return html5.get(name, found[0])


def _without_comments(text: str) -> str:
    pieces = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        pieces.append(text[at:start])
        at = end + 3
    return "".join(pieces) + text[at:]


def _without_tags(text: str) -> str:
    tags = [tag for tag in TAG.finditer(text) if _known(tag)]
    if not tags:
        return text
    last_end = {tag[2].lower(): tag.start() for tag in tags if tag[1]}
    first_start: dict[str, int] = {}
    for tag in tags:
        if not tag[1]:
            first_start.setdefault(tag[2].lower(), tag.start())
    formulas = Formulas()
    pieces = []
    at = 0
    for tag in tags:
        name = tag[2].lower()
        paired = (
            first_start.get(name, len(text)) < tag.start()
            if tag[1]
            else last_end.get(name, -1) > tag.start()
        )
        between = text[at : tag.start()]
        if not (formulas.ignore_blanks and between.isspace()):
            pieces.append(between)
        bare = name.rpartition(":")[2]
        if bare in ELEMENTS and (paired or tag[4]):
            pieces.append(formulas.braces(tag, bare))
        else:
            pieces.append(_shown(tag, paired=paired))
        at = tag.end()
    return "".join(pieces) + text[at:]


def _known(tag: re.Match[str]) -> bool:
    prefix, _, name = tag[2].lower().rpartition(":")
    if prefix:
        return prefix in PREFIXES
    return name in _BLOCKS or name in _INLINE or name in ELEMENTS


def _shown(tag: re.Match[str], *, paired: bool) -> str:
    prefix, _, name = tag[2].lower().rpartition(":")
    if not (paired or prefix or tag[3] or tag[4] or _sure(tag, name)):
        return tag[0]
    if name in _SCRIPTS and paired:
        return "}" if tag[1] else _SCRIPTS[name] + "{"
    return " " if name in _BLOCKS else ""


def _sure(tag: re.Match[str], name: str) -> bool:
    """Tell `<i>E. coli` cut short from `a<b>c`: glued between words, a lone letter is no tag."""
    if name not in _SURE:
        return False
    before, after = (
        tag.string[max(0, tag.start() - 1) : tag.start()],
        tag.string[tag.end() : tag.end() + 1],
    )
    return len(name) > 1 or not (before.isalnum() and after.isalnum())
