"""A piece of a text in HTML with the styles that hold for it: in elements that mail programs know, each escaped inside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from unicodedata import category

from markupsafe import Markup, escape

from paperdigest.core.styling import Style

# With a height of its own a script would push its line down or up; nobody reads less than 13 pixels.
_AROUND: Final = {
    Style.BOLD: ("<b>", "</b>"),
    Style.ITALIC: ("<i>", "</i>"),
    Style.MONOSPACE: ("<code>", "</code>"),
    Style.SUPERSCRIPT: ('<sup style="font-size:13px;line-height:0px">', "</sup>"),
    Style.SUBSCRIPT: ('<sub style="font-size:13px;line-height:0px">', "</sub>"),
}
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def styled(piece: str, styles: Iterable[str]) -> Markup:
    """Return the piece within the elements of its styles, nested as `Style` lists them; nothing for a sign that only says
    in plain text that a script follows. What cannot be seen has no style, a style that is none of ours changes nothing.
    """
    given = tuple(styles)
    if Style.SIGN in given:
        return Markup()
    around = [_AROUND[style] for style in Style if style in given] if _is_seen(piece) else []
    opening = "".join(opens for opens, _ in around)
    closing = "".join(closes for _, closes in reversed(around))
    return Markup(f"{opening}{escape(piece)}{closing}")  # noqa: S704 - ours around what is escaped


def _is_seen(piece: str) -> bool:
    return any(category(sign) not in _UNSEEN for sign in piece)
