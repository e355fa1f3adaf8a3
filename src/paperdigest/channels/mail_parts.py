"""What stands below a mail's header: text and HTML, and around them, where there are any, the files that go along.

The same message and token give the same bytes; all of them are 7-bit, with CRLF and short lines.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from paperdigest.core.attachment import Attachment
from paperdigest.core.ports import Message

_LONE = re.compile("[\ud800-\udfff]")
_TOO_LONG = re.compile(rb"^(.{74,75})(=(?:20|09))$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Content:
    """The Content-Type field, folded, and the bytes it tells of."""

    field: str
    data: bytes


def content(message: Message, token: str) -> Content:
    """Return what stands below the header. `token` tells the message from any other and can stand in a boundary."""
    body = _multipart(
        "alternative",
        f"=_pd_{token}",
        _part("text/plain", message.text),
        _part("text/html", message.html),
    )
    if not message.attachments:
        return body
    # No boundary begins as the other does: some programs look no further (RFC 2046 section 5.1.1).
    whole = f"{body.field}\r\n\r\n".encode("ascii") + body.data
    return _multipart("mixed", f"=_pm_{token}", whole, *map(_file, message.attachments))


def _multipart(kind: str, boundary: str, *parts: bytes) -> Content:
    line = f"--{boundary}".encode("ascii")
    data = b"".join(b"".join((line, b"\r\n", part, b"\r\n")) for part in parts)
    return Content(
        f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"', data + line + b"--\r\n"
    )


def _file(attachment: Attachment) -> bytes:
    # An attachment's name and kind are what can stand here; it saw to that itself.
    disposition = f'Content-Disposition: attachment; filename="{attachment.name}"\r\n'
    return _part(attachment.media_type, attachment.text, disposition)


def _part(kind: str, text: str, more: str = "") -> bytes:
    head = (
        f"Content-Type: {kind}; charset=utf-8\r\n{more}"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + _quoted_printable(text)


def _quoted_printable(text: str) -> bytes:
    """Encode by RFC 2045 section 6.7; line ends of any kind become CRLF, half characters U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = _LONE.sub("\ufffd", text).encode()
    coded = binascii.b2a_qp(data, istext=True)
    if b" \n" in data or b"\t\n" in data or data.endswith((b" ", b"\t")):
        # b2a_qp writes a blank at a line's end as =20 without asking whether there is room for it.
        coded = _TOO_LONG.sub(rb"\1=\n\2", coded)
    return coded.replace(b"\n", b"\r\n")
