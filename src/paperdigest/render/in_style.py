"""What a user's HTML prints into a style: numbers, plain words, and whatever their files say. Of a paper's words no declaration
is made, no address and no function: they could cover the page, or be loaded from elsewhere.

https://www.w3.org/TR/css-syntax-3/#tokenization: without any of ``: ; ( ) { } / \\ @ ! " '`` there are names and numbers only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from jinja2 import nodes
from markupsafe import Markup

#: The name of the filter; with a blank no template can say it.
STYLE: Final = " style"
_UNFIT = re.compile(r"[^\w#.%+, -]", re.ASCII)
_SAID: Final = (
    "only letters, digits and # . % + , - are kept of what is printed in a style"
    ' · write the rest out: style="color:{{ … }};width:{{ … }}px"'
)
_LOOKED_AT: ContextVar[bool] = ContextVar("looked_at", default=False)


@contextmanager
def looked_at() -> Iterator[None]:
    """Let whatever is not kept be a mistake, for somebody is to be told of it; elsewhere it is just gone."""
    token = _LOOKED_AT.set(True)
    try:
        yield
    finally:
        _LOOKED_AT.reset(token)


def is_looked_at() -> bool:
    """Say whether somebody looks for mistakes."""
    return _LOOKED_AT.get()


def in_style(value: object, own: Set[str]) -> str:
    """Return what is printed of a value in a style: all of it if it is one of a user's own texts. Raises ValueError where
    somebody looks and it is not all of it."""
    text = str(value.unescape()) if isinstance(value, Markup) else str(value)
    if text in own:
        return text
    kept = _UNFIT.sub("", text)
    if kept != text and is_looked_at():
        raise ValueError(_SAID)
    return kept


def texts_of(tree: nodes.Template) -> Iterator[str]:
    """Yield the texts that a template's file says as values: `"color:red"`, and what stands in a `{% set %}` block."""
    yield from (each.value for each in tree.find_all(nodes.Const) if isinstance(each.value, str))
    for block in tree.find_all(nodes.AssignBlock):
        printed = [
            data
            for node in block.body
            for data in (node.nodes if isinstance(node, nodes.Output) else [None])
        ]
        texts = [data.data for data in printed if isinstance(data, nodes.TemplateData)]
        if len(texts) == len(printed):
            yield "".join(texts)
