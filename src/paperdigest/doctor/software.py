"""Reads which software this process runs on: versions, encodings."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pyexpat import EXPAT_VERSION

from paperdigest.core.examine_software import Library
from paperdigest.core.versions import requirements
from paperdigest.core.versions import version as numbers

_OURS = "paperdigest"


def python_version() -> str:
    """Return "3.11.7"."""
    return platform.python_version()


def libraries() -> list[Library]:
    """Return what our own package asks for, and what is here; nothing where it runs out of a folder."""
    try:
        asked = requires(_OURS) or []
    except PackageNotFoundError:
        return []
    python = numbers(python_version())
    return [Library(needed, _installed(needed.name)) for needed in requirements(asked, python)]


def expat_version() -> str:
    """Return "2.6.0"."""
    return EXPAT_VERSION.removeprefix("expat_")


def output_encoding() -> str:
    """Return the encoding of standard output, "" for none."""
    return str(getattr(sys.stdout, "encoding", None) or "")


def file_encoding() -> str:
    """Return the encoding of file names."""
    return sys.getfilesystemencoding()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
