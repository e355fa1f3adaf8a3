"""What the servers and folders of a world have, by the key of the delivery that brought it."""

from __future__ import annotations

import email
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from paperdigest.channels.mail_bytes import unpack

_TOKEN = re.compile(r"zq\d{6}")
_MAIL_KEY = re.compile(rb"^Message-ID: <pd\.([0-9a-f]+)@", re.MULTILINE)


class Servers(Protocol):
    """What there is to look at."""

    folder: Path

    def mails(self) -> Iterable[tuple[str, bytes]]: ...

    def posts(self) -> Iterable[dict[str, Any]]: ...


@dataclass
class Seen:
    """Keys are those of delivery rows: (channel, key). A webhook's message carries none: there it is a hash
    of the message. `bytes_of` holds the different messages of a key, `tokens_of` the papers named in them.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bytes_of: dict[tuple[str, str], set[bytes]] = field(default_factory=lambda: defaultdict(set))
    tokens_of: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    who: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def by(cls, servers: Servers) -> Seen:
        """Look at everything that was taken so far."""
        seen = cls()
        for recipient, data in servers.mails():
            found = _MAIL_KEY.search(data)
            key = found[1].decode() if found else ""
            seen._note(("email", key), recipient, data, mail_tokens(data))
        for post in servers.posts():
            text = json.dumps(_message(post), sort_keys=True)
            seen._note(_post_key(post), str(post["channel"]), text.encode(), tokens(text))
        return seen

    def times(self, key: str, target: str, payload: bytes) -> int:
        """Return how often the message of a row was taken."""
        return self.counts[self.place(key, target, payload)]

    @staticmethod
    def place(key: str, target: str, payload: bytes) -> tuple[str, str]:
        """Return under what a row's message stands here."""
        channel = target.partition(":")[0]
        if channel == "slack-webhook":
            return channel, _hash(json.loads(payload))
        return channel, key

    def _note(self, key: tuple[str, str], to: str, data: bytes, found: set[str]) -> None:
        self.counts[key] += 1
        self.bytes_of[key].add(data)
        self.tokens_of[key] |= found
        self.who[key].add(to)


def row_bytes(target: str, payload: bytes) -> bytes:
    """Return the message of a row as it must stand in `bytes_of`."""
    if target.startswith("email:"):
        return unpack(payload)[1]
    return json.dumps(_message(json.loads(payload)), sort_keys=True).encode()


def row_tokens(target: str, payload: bytes) -> set[str]:
    """Return the papers that a row's message names."""
    if target.startswith("email:"):
        return mail_tokens(unpack(payload)[1])
    return tokens(payload.decode())


def mail_tokens(data: bytes) -> set[str]:
    """Return the papers that a mail names in its text."""
    part = email.message_from_bytes(data).get_payload(0)
    text = part.get_payload(decode=True) if isinstance(part, email.message.Message) else b""
    assert isinstance(text, bytes)
    return tokens(text.decode())


def tokens(text: str) -> set[str]:
    """Return the words that stand for papers."""
    return set(_TOKEN.findall(text))


def _message(post: dict[str, Any]) -> dict[str, Any]:
    """Return a post without what only sending or taking it adds."""
    return {
        name: value for name, value in post.items() if name not in ("channel", "ts", "thread_ts")
    }


def _post_key(post: dict[str, Any]) -> tuple[str, str]:
    metadata = post.get("metadata")
    if not metadata:
        return "slack-webhook", _hash(post)
    told = metadata["event_payload"]
    return "slack", f"{told['key']}.{told['part']}" if told["part"] else str(told["key"])


def _hash(post: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(_message(post), sort_keys=True).encode()).hexdigest()
