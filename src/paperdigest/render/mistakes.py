"""What went wrong in a user's template, told with file and line: Jinja's mistakes and Python's become one sentence that
says what to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final

import jinja2

from paperdigest.core.digest import Digest, Marked, Section
from paperdigest.core.errors import TemplateError
from paperdigest.render.known import CALLED, UnknownName, meant

#: What an expression in a user's template can raise besides Jinja's own errors. A part that it takes in may be gone, or
#: take itself in for ever.
MISTAKES: Final = (
    jinja2.TemplateError,
    SyntaxError,
    NameError,
    StopIteration,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    OSError,
)

_ENDLESS: Final = (
    "this goes into itself without an end · look for a file that takes itself in, or extends itself,"
    " or a macro that calls itself"
)
#: What is meant by a value that is taken for something it is made of.
_MEANT: Final[Mapping[type, str]] = MappingProxyType(
    {
        Marked: " · write its text, as title.text",
        Section: " · write which papers of it, as section.full",
        Digest: " · write what of it, as digest.entries",
    }
)
#: What Jinja leaves in the names of a template's line when it maps an error back.
_MAPPED: Final = "__jinja_exception__"


class Files(jinja2.FileSystemLoader):
    """The templates of one folder. Raises Jinja's TemplateSyntaxError, with the line, for a file that is not UTF-8."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, encoding="utf-8-sig")  # as some editors begin each file
        self._folder = folder

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            said = "this is not UTF-8 · save the file in that encoding"
            file = os.fspath(self._folder / template)
            raise jinja2.TemplateSyntaxError(said, line, template, file) from error


def told(file: Path, error: Exception, names: Iterable[str] = ()) -> TemplateError:
    """Return the mistake in the template of that file, or in a part that it takes in. `names` are what it was given."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return TemplateError(f"{error.filename or file}:{error.lineno}: {error.message}")
    place, line = _place(error.__traceback__) or (os.fspath(file), 0)
    said = _said(error, file.parent, names)
    return TemplateError(f"{place}:{line}: {said}" if line else f"{place}: {said}")


def _said(error: Exception, folder: Path, names: Iterable[str]) -> str:
    if isinstance(error, jinja2.TemplateNotFound):
        return _not_there(error, folder)
    unknown = error.args[0] if error.args else None
    if isinstance(unknown, UnknownName):
        return f"{unknown}{meant(unknown.name, filter(str.isidentifier, names))}"
    if isinstance(error, OSError) and error.strerror:
        return f"this cannot be read ({error.strerror})"
    if isinstance(error, RecursionError):
        return _ENDLESS
    return _in_our_words(str(error)) or type(error).__name__


def _in_our_words(said: str) -> str:
    """Return what Python says of a value of ours, which it calls by a name that no page of documentation has."""
    for kind, called in CALLED.items():
        name = f"'{kind.__name__}'"
        if name in said:
            plain = said.replace(f"{name} object", called).replace(name, called)
            return f"{plain}{_MEANT.get(kind, '')}"
    return said


def _not_there(error: jinja2.TemplateNotFound, folder: Path) -> str:
    asked = [str(name) for name in getattr(error, "templates", ()) or (error.name,)]
    said = " or ".join(f'"{name}"' for name in asked)
    near = meant(asked[-1], _files_in(folder))
    return f"there is no file {said} among the templates{near or f' · put it into {folder}'}"


def _files_in(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if path.is_file()]
    except OSError:
        return []


def _place(traceback: TracebackType | None) -> tuple[str, int] | None:
    """Return the innermost template line of a traceback: Jinja maps its code back to the files, whatever they are called,
    and leaves the error where their own names would be."""
    found = None
    while traceback is not None:
        if _MAPPED in traceback.tb_frame.f_globals:
            found = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
