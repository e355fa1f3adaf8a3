"""What PubMed's records have in common, in XML and in lines: the National Library of Medicine's own habits.

https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

_NOT_AVAILABLE = re.compile(r"\[?not available\]?\.?", re.IGNORECASE)
_RETRACTED = "retracted publication"
_PREPRINT = "preprint"
_SERVERS = re.compile(r"(?:arxiv|biorxiv|medrxiv)\b", re.IGNORECASE)


def title_of(title: str, other: str) -> str:
    """Return the title without the full stop that the library puts after every one; `other` is the title
    in the paper's own language, used where there is no English one.

    The brackets around a translated title stay: they say that the paper is not in English.
    """
    text = " ".join(title.split())
    if not text or _NOT_AVAILABLE.fullmatch(text):
        text = " ".join(other.split())
    last = text.rpartition(" ")[2]
    # "in the U.S." and "Müller et al." keep theirs.
    owns_it = "." in last[:-1] or last.lower() == "al."
    return text[:-1] if text.endswith(".") and not owns_it else text


def venue_of(journal: str, types: Iterable[str]) -> str:
    """Return the journal; of a preprint the server, as "preprint" where its name does not say so."""
    is_preprint = any(_is(kind, _PREPRINT) for kind in types)
    return _PREPRINT if is_preprint and not _SERVERS.match(journal.strip()) else journal


def is_retracted(types: Iterable[str]) -> bool:
    """Say whether one of the publication types is "Retracted Publication"."""
    return any(_is(kind, _RETRACTED) for kind in types)


def published(
    online: datetime | None, issue: datetime | None, entered: datetime | None, *, exact: bool
) -> datetime | None:
    """Return the day a paper came out: online, or with its issue.

    Many issues name no day (`exact` is false): then the day the library took the paper in, if it did before.
    """
    if online is not None or exact or issue is None or entered is None:
        return online or issue or entered
    return min(entered, issue)


def address_of(pmid: str) -> str:
    """Return where PubMed shows an article."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def _is(kind: str, wanted: str) -> bool:
    return " ".join(kind.split()).lower() == wanted
