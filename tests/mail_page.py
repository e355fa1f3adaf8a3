"""A mail's HTML as a browser takes it, with the tags as they were written beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import turbohtml
from turbohtml import Comment, Element, Text, TokenType
from turbohtml.cssom import StyleDeclaration, StyleSheet

_VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "base", "wbr"})
_MEDIA = re.compile(r"@media\s*([^{]*?)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")

#: How deep an element stands, its name, and its attributes in order.
Shape = tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class MailPage:
    """One parsed mail. Raises nothing: whatever the text is, a browser makes a page of it."""

    html: str

    @cached_property
    def document(self) -> turbohtml.Document:
        return turbohtml.parse(self.html)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        return tuple(self.document.iter_elements())

    @cached_property
    def comments(self) -> tuple[str, ...]:
        return tuple(node.data for node in self.document.descendants if isinstance(node, Comment))

    @property
    def texts(self) -> Iterator[Text]:
        """Yield every text of the body that is more than white space."""
        for body in self.document.find_all("body"):
            for node in body.descendants:
                if isinstance(node, Text) and node.data.strip():
                    yield node

    @cached_property
    def style(self) -> str:
        """Return what stands in the style blocks together."""
        return "\n".join(each.text for each in self.elements if each.tag == "style")

    @cached_property
    def media(self) -> dict[str, StyleSheet]:
        """Return the rules of each media query."""
        return {query: StyleSheet(rules) for query, rules in _MEDIA.findall(self.style)}

    @cached_property
    def plain(self) -> StyleSheet:
        """Return the rules outside of any query."""
        return StyleSheet(_MEDIA.sub("", self.style))

    @cached_property
    def stray_style(self) -> str:
        """Return what the style blocks hold besides rules and queries of rules."""
        return re.sub(r"[^{}@]*\{[^{}]*\}", "", _MEDIA.sub("", self.style)).strip()

    def as_outlook_sees_it(self) -> MailPage:
        """Return the page with what stands in conditional comments."""
        return MailPage(
            re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", self.html, flags=re.DOTALL)
        )


def attributes(element: Element) -> dict[str, str]:
    """Return the attributes as they were written."""
    return {
        name: " ".join(value) if isinstance(value, list) else value or ""
        for name, value in element.attrs.items()
    }


def inline(element: Element) -> StyleDeclaration:
    """Return the element's own style."""
    return StyleDeclaration.parse(attributes(element).get("style", ""))


def is_hidden(node: Text | Element) -> bool:
    """Say whether the node stands in something that is not displayed."""
    around = [node, *node.ancestors] if isinstance(node, Element) else node.ancestors
    return any(
        isinstance(each, Element) and inline(each).get("display") == "none" for each in around
    )


def built(html: str) -> Shape:
    """Return the elements of the tree that a browser builds. A table's body is understood, so it is left out."""
    found: list[tuple[int, str, tuple[tuple[str, str], ...]]] = []

    def walk(node: turbohtml.Node, depth: int) -> None:
        for child in node.children:
            if not isinstance(child, Element):
                continue
            if child.tag == "tbody":
                walk(child, depth)
                continue
            found.append((depth, child.tag, tuple(attributes(child).items())))
            walk(child, depth + 1)

    walk(turbohtml.parse(html), 0)
    return tuple(found)


def written(html: str) -> tuple[Shape, list[str]]:
    """Return the elements as their tags nest, and what is wrong with the tags: each must be closed, by its own end
    tag, before those around it. A tree that is built otherwise than it is written was mended by the browser.
    """
    found: list[tuple[int, str, tuple[tuple[str, str], ...]]] = []
    wrong: list[str] = []
    open_: list[str] = []
    for token in turbohtml.tokenize(html):
        tag = token.tag or ""
        if token.type is TokenType.START_TAG:
            found.append((len(open_), tag, tuple(token.attrs or ())))
            if tag not in _VOID:
                open_.append(tag)
        elif token.type is TokenType.END_TAG:
            if open_[-1:] == [tag]:
                open_.pop()
            else:
                wrong.append(f"line {token.line}: </{tag}> closes nothing that was opened last")
    return tuple(found), wrong + [f"<{tag}> is never closed" for tag in open_]
