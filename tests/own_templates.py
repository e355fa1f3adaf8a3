"""Templates of a user's own: written, tried on hostile papers, and a config for the commands that look after them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from digests import digest, entry, section
from paperdigest.core.digest import Digest, Marked
from paperdigest.render import Renderer

#: A digest goes out only with all of its papers: so they stand on pages that are about something else, behind a mark.
MARK = "Papers:"
TITLES = f"{MARK}{{% for each in digest.entries %}} {{{{ each.title.text }}}}{{% endfor %}}"
CONFIG = """\
timezone = "UTC"
[[source]]
name = "dumps"
kind = "inbox"
path = "inbox"
[[subscriber]]
name = "ada"
[[subscriber.topic]]
name = "Boats"
keywords = ["paper boat"]
"""


def own(folder: Path, name: str, text: str) -> Path:
    """Write a template; return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def hostile(text: str) -> Digest:
    """Return a digest of one paper whose title and excerpt say this."""
    paper = replace(entry(), title=Marked(text), excerpt=Marked(text))
    return digest(section(full=(paper,)))


def html_of(folder: Path, given: Digest) -> str:
    """Return the page that the folder's templates make."""
    return Renderer(folder).render(given, frozenset())[1].html
