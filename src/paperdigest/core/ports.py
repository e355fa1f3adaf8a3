"""The two seams: a source (bytes in) and a channel (messages out), and the values that cross them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from paperdigest.core.attachment import Attachment
from paperdigest.core.pacing import Pace
from paperdigest.core.paper import Paper
from paperdigest.core.slack_text import SlackText
from paperdigest.core.unsubscribe import Unsubscribe

# ------------------------------------------------------------------ sources


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes of one file or one answer, not yet looked into.

    `name` is a path or address for people. `sha256` is of the bytes as they came (64 hex).
    `data` is what is left after unpacking. `bookmark` is where to carry on once this is committed
    (opaque text of the source's own; "" keeps the old one).
    """

    name: str
    sha256: str
    data: bytes
    bookmark: str = ""


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """Something the source found and will not hand on: too large, no regular file, broken archive."""

    name: str
    reason: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The source answered that nothing changed (HTTP 304). `bookmark` as in Document."""

    name: str
    bookmark: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record of a document that could not be taken. `place` is a line or entry number from 1."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document holds, in its own order.

    `quiet_days` are the days of the week, 0 for Monday, on which it says of itself that nothing comes
    (RSS `skipDays`). `total` is how many records it says there are in all, where it is a page of more.
    """

    format: str
    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...] = ()
    quiet_days: frozenset[int] = frozenset()
    total: int | None = None


class Format(Protocol):
    """A kind of document, told by its content. Pure: bytes in, papers out."""

    @property
    def name(self) -> str:
        """Return what it is called in `format = "…"`."""
        ...

    def recognise(self, head: bytes) -> bool:
        """Say whether a document that starts with `head` (up to 64 kB) is of this format."""
        ...

    def parse(self, data: bytes) -> Parsed:
        """Return the papers. Raises RefusedInput when the document as a whole is broken."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Some records of a file that is too large to be read at once.

    `position` is where to carry on once these are committed (opaque text of the file's own). `done` is how
    many of the file's bytes are read by then; `last`: there are no more.
    """

    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...]
    position: str
    done: int
    last: bool


class Pieces(Protocol):
    """A file of any size, read piece by piece."""

    @property
    def name(self) -> str:
        """Return its path, for people."""
        ...

    @property
    def format(self) -> str:
        """Return the name of its format."""
        ...

    @property
    def fingerprint(self) -> str:
        """Return 64 hex digits that tell it from other files, and from itself once it has grown."""
        ...

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        ...

    def pieces(self, position: str, most: int) -> Iterator[Piece]:
        """Yield pieces of at most so many records, from a position on ("" is the beginning).

        Raises RefusedInput for what cannot be read or unpacked."""
        ...


class Verdict(StrEnum):
    """What became of a document."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class Source(Protocol):
    """Where papers come from. A frozen dataclass whose fields are its options, `name` first."""

    @property
    def name(self) -> str:
        """Return what the config calls it."""
        ...

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield what is there past the bookmark. Raises SourceError. The only I/O besides `settle`."""
        ...

    def parse(self, document: Document) -> Parsed:
        """Return the papers of a document. Pure. Raises RefusedInput."""
        ...

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Tidy up after the document's transaction was committed (an inbox moves its file)."""
        ...


# ----------------------------------------------------------------- channels


class Form(StrEnum):
    """A form a digest can take."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    SLACK = "slack"
    FILES = "files"  # attachments, where a reader asks for some
    ELSEWHERE = "elsewhere"  # text and HTML once more, where mails are not all that takes them


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered digest, in the forms its channels want (the others are empty). Lines end in LF.

    `text` and `html` say what holds for mails, of whoever gets some: `elsewhere` are both as they hold where no mail
    program shows them, None where that is the same or nobody wants it. `link` is the unsubscribe link in them, which
    is one target's and stands whole wherever it stands; the channel puts those of others in its place.
    """

    subject: str
    text: str
    html: str
    json: str
    slack: SlackText
    list_name: str  # the subscriber's name, for List-Id
    shared: bool = False  # a mailing list or channel: no unsubscribe header
    unsubscribe: Unsubscribe | None = None  # makes each target's link, where there is a page
    link: str = ""
    elsewhere: tuple[str, str] | None = None
    attachments: tuple[Attachment, ...] = ()
    #: Key of the earlier message that this one answers, by target with its channel; a mail stands in its thread.
    answers: Mapping[str, str] = field(default_factory=dict)

    def as_elsewhere(self) -> Message:
        """Return the message for a channel that is not mail."""
        if self.elsewhere is None:
            return self
        text, html = self.elsewhere
        return replace(self, text=text, html=html, link="", elsewhere=None)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to send, frozen. `number` 0 is the parent; later parts hang below it.

    `payload` is everything the channel needs to send it, and identical on every try. `papers` are the keys of
    those that stand in this part below a parent and in no other, `left_out` of those that this target is not
    told of for want of room. `place` is what the channel itself called
    the target when it was asked (`HasPlaces`).
    """

    target: str
    number: int
    key: str
    payload: bytes = field(repr=False)
    papers: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has it. `receipt` is what later parts and a read-back need."""

    receipt: str = ""


class Reach(StrEnum):
    """What an obstacle stands in the way of: this message, all to its target, all over its channel."""

    MESSAGE = "message"
    TARGET = "target"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Retry:
    """Certainly not sent; try again. `after` is the server's own wish, `reach` what had better wait, too."""

    reason: str
    after: timedelta | None = None
    reach: Reach = Reach.MESSAGE


@dataclass(frozen=True, slots=True)
class Barred:
    """Certainly not sent, and nothing gets through before a person acts: a token, a permission, a password.

    `reason` says what to do. The message is not at fault and waits.
    """

    reason: str
    reach: Reach


#: How the ledger's reason begins where the address is at fault. What a server says comes behind its name,
#: so that no answer can begin like this.
_ADDRESS = "the address is refused: "


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent, and trying again cannot help.

    `reach` is TARGET where the address itself is at fault: any other message to it would meet the same.
    """

    reason: str
    reach: Reach = Reach.MESSAGE

    def told(self) -> str:
        """Return the reason as the ledger keeps it; `address_fault` reads it back."""
        return f"{_ADDRESS}{self.reason}" if self.reach is Reach.TARGET else self.reason


def address_fault(told: str) -> str:
    """Return the reason of a refusal that is about the address, "" for any other. `told` is a ledger's."""
    return told.removeprefix(_ADDRESS) if told.startswith(_ADDRESS) else ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent and no one can tell; `ask_again`: after so long it may be found out. `reach` is
    what had better wait, too: where the other side says nothing, each message would wait as long.
    """

    reason: str
    ask_again: timedelta | None = None
    reach: Reach = Reach.MESSAGE


Outcome = Sent | Retry | Barred | Refused | Unknown


class Channel(Protocol):
    """How a message leaves. A channel never retries and never decides what to send."""

    @property
    def name(self) -> str:
        """Return the prefix of its targets."""
        ...

    @property
    def on_unknown(self) -> str:
        """Return what becomes of an unknown outcome: "resend_once" or "hold"."""
        ...

    @property
    def forms(self) -> frozenset[Form]:
        """Return the forms of a digest this channel uses: others need not be rendered for it."""
        ...

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        """Return the parts. Pure: the same arguments give the same bytes. `target` has no channel prefix."""
        ...

    def send(self, part: Part, after: str) -> Outcome:
        """Send one part, once. `after` is the parent's receipt ("" for the parent). Never raises for the
        other side's faults."""
        ...

    def close(self) -> None:
        """Let go of connections. Safe to call twice."""
        ...


@runtime_checkable
class Repeatable(Protocol):
    """A channel whose second sending of a part changes nothing: its parts may be settled together."""

    @property
    def repeatable(self) -> bool:
        """Say whether that is so; where it is not, or not said, each part is settled before the next."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A channel that may only be used so fast. It does not wait itself: whoever calls `send` does."""

    @property
    def pace(self) -> Pace:
        """Return how fast."""
        ...


@runtime_checkable
class HasPlaces(Protocol):
    """A channel that knows its targets by names of its own, which are asked for once and kept."""

    def place(self, target: str) -> str | Outcome:
        """Return what the channel calls a target, "" where it cannot say and does not need to; an outcome
        where nothing can be sent to it now. Sends nothing."""
        ...


@runtime_checkable
class ReadsBack(Protocol):
    """A channel that can look whether a message of unknown outcome arrived after all."""

    def look_back(self, part: Part, after: str, since: datetime) -> Outcome:
        """Return Sent if it is there, Retry if it certainly is not, Unknown if no one can tell (with
        `ask_again`: not now)."""
        ...
