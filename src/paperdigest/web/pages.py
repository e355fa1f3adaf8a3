"""What the pages say and how they look: no script, nothing fetched, plain in light and dark and at 360 pixels.

Texts in, complete documents out; when which one is shown is `unsubscribe`'s.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

#: The form's only field: how a person's own click is told from that of a mail program.
BUTTON: Final = ("stop", "here")
_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fafaf8; --line: #8a8a8e; --press: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8ea; --paper: #161618; --line: #8a8a8e; --press: #8ab4f8; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2.5rem 1.25rem; overflow-wrap: anywhere; }
strong { white-space: nowrap; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 1rem; }
button { font: inherit; font-weight: 600; padding: .75rem 1.25rem; min-height: 2.75rem; cursor: pointer;
  color: var(--paper); background: var(--press); border: 1px solid var(--press); border-radius: .5rem; }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
p.small { color: inherit; border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; font-size: .9rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
#: Nothing may be fetched or run, and the form leads nowhere else (https://www.w3.org/TR/CSP3/).
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_TO_THE_OPERATOR = "To reach whoever sends them, answer one of the mails."


def asked(kind: str, target: str) -> bytes:
    """Return the page that asks whether to stop; only its button does."""
    name, value = BUTTON
    return _page(
        "Stop these digests?",
        f"<p>This stops the digests of new papers that go by {escape(kind)} to "
        f"<strong>{escape(target)}</strong>, and nothing else.</p>\n"
        f'<form method="post"><button name="{name}" value="{value}">Stop them</button></form>',
        f"Nothing has changed yet. {_TO_THE_OPERATOR}",
    )


def stopped(kind: str, target: str) -> bytes:
    """Return the page that says it is done, now or before."""
    return _page(
        "These digests are stopped",
        f"<p>No more digests go by {escape(kind)} to <strong>{escape(target)}</strong>.</p>\n"
        "<p>If that was a mistake, whoever sends them can undo it (with <code>paperdigest resume</code>).</p>",
        _TO_THE_OPERATOR,
    )


def said(title: str, text: str) -> bytes:
    """Return a page that only says something."""
    return _page(title, f"<p>{escape(text)}</p>")


def _page(title: str, body: str, small: str = "") -> bytes:
    below = f'<p class="small">{escape(small)}</p>\n' if small else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n{below}</main>\n</body>\n</html>\n"
    ).encode()
