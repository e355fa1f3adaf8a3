"""A file that goes along with a message: what it may be called, and what it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

#: What a file's name and its kind may be made of, wherever they are written.
_FILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,60}")


class Citations(StrEnum):
    """A file of papers that a reader may ask for, by the form it is in."""

    BIBTEX = "bibtex"
    RIS = "ris"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along with a message. Its name and media type (RFC 2045) can stand in a header and in a
    folder as they are. Lines end in LF, the text is sent as UTF-8. Raises ValueError."""

    name: str
    media_type: str
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _FILE.fullmatch(self.name) or self.name.startswith("digest."):
            raise ValueError(f"{self.name!r} cannot be an attachment's name")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise ValueError(f"{self.media_type!r} cannot be an attachment's media type")
