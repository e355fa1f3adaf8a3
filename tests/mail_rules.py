"""What may stand in the HTML of a mail, and why: elements with their attributes, CSS properties with their values.

After the tables of https://www.caniemail.com (its source: github.com/hteumeuleu/caniemail, folder `_features`, looked
up in November 2026). What the large clients lack is not here, so nothing can depend on it. "Outlook" is Outlook for
Windows up to 2019, which shows HTML as Word does; what it leaves out must do no harm.
"""

from __future__ import annotations

from typing import Final

#: Any element may have these.
EVERYWHERE: Final = frozenset({"class", "style"})

_TABLE: Final = frozenset({"role", "width", "cellpadding", "cellspacing", "border"})

#: A title or a stretch of an abstract stands as its own letters go: "auto" of dir. Who does not know that keeps the
#: page's own direction.
_DIRECTED: Final = frozenset({"dir"})

#: Element → its attributes besides those of any. All are known everywhere unless a comment says more.
ELEMENTS: Final[dict[str, frozenset[str]]] = {
    "html": frozenset({"lang", "dir"}),
    "head": frozenset(),
    "meta": frozenset({"charset", "name", "content"}),
    "title": frozenset(),
    # Gmail drops the whole block past 8,192 characters and on accounts of other providers; Outlook reads no query.
    "style": frozenset(),
    # Gmail, Outlook.com and Yahoo make a div of it: what must be seen stands on a table, too.
    "body": frozenset(),
    # For Outlook, which has no max-width, no padding of div and no margin of body.
    "table": _TABLE,
    "tbody": frozenset(),
    "tr": frozenset(),
    "td": frozenset({"align", "colspan", "width"}),
    # Of a table of figures: who does not know scope, or a caption, reads the same in the same order.
    "th": frozenset({"align", "colspan", "scope"}),
    "caption": frozenset(),
    "div": _DIRECTED,
    "p": frozenset(),
    "span": _DIRECTED,
    "h1": frozenset(),
    "h2": frozenset(),
    "h3": _DIRECTED,
    "ul": frozenset(),
    "li": _DIRECTED,
    "a": frozenset({"href"}),
    "b": frozenset(),
    "i": frozenset(),
    "sub": frozenset(),
    "sup": frozenset(),
    # Struck through and underlined by themselves, wherever colours are not shown; screen readers may say which.
    "del": frozenset(),
    "ins": frozenset(),
    "code": frozenset(),
}

#: Obsolete in HTML, and needed: Word's engine takes the frame and the place of a table from nowhere else.
OBSOLETE: Final = frozenset({"width", "cellpadding", "cellspacing", "border", "align"})

_COLOUR: Final = (
    r"#[0-9a-f]{6}"  # three digits, names, rgba() and variables fail in one client or another
)
_LENGTH: Final = r"(?:0|\d{1,3}px)"  # em and % of paddings differ in Outlook; margin: auto and negative ones fail
_LENGTHS: Final = rf"{_LENGTH}(?: {_LENGTH}){{0,3}}"
_LINE: Final = rf"{_LENGTH} solid {_COLOUR}"

#: Inline CSS: property → what it may say, as a pattern of the whole value.
PROPERTIES: Final[dict[str, str]] = {
    "background-color": _COLOUR,
    "border": rf"0|{_LINE}",
    "border-top": _LINE,
    "border-bottom": _LINE,
    "border-radius": _LENGTH,  # not in Outlook, GMX, Orange: corners are square there
    "color": _COLOUR,
    # None is not in Outlook, which has mso-hide; there inline-block is inline, a line of links that stand closer. Flex and
    # grid fail in Gmail and Outlook.
    "display": "none|inline-block",
    "font-family": r"[-\w' ,]+",
    "font-size": r"(?:1|1[3-9]|2\d)px",  # nobody reads less than 13; 1 is for what is hidden
    "font-style": "italic",
    "font-weight": r"[4-7]00",
    "line-height": r"\d{1,2}px",
    "list-style-type": "disc|none",
    "margin": _LENGTHS,  # Outlook has none on body and span
    "max-height": "0",  # of what is hidden
    "max-width": r"0|(?:[1-5]\d\d|600)px",  # Outlook: only on tables; the conditional table stands in for it
    "mso-hide": "all",  # Outlook's own word for display: none
    "opacity": "0",  # of what is hidden; not in Outlook, Yahoo
    "overflow": "hidden",  # of what is hidden; not in Outlook
    "overflow-wrap": "anywhere",  # word-break: break-word says the same to those who lack it, as Gmail
    "padding": _LENGTHS,
    # "start" is not in Outlook, Yahoo, AOL, Orange, nor in Gmail's apps for accounts of others: there align, "left" of the
    # same cell, holds, and what goes from right to left is in order at the wrong edge.
    "text-align": "left|center|right|start",
    "text-decoration": "none|underline",
    "vertical-align": "top|middle|bottom|baseline|sub|super",
    "white-space": "nowrap",  # not in Outlook: a line more
    "word-break": "break-word",
}

#: Never, not even in the style block, and who fails at it; the validator's message says so.
REFUSED: Final[dict[str, str]] = {
    "position": "Gmail and Outlook drop it",
    "float": "Outlook drops it: layout is for tables",
    "background-image": "it is fetched, and Outlook drops it",
    "background": "it may name an image; background-color says the colour",
    "width": "a fixed width is scrolled sideways on a phone; max-width or the attribute of a table",
    "min-width": "it is scrolled sideways on a phone",
    "content": "nothing that is read may stand in a style",
    "filter": "Gmail and Outlook drop it",
    "transform": "Gmail and Outlook drop it",
    "animation": "it distracts, and Gmail drops it",
}

#: The style block. Whoever drops it, as Gmail does for the dark, reads the same in light colours: nothing depends on it.
MOST_STYLE: Final = 8_192
PLAIN_RULES: Final[dict[str, frozenset[str]]] = {
    ":root": frozenset({"color-scheme", "supported-color-schemes"}),
    "a:hover": frozenset({"text-decoration"}),
}
MEDIA_RULES: Final[dict[str, frozenset[str]]] = {
    "(min-width: 600px)": frozenset({"padding", "border", "border-radius"}),
    "(prefers-color-scheme: dark)": frozenset({"background-color", "color", "border-color"}),
}
DARK: Final = "(prefers-color-scheme: dark)"

#: Pixels, the limit of the sheet. Nothing has a width of its own: a phone of 320 would have to scroll sideways.
WIDEST: Final = 600
#: Of a cell that has a width all the same, a bar: narrower than any word.
WIDEST_CELL: Final = 28

#: What conditional comments for Outlook may hold: the font, which its tables do not take over from what they stand in, and
#: the sheet in a table of fixed width, as there is no max-width.
FOR_OUTLOOK: Final = (
    "[if mso]><style>td, th, div, p, h1, h2, h3, li { font-family: 'Segoe UI', Arial, sans-serif !important; } ul { margin: 0 0 0 24px !important; }</style><![endif]",
    f'[if mso]><table role="presentation" width="{WIDEST}" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]',
    "[if mso]></td></tr></table><![endif]",
)

#: What hides the preheader: one client or another knows each of them.
HIDDEN: Final[dict[str, str]] = {
    "display": "none",
    "max-height": "0",
    "max-width": "0",
    "overflow": "hidden",
    "opacity": "0",
    "font-size": "1px",
    "line-height": "1px",
    "mso-hide": "all",
}
#: Characters of the preheader. Lists of mails show some 40 to 140; what is longer only takes room in Gmail's 102 kB.
LONGEST_PREHEADER: Final = 250

#: Link texts that do not say where they go when they are read out alone (WCAG 2.2, 2.4.4).
SAYS_NOTHING: Final = frozenset(
    {"", "here", "click here", "this", "link", "more", "read more", "learn more", "see more"}
)
SCHEMES: Final = ("http://", "https://", "mailto:")
