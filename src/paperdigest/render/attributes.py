"""Values in the attributes of a user's HTML: one that stands without quotes is refused, for a blank in what a paper says
would begin another attribute, and one that opens something is an http or https address, or empty.

What is looked at is the text before a value, in the file itself: https://html.spec.whatwg.org/multipage/syntax.html#attributes-2
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

import jinja2
from jinja2 import nodes
from markupsafe import Markup

from paperdigest.render.clean import safe_url

#: The name of the filter; with a blank no template can say it.
ADDRESS: Final = " address"
_OPENS = re.compile(
    r"""(?:^|[\s"'])(?:href|src|action|formaction|background|poster|cite)\s*=\s*["']\s*$""", re.I
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_WITHOUT_QUOTES = re.compile(r"<[A-Za-z][^<>\"']*\s[^\s<>\"'=]+\s*=\s*$")
_REFUSED = 'put the value of an attribute in double quotes: title="{{ title.text }}"'


def address(value: object) -> str:
    """Return what is printed where a link begins: an http or https address or ""."""
    return safe_url(value.unescape() if isinstance(value, Markup) else str(value))


def quoted(tree: nodes.Template, name: str | None, file: str | None) -> nodes.Template:
    """Return the template with `ADDRESS` behind each value that a link begins with. Raises Jinja's error, with the
    line, for a value without quotes."""
    for output in list(tree.find_all(nodes.Output)):
        said = ""
        made: list[nodes.Expr] = []
        for is_text, some in groupby(
            output.nodes, lambda each: isinstance(each, nodes.TemplateData)
        ):
            pieces = list(some)
            if not is_text and _WITHOUT_QUOTES.search(_QUOTED.sub("", said)):
                raise jinja2.TemplateSyntaxError(_REFUSED, pieces[0].lineno, name, file)
            is_address = not is_text and _OPENS.search(said)
            made += [_as_address(pieces)] if is_address else pieces
            said = said[said.rfind("<") :] if "<" in said else said
            said += "".join(getattr(each, "data", "x") for each in pieces)
        output.nodes = made
    return tree


def _as_address(values: list[nodes.Expr]) -> nodes.Expr:
    """Return what is printed side by side as one address."""
    line = values[0].lineno
    whole = values[0] if len(values) == 1 else nodes.Concat(values, lineno=line)
    return nodes.Filter(whole, ADDRESS, [], [], None, None, lineno=line)
