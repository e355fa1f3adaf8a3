"""A source that could not even be made, in the place of it: it fails when it is read, as others do, and stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core import source_words
from paperdigest.core.errors import PaperdigestError, RefusedInput, SourceError
from paperdigest.core.ports import Document, Parsed, Source, Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unmade:
    """A source of which only the name is there, and why."""

    name: str
    reason: str

    def fetch(self, bookmark: str, now: datetime) -> Iterator[Document]:
        """Raise SourceError, saying why."""
        raise SourceError(self.reason)

    def parse(self, document: Document) -> Parsed:
        """Raise RefusedInput: it has brought no document."""
        raise RefusedInput(self.reason)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Do nothing: there is nothing to tidy up."""


def made_or_not(name: str, make: Callable[[str], Source]) -> Source:
    """Return the source of that name, or one that says why it could not be made."""
    try:
        return make(name)
    except PaperdigestError as error:
        return Unmade(name, str(error))
    except Exception as error:
        log.exception("source %s could not be made", name)
        return Unmade(name, source_words.broke(type(error).__name__))
