"""Links as programs that save pages as text write them apart from their text, put beside it: `[text](address)`.

Two ways are known: numbers that a list at the end explains, and the address on a line of its own below the text.
Line numbers stay as they are.
"""

from __future__ import annotations

import re

from paperdigest.sources.page_chrome import unglued

_USE = re.compile(r"\]\[(\d{1,5})\]")
#: `[12]: https://…` of Markdown, `12. https://…` of text browsers.
_DEFINITION = re.compile(
    r"^[ \t]*(?:\[(\d{1,5})\]:|(\d{1,5})\.)[ \t]+(\S{1,2000})[ \t]*$", re.MULTILINE
)
_ADDRESS = re.compile(r"\s*(https?://[^\s()<>]{1,300})\s*")
_PAPER = re.compile(r"https?://[^\s()/<>]{1,200}/papers/(\w[\w.-]{2,99})", re.ASCII)
_LOGIN = re.compile(r"https?://[^\s()/<>]{1,200}/login\?next=%2Fpapers%2F\S+")
#: A page has more papers; one address below a paragraph is only a reference.
_FEWEST = 2


def inlined(text: str) -> str:
    """Return a page with its links beside their texts; one that has them there already comes back as it is."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _with_own_lines(_with_numbers(text))


def _with_numbers(text: str) -> str:
    if _USE.search(text) is None:
        return text
    addresses = {one[1] or one[2]: one[3] for one in _DEFINITION.finditer(text)}
    return _USE.sub(
        lambda use: f"]({addresses[use[1]]})" if use[1] in addresses else use[0],
        _DEFINITION.sub("", text),
    )


def _with_own_lines(text: str) -> str:
    lines = text.split("\n")
    alone = {place: one[1] for place, line in enumerate(lines) if (one := _ADDRESS.fullmatch(line))}
    papers = {one[1] for address in alone.values() if (one := _PAPER.fullmatch(address))}
    if len(papers) < _FEWEST:
        return text
    seen: set[str] = set()
    last = -1  # the last line with a text that no address has taken
    for place, line in enumerate(lines):
        address = alone.get(place)
        if address is None:
            last = place if line.strip() else last
            continue
        paper = _PAPER.fullmatch(address)
        if last < 0 or not (paper or _LOGIN.fullmatch(address)):
            continue
        words, heading = lines[last].strip(), ""
        if paper and paper[1] not in seen:
            words, heading = unglued(words, after_chrome=not seen), "### "
            seen.add(paper[1])
        lines[last], lines[place] = f"{heading}[{words}]({address})", ""
        last = -1
    return "\n".join(lines)
