"""The contrast of every text of a mail with what it stands on, in light and dark (WCAG 2.2, 1.4.3: at least 4.5 to 1).

Light is what stands inline. Dark is that with the rules of the query for dark over it, which are all !important and
of single classes, so that the later one wins. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from turbohtml import Element
from turbohtml.cssom import StyleRule

from mail_page import MailPage, attributes, inline, is_hidden
from mail_rules import DARK

Scheme = Literal["light", "dark"]
LEAST = 4.5
_COLOUR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One text and the two colours it is read in; "" where none is set."""

    text: str
    colour: str
    ground: str

    @property
    def ratio(self) -> float:
        """Return the contrast, from 1 to 21; 0 where a colour is missing or is no colour of six digits."""
        if not (_COLOUR.fullmatch(self.colour) and _COLOUR.fullmatch(self.ground)):
            return 0
        return contrast(self.colour, self.ground)


def hard_to_read(html: str, scheme: Scheme) -> list[Reading]:
    """Return every text below the least contrast."""
    return [reading for reading in readings(html, scheme) if reading.ratio < LEAST]


def readings(html: str, scheme: Scheme) -> Iterator[Reading]:
    """Yield every text that is shown, in order."""
    page = MailPage(html)
    dark = page.media.get(DARK) if scheme == "dark" else None
    over = tuple(dark.rules) if dark is not None else ()
    for node in page.texts:
        if not is_hidden(node):
            around = [each for each in node.ancestors if isinstance(each, Element)]
            yield Reading(
                " ".join(node.data.split()),
                _nearest("color", around, over),
                _nearest("background-color", around, over),
            )


def _nearest(name: str, around: Sequence[Element], over: Sequence[StyleRule]) -> str:
    """Return the value of the innermost element that has one: a colour is inherited, a ground shows through. A link
    without a colour of its own has the browser's blue, which nobody chose."""
    for element in around:
        value = _own(name, element, over)
        if value or (element.tag == "a" and name == "color"):
            return value
    return ""


def _own(name: str, element: Element, over: Sequence[StyleRule]) -> str:
    classes = {f".{each}" for each in attributes(element).get("class", "").split()}
    value = inline(element).get(name) or ""
    for rule in over:
        if classes & {each.strip() for each in rule.selector_text.split(",")}:
            value = rule.style.get(name) or value
    return value.lower()


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (`#rrggbb`)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour of sRGB, from 0 to 1."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
