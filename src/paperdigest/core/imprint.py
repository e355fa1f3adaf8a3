"""What whoever runs the service puts on every message: a name, words before the subject, lines at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paperdigest.core import words
from paperdigest.core.digest import Digest
from paperdigest.core.subscription import OPERATOR


@dataclass(frozen=True, slots=True)
class Imprint:
    """`name` is what digests are called, `subject_prefix` stands before every subject, `footer` are plain lines.
    What is empty leaves no trace."""

    name: str = ""
    subject_prefix: str = ""
    footer: tuple[str, ...] = ()

    def on(self, digest: Digest) -> Digest:
        """Return the digest with name and footer. A word to the operator stays as short as it is."""
        if digest.subscriber == OPERATOR or not (self.name or self.footer):
            return digest
        return replace(digest, name=self.name, footer=self.footer)

    def subject(self, line: str) -> str:
        """Return a subject with what stands before it, still within a line's width."""
        if not self.subject_prefix:
            return line
        return words.cut(f"{self.subject_prefix} {line}", words.SUBJECT_WIDTH)
