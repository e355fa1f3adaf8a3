"""Where BibTeX of a paper can be had on the web: only at addresses that are known to give it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperdigest.core.identity import arxiv_id
from paperdigest.core.paper import Paper

#: https://aclanthology.org/faq/ · the ids of today and, behind the bar, those until 2020.
_ANTHOLOGY = re.compile(
    r"https?://(?:www\.)?aclanthology\.org/"
    r"(\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d{1,4}|[A-Z]\d{2}-\d{4})(?:v\d+)?(?:\.pdf|\.bib)?/?"
)


def bibtex_address(paper: Paper) -> str:
    """Return the address, "" where none is known. Of arXiv it is that of the newest version, as its pages give it."""
    return next(_addresses(paper), "")


def _addresses(paper: Paper) -> Iterator[str]:
    for id_ in (paper.id, *paper.ids):
        found = arxiv_id(id_) if id_.startswith(("arxiv:", "doi:10.48550/")) else None
        if found is not None:
            yield f"https://arxiv.org/bibtex/{found[0]}"
    for url in (paper.url, *(link.url for link in paper.links)):
        anthology = _ANTHOLOGY.fullmatch(url)
        if anthology is not None:
            yield f"https://aclanthology.org/{anthology[1]}.bib"
