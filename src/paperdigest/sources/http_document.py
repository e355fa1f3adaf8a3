"""A document from an address, and the bookmark that spares the next read of it if nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable

from paperdigest.core.errors import SourceError
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged
from paperdigest.http import Answer, Validators, fetch, origin, shown
from paperdigest.sources.documents import document


def fetch_document(
    url: str, bookmark: str, *, allow_private: bool = False
) -> Document | RefusedDocument | Unchanged:
    """Return what the address answers; `allow_private`: also where a redirect leads into a private network.

    The document carries the bookmark to store once it is committed: stored earlier, a crash would lose
    its papers behind the server's "unchanged". Raises SourceError.
    """
    answer = fetch(url, _validators(bookmark, url), allow_private=allow_private)
    name = shown(url)
    if answer.status == 304:
        return Unchanged(name, bookmark)
    return document(name, answer.data, bookmark=_bookmark(answer, url))


def probe(url: str, parse: Callable[[Document], Parsed], *, allow_private: bool = False) -> str:
    """Return what answers at the address, for people. Raises SourceError."""
    found = fetch_document(url, "", allow_private=allow_private)
    if isinstance(found, RefusedDocument):
        raise SourceError(f"{found.name}: {found.reason}")
    if isinstance(found, Unchanged):
        return "nothing changed"
    parsed = parse(found)
    count = len(parsed.papers)
    return f"answers with {count} paper{'' if count == 1 else 's'} ({parsed.format}, {len(found.data) / 1000:,.0f} kB)"


def _bookmark(answer: Answer, url: str) -> str:
    said = {
        "etag": answer.headers.get("etag", ""),
        "last_modified": answer.headers.get("last-modified", ""),
        "origin": origin(answer.url),
    }
    return json.dumps({"url": shown(url)} | {key: value for key, value in said.items() if value})


def _validators(bookmark: str, url: str) -> Validators:
    """Return what the last answer said of itself; of another address it means nothing."""
    try:
        said = json.loads(bookmark) if bookmark else {}
    except ValueError:
        return Validators()
    if not isinstance(said, dict) or said.get("url") != shown(url):
        return Validators()
    etag, last_modified = _header(said.get("etag")), _header(said.get("last_modified"))
    return Validators(etag, last_modified, _header(said.get("origin")))


def _header(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() and value.isascii() else ""
