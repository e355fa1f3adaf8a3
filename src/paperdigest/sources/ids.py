"""Ids as sources write them, brought to the form that history keeps. What an id is: `core.identity`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from paperdigest.core.identity import TEXT_SCHEMES, arxiv_id, doi, normal_id, scheme_of

_CAP = 500
_SCHEMED = re.compile(r"[a-z][a-z0-9_-]{0,30}:[^\s/](?:.*\S)?", re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


class BadIdError(Exception):
    """A text that should be an id is none."""


def identified(texts: Iterable[str]) -> tuple[tuple[str, ...], int | None]:
    """Return the ids without repeats, in the given order, and the version that one of them carries.

    Empty texts, and keys that history makes of the text itself, are passed over. Raises BadIdError.
    """
    found: dict[str, None] = {}
    version: int | None = None
    for given in texts:
        text = given.strip()
        if not text or scheme_of(text) in TEXT_SCHEMES:
            continue
        name, carried = _identified(text)
        found[name] = None
        version = carried if version is None else version
    return tuple(found), version


def arxiv(text: str) -> tuple[str, int | None] | None:
    """Return an arXiv id with its origin (`arxiv:2401.00001`) and its version; None if it is none."""
    found = arxiv_id(text)
    return None if found is None else (f"arxiv:{found[0]}", found[1])


def doi_of(text: str) -> str | None:
    """Return a DOI with its origin (`doi:10.1000/x`); None if it is none."""
    found = doi(text)
    return None if found is None else f"doi:{found}"


def _identified(text: str) -> tuple[str, int | None]:
    found = arxiv(text)
    if found is not None:
        return found
    shown = text if len(text) <= 60 else text[:60] + "…"
    if len(text) > _CAP or _UNSEEN.search(text):
        raise BadIdError(f'the id "{shown}" is too long or holds control characters')
    name = normal_id(text)
    if not _SCHEMED.fullmatch(name):
        raise BadIdError(
            f'the id "{shown}" has no origin: write arxiv:2401.00001, doi:10.1000/x or another scheme:value'
        )
    if scheme_of(name) == "arxiv" or (scheme_of(name) == "doi" and doi_of(text) is None):
        raise BadIdError(f'"{shown}" is no {"DOI" if scheme_of(name) == "doi" else "arXiv id"}')
    return name, None
