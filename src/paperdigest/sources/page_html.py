"""A papers page of Hugging Face saved as HTML: the answer of its service that it carries, or else its headings,
paragraphs and links as Markdown.
"""

from __future__ import annotations

import re
from html import unescape

_BEGINS = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_TITLE = re.compile(r"<title>[^<]{0,100}\bPapers\b[^<]{0,100}</title>", re.IGNORECASE)
_PROPS = re.compile(
    r"data-props=\"([^\"]*dailyPapers[^\"]*)\"|data-props='([^']*dailyPapers[^']*)'"
)
#: No attribute of these pages holds an angle bracket, so a tag ends at the next one: time stays linear.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]{0,15})\b(?P<rest>[^<>]*)>|<[!?][^<>]*>", re.IGNORECASE
)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]{1,2000})")
_UNSEEN = frozenset({"head", "script", "style", "svg", "noscript", "template", "button", "form"})
_BLOCKS = frozenset(
    {"article", "div", "p", "section", "li", "ul", "main", "header", "footer", "br", "time"}
)
_HEADING = re.compile(r"h[1-6]")


def is_page(head: str) -> bool:
    """Say whether a document that starts so is an HTML page of papers by its title."""
    return (
        _BEGINS.match(head) is not None
        and "Hugging Face" in head
        and _TITLE.search(head) is not None
    )


def carried(text: str) -> bytes | None:
    """Return the JSON that the page was made of, None if it carries none."""
    found = _PROPS.search(text)
    return unescape(found[1] or found[2]).encode() if found else None


def as_markdown(text: str) -> str:
    """Return what is seen of the page: headings, links with their addresses, and blocks of text."""
    writer = _Writer()
    at = 0
    for tag in _TAG.finditer(text):
        writer.text(text[at : tag.start()])
        at = tag.end()
        if tag["name"]:
            writer.tag(tag["name"].lower(), tag["rest"], ends=bool(tag["end"]))
    writer.text(text[at:])
    return "".join(writer.pieces)


class _Writer:
    """Writes Markdown while the page is read. Texts keep no line end of their own."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._unseen = 0
        self._links: list[str] = []

    def tag(self, name: str, rest: str, *, ends: bool) -> None:
        if name in _UNSEEN:
            self._unseen = max(0, self._unseen + (-1 if ends else not rest.endswith("/")))
        elif self._unseen:
            return
        elif name == "a":
            self._link(rest, ends=ends)
        elif _HEADING.fullmatch(name):
            self.pieces.append("\n\n" if ends else "\n\n### ")
        elif name in _BLOCKS and not self._links:
            self.pieces.append("\n\n")

    def text(self, raw: str) -> None:
        if self._unseen or not raw:
            return
        words = " ".join(unescape(raw).split())
        before = " " if raw[0].isspace() and words else ""
        after = " " if raw[-1].isspace() and words else ""
        self.pieces.append(f"{before}{words}{after}")

    def _link(self, rest: str, *, ends: bool) -> None:
        if not ends:
            href = _HREF.search(rest)
            self._links.append(unescape(href[1]) if href else "")
            self.pieces.append("[")
        elif self._links:
            self.pieces.append(f"]({self._links.pop()})")
