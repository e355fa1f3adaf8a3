"""Reads feeds and dumps of research papers and sends each subscriber one digest of what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperdigest.core.errors import QueryError as QueryError
    from paperdigest.core.expression import parse_query as parse_query
    from paperdigest.core.matcher import Match as Match
    from paperdigest.core.matcher import Matcher as Matcher
    from paperdigest.core.paper import Paper as Paper
    from paperdigest.core.query import Hit as Hit
    from paperdigest.core.query import Query as Query
    from paperdigest.core.query import keywords as keywords

__version__ = "0.1.0"
__all__ = [
    "Hit",
    "Match",
    "Matcher",
    "Paper",
    "Query",
    "QueryError",
    "__version__",
    "keywords",
    "parse_query",
]

# Loaded when first asked for: the command line imports this package and must start quickly.
_HOMES = {
    "Hit": "paperdigest.core.query",
    "Match": "paperdigest.core.matcher",
    "Matcher": "paperdigest.core.matcher",
    "Paper": "paperdigest.core.paper",
    "Query": "paperdigest.core.query",
    "QueryError": "paperdigest.core.errors",
    "keywords": "paperdigest.core.query",
    "parse_query": "paperdigest.core.expression",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'paperdigest' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
