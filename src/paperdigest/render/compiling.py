"""A user's template on its way to Python: whatever goes wrong there is told with the line of the file. Jinja tells its own
mistakes so; what Python's compiler refuses, or what is nested too deeply for either, it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, TracebackType
from typing import Final

import jinja2
from jinja2 import nodes
from jinja2.parser import Parser

#: What reading a file and making Python of it can raise besides Jinja's own errors: a number of too many digits is a
#: ValueError.
_REFUSALS: Final = (RecursionError, MemoryError, OverflowError, ValueError, SyntaxError)
_TOO_DEEP = "this is nested too deeply · take it apart"
#: How Jinja calls a template's names in the Python it makes of it.
_IN_PYTHON = re.compile(r"\bl_\d+_")
#: In that Python the last line but none: which of its lines came from which of the template's.
_LINES = re.compile(r"^debug_info = '([\d=&]*)'$", re.MULTILINE)


class Compiling(jinja2.Environment):
    """Raises Jinja's TemplateSyntaxError, with the line, for whatever cannot be compiled."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with _refused(name, filename):
            return self.looked_at(super()._parse(source, name, filename), name, filename)

    def looked_at(
        self, tree: nodes.Template, name: str | None, filename: str | None
    ) -> nodes.Template:
        """Return the template as it is to be compiled. Raises Jinja's TemplateSyntaxError."""
        return tree

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        with _refused(name, filename):
            return super()._generate(source, name, filename, defer_init)

    def _compile(self, source: str, filename: str) -> CodeType:
        try:
            return super()._compile(source, filename)
        except _REFUSALS as error:
            line = _line_in_template(source, getattr(error, "lineno", None) or 0)
            raise jinja2.TemplateSyntaxError(_said(error), line, None, filename) from error


@contextmanager
def _refused(name: str | None, filename: str | None) -> Iterator[None]:
    try:
        yield
    except _REFUSALS as error:
        line = _line_at(error.__traceback__)
        raise jinja2.TemplateSyntaxError(_said(error), line, name, filename) from error


def _said(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return _IN_PYTHON.sub("", error.msg)
    if isinstance(error, RecursionError | MemoryError):
        return _TOO_DEEP
    return str(error) or type(error).__name__


def _line_in_template(python: str, line: int) -> int:
    """Return the line of the template that a line of its Python was made of."""
    told = _LINES.findall(python)
    pairs = [pair.split("=") for pair in told[-1].split("&")] if told and told[-1] else []
    return max((int(own) for own, made in pairs if int(made) <= line), default=1)


def _line_at(traceback: TracebackType | None) -> int:
    """Return the line that was being read, or made Python of, in the innermost place that knows."""
    found = 1
    while traceback is not None:
        known = traceback.tb_frame.f_locals
        reader, node, line = known.get("self"), known.get("node"), known.get("lineno")
        if isinstance(reader, Parser):
            found = reader.stream.current.lineno
        elif isinstance(each := node or reader, nodes.Node):
            found = getattr(each, "lineno", None) or found
        elif isinstance(line, int) and traceback.tb_frame.f_code.co_filename.endswith("lexer.py"):
            found = line
        traceback = traceback.tb_next
    return found
