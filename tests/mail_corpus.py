"""Letters that try to write a header of their own, and what becomes of them. Needs the standard library only:
every Python on the machine is asked to make the same bytes of them."""

from __future__ import annotations

import email
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from paperdigest.channels.mail_address import Mailbox
from paperdigest.channels.mail_bytes import Letterhead, message_bytes
from paperdigest.core.ports import Message
from paperdigest.core.slack_text import SlackText

KEY = "0123456789abcdef01234567"
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FIELDS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
    "Precedence",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
)
#: Texts that have made, or are near to what has made, one header into two.
ATTACKS = (
    "plain =?UTF-8?Q?=0ABcc:_x@y.z?= tail",
    "=?utf-8?q?=0D=0ABcc:_x@y.z?=",
    "=?utf-8?b?DQpCY2M6IHhAeS56?=",
    "=?us-ascii?q?a?= =?us-ascii?q?=0A?=",
    "=?utf-8?q?a=3F=3D_b?=",
    "a\r\nBcc: x@y.z",
    "a\nBcc: x@y.z\n\nbody",
    "a\rBcc: x@y.z",
    "a\n Bcc: x@y.z",
    "a\n",
    "\r\n",
    "a\x00b\x0bc\x0cd\x1ce\x85Bcc: f\u2028Bcc: g\u2029h",
    'x" <x@y.z>, "y',
    "x <x@y.z>",
    "(a comment) <b@c.d>",
    "undisclosed-recipients:;",
    "a\\",
    '"',
    ">, <https://evil.example>",
    f"--=_pd_{KEY}--",
    f"\r\n--=_pd_{KEY}\r\nContent-Type: text/html\r\n\r\n<b>",
    "From nobody\n.\r\n..\nQUIT",
    "\ud800 lone \udfff",
    "\u202egnp.exe \u2066x",
    "=?",
    "=?utf-8?b?" + "x" * 2_000,
    "x" * 5_000,
    "é" * 2_000,
)
#: Blocks of Unicode out of which invented titles are made: first and last character.
_ALPHABETS = (
    (0x21, 0x7E),
    (0xC0, 0x24F),
    (0x300, 0x36F),  # combining marks
    (0x391, 0x3C9),
    (0x410, 0x44F),
    (0x5D0, 0x5EA),
    (0x621, 0x64A),
    (0x905, 0x939),
    (0xE01, 0xE30),
    (0x3041, 0x3096),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0x1D400, 0x1D4FF),
)
_SIGNS = (
    *("👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🇩🇪", "❤️", "é", "ﬁ", "\u200f", "\u200e", "\u00ad", "\ufeff"),
    *("=?", "?=", "=", "_", ",", '"', "\\", "(", "<", ">", ":", ";", "@", "--"),
)
_DIRT = (
    "\0",
    "\t",
    "\n",
    "\x0b",
    "\x0c",
    "\r",
    "\x1b",
    "\x85",
    "\u2028",
    "\u2029",
    "\ud83d",
    "\udc00",
)

Letter = dict[str, str]


def titles(count: int, seed: int = 1) -> Iterator[str]:
    """Yield invented titles of every alphabet: words short and long, blanks, signs that mean something in a
    header, and what has no place in one."""
    chance = random.Random(seed)
    for _ in range(count):
        first, last = chance.choice(_ALPHABETS)
        words = [_word(chance, first, last) for _ in range(chance.randrange(1, 12))]
        yield chance.choice((" ", " ", " ", "  ", "")).join(words)


def _word(chance: random.Random, first: int, last: int) -> str:
    kind = chance.randrange(20)
    if kind == 0:
        return chance.choice(_DIRT)
    if kind <= 3:
        return chance.choice(_SIGNS)
    most = 120 if kind == 4 else 12
    return "".join(chr(chance.randint(first, last)) for _ in range(chance.randrange(1, most)))


def letters() -> Iterator[Letter]:
    """Yield what the mails are made of: each attack in each place, then invented titles, then long names."""
    for attack in ATTACKS:
        for place in ("subject", "list_name", "sender_name", "reply_name", "text", "html", "key"):
            yield {place: attack}
        yield dict.fromkeys(("subject", "list_name", "sender_name", "reply_name", "text"), attack)
    for title in titles(200):
        yield {"subject": title, "list_name": title, "sender_name": title, "text": f"{title}\n"}
    host = ".".join([*["x" * 60] * 3, "y" * 50, "example.org"])
    yield {"sender": f"papers@{host}", "list_name": "a" * 40, "reply_name": "a b " * 60}
    yield {"sender_name": '" ' * 29 + "x", "reply_name": "\\" * 60}
    yield {"sender": "papers@[192.0.2.1]", "reply_to": f"{'%' * 64}@{host[-180:]}"}


def written(letter: Letter) -> bytes:
    """Return the bytes of a letter; what it does not say is plain."""
    message = Message(
        subject=letter.get("subject", "3 new papers: Maps"),
        text=letter.get("text", "Maps\n"),
        html=letter.get("html", "<p>Maps</p>\n"),
        json="",
        slack=SlackText("", "", (), (), ""),
        list_name=letter.get("list_name", "ada"),
    )
    head = Letterhead(
        Mailbox(letter.get("sender_name", "Papers"), letter.get("sender", "papers@example.org")),
        Mailbox(letter.get("reply_name", ""), letter.get("reply_to", "ops@example.org")),
    )
    recipient = letter.get("recipient", "ada@example.org")
    return message_bytes(message, head, recipient, key=letter.get("key", KEY), at=AT)


def read_names(data: bytes) -> list[str]:
    """Return the names of the fields as this Python's own parser reads them."""
    return [name for name, _ in email.message_from_bytes(data).raw_items()]


def answer() -> None:
    """Read letters from the standard input; write (bytes, names read back) of each. All as JSON."""
    made = [written(letter) for letter in json.load(sys.stdin)]
    json.dump([(data.decode("ascii"), read_names(data)) for data in made], sys.stdout)
