"""A message as the exact bytes that go out: the same digest, key and time give the same bytes on every try.

Owns the set and order of header fields; what stands below them is `mail_parts`'. Knows nothing of connections.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from paperdigest.channels.mail_address import Mailbox
from paperdigest.channels.mail_headers import LONGEST_LINE, fold, mailbox_field, text_field
from paperdigest.channels.mail_parts import content
from paperdigest.core.ports import Message

_HARD_LIMIT = 998  # RFC 5322 section 2.1.1
_LONGEST_LIST_ID = 255  # RFC 2919
_SAFE_KEY = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9_.-]{0,38}[A-Za-z0-9_-])?")
_LINK = re.compile(r"https://[!-;=?-~]{1,900}")
_FIELD = re.compile(rb"([!-9;-~]+):(?: |\Z)")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands in every message of one sender. Without `reply_to` its field is left out, and letters that unsubscribe
    go to the sender."""

    sender: Mailbox
    reply_to: Mailbox | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who it is from and for, as the mail server hears it. `fault`: why it cannot be sent at all."""

    sender: str
    recipient: str
    fault: str = ""


def message_bytes(
    message: Message,
    head: Letterhead,
    recipient: str,
    *,
    key: str,
    at: datetime,
    link: str = "",
    answers: str = "",
) -> bytes:
    """Return the message: CRLF line ends, 7-bit, lines of at most 76 characters wherever that can be.

    `recipient` is a checked ASCII address; `link` is its unsubscribe link, if there is one; `answers` is the key of
    the message in whose thread it stands (RFC 5322 section 3.6.4). Raises
    RuntimeError if the header came out as anything but the fields meant: that is a bug of ours, and the
    message must not leave.
    """
    token = _token(key)
    below = content(message, token)
    fields = [*_fields(message, head, recipient, token, at), "MIME-Version: 1.0", below.field]
    if not message.shared:
        fields[6:6] = _unsubscribe(head, message.list_name, link)
    if answers:
        earlier = _message_id(_token(answers), head.sender)
        fields[5:5] = [fold("In-Reply-To", [earlier]), fold("References", [earlier])]
    data = b"".join(("\r\n".join(fields).encode("ascii"), b"\r\n\r\n", below.data))
    _check_header(data, [field.partition(":")[0] for field in fields])
    return data


def pack(envelope: Envelope, data: bytes) -> bytes:
    """Return envelope and message as one payload: a line of JSON, then the bytes."""
    line = {"from": envelope.sender, "to": envelope.recipient}
    if envelope.fault:
        line["fault"] = envelope.fault
    return json.dumps(line).encode("ascii") + b"\n" + data


def unpack(payload: bytes) -> tuple[Envelope, bytes]:
    """Take apart what `pack` made. Raises ValueError for other bytes."""
    line, _, data = payload.partition(b"\n")
    plain = json.loads(line)
    if not isinstance(plain, dict) or not {"from", "to"} <= plain.keys():
        raise ValueError("these bytes are not a prepared mail")
    return Envelope(plain["from"], plain["to"], plain.get("fault", "")), data


def _fields(
    message: Message, head: Letterhead, recipient: str, token: str, at: datetime
) -> list[str]:
    sender = head.sender
    fields = [
        mailbox_field("From", sender.name, sender.address),
        fold("To", [recipient]),
        text_field("Subject", message.subject),
        f"Date: {format_datetime(at.astimezone(UTC))}",
        fold("Message-ID", [_message_id(token, sender)]),
        fold("List-Id", [f"<{_list_id(message.list_name, sender.domain)}>"]),
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
    ]
    if head.reply_to is not None:
        fields.append(mailbox_field("Reply-To", head.reply_to.name, head.reply_to.address))
    return fields


def _message_id(token: str, sender: Mailbox) -> str:
    return f"<pd.{token}@{_host(sender.domain)}>"


def _unsubscribe(head: Letterhead, list_name: str, link: str) -> list[str]:
    """Return the fields by which a mail program offers to unsubscribe (RFC 2369). With a link that is one
    click, as it says itself (RFC 8058); first comes what is to be preferred. Words are never cut or encoded."""
    letter = _unsubscribe_letter(head, list_name)
    if not link:
        return [fold("List-Unsubscribe", [letter])]
    if not _LINK.fullmatch(link):
        raise RuntimeError("an unsubscribe link that cannot stand in a mail header")
    return [
        fold("List-Unsubscribe", [f"<{link}>,", letter]),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]


def _unsubscribe_letter(head: Letterhead, list_name: str) -> str:
    """Return `<mailto:…>`, the letter to write."""
    to = head.sender if head.reply_to is None else head.reply_to
    address = quote(to.address, safe="@!$'*+-._~")
    name = quote(list_name, safe="", errors="replace")  # as commands know it
    with_name = f"<mailto:{address}?subject=unsubscribe%20{name}>"
    return with_name if len(with_name) < LONGEST_LINE else f"<mailto:{address}?subject=unsubscribe>"


def _token(key: str) -> str:
    """Return the key where it can stand in a Message-ID and a boundary, else its digest."""
    if _SAFE_KEY.fullmatch(key) and ".." not in key:
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _list_id(name: str, domain: str) -> str:
    """Return the id of the list that a subscriber is. A domain too long for one loses what stands first in
    it: what is left is of the same owner, and no two subscribers come to share an id."""
    start, host = f"{_slug(name)}.paperdigest.", _host(domain)
    while len(start) + len(host) > _LONGEST_LIST_ID:
        host = host.partition(".")[2]
    return start + host


def _slug(name: str) -> str:
    """Return the name as one label of a List-Id (RFC 2919); names that would look alike stay apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    if plain == name.lower():
        return plain
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{mark}" if plain else mark


def _host(domain: str) -> str:
    """Return the domain fit for an identifier: an address literal loses its brackets."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", domain.strip("[]"))


def _check_header(data: bytes, expected: list[str]) -> None:
    """Look at the bytes themselves: the fields meant, once each and in order, and nothing that folds away."""
    head = data.partition(b"\r\n\r\n")[0]
    lines = head.split(b"\r\n")
    starts = [_FIELD.match(line) for line in lines if not line.startswith(b" ")]
    names = [found[1].decode("ascii") if found else "?" for found in starts]
    bare = b"\r" in b"".join(lines) or b"\n" in b"".join(lines) or b"\0" in head
    blank = any(not line.strip() for line in lines) or max(map(len, lines)) > _HARD_LIMIT
    if names != expected or bare or blank or not data.isascii():
        raise RuntimeError(f"the mail header came out wrong: {names} instead of {expected}")
