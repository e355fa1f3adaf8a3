"""Links by which a reader stops what comes to one target: made, read and masked here. Pure.

A link holds a number and a code, no address and no name; who holds the key alone can make one. What
stopping does is the flow's, what a visitor sees the web's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

#: What stands between the address of the pages and the token.
PATH: Final = "/unsubscribe/"
#: The channel whose messages mail programs show, and offer to stop.
EMAIL: Final = "email"
#: What a key has at least: as much as the hash gives.
KEY_BYTES: Final = 32
_MAC_BYTES = 16  # 22 characters; RFC 2104 section 5 asks for half of the hash's output or more
# What else the key may come to sign must not be taken for a link.
_DOMAIN = b"paperdigest unsubscribe 1\n"
_TOKEN = re.compile(r"([1-9][0-9]{0,17})\.([A-Za-z0-9_-]{22})", re.ASCII)
_LINK = re.compile(rf"https://[!-~]+{PATH}{_TOKEN.pattern}(?![\w-])", re.ASCII)
_KINDS = {"email": "e-mail", "slack": "Slack", "slack-webhook": "Slack"}


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """How one subscriber may be given links. `page` is the https address of the pages, no slash at its
    end; `key` is 32 bytes."""

    page: str
    subscriber_id: int
    key: bytes = field(repr=False)

    def link(self, target: str) -> str:
        """Return the link that stops `target`, written with its channel: `email:ada@example.org`."""
        return link(self.page, self.subscriber_id, target, self.key)


@dataclass(frozen=True, slots=True)
class Token:
    """What a link says, true or not: `mac` is to be compared with that of each target."""

    subscriber_id: int
    mac: str

    def target(self, targets: Iterable[str], key: bytes) -> str | None:
        """Return the target that the link was made for; None if it is none of these.

        Every one is compared, and in constant time, so how long it takes tells nothing.
        """
        found = None
        for target in targets:
            made = _mac(self.subscriber_id, target, key)
            if hmac.compare_digest(made, self.mac):
                found = target
        return found


def link(page: str, subscriber_id: int, target: str, key: bytes) -> str:
    """Return a link: always the same for the same subscriber, target and key."""
    return f"{page}{PATH}{subscriber_id}.{_mac(subscriber_id, target, key)}"


def without_code(page: str) -> str:
    """Return where links lead, as it is shown where none is given out."""
    return f"{page}{PATH}…"


def link_in(lines: Iterable[str]) -> str:
    """Return the link that stands in these lines of ours, whole; "" if there is none."""
    found = (_LINK.search(line) for line in lines)
    return next((one[0] for one in found if one), "")


def in_place_of(text: str, link: str, own: str) -> str:
    """Return a text, of any kind, in which one link stands in another's place. What differs of two links to one page
    is their code, which nothing escapes or breaks."""
    code, own_code = link.rpartition("/")[2], own.rpartition("/")[2]
    return text.replace(code, own_code) if code and own_code else text


def read(token: str) -> Token | None:
    """Take apart what stands behind PATH in a link; None for what no link of ours can say."""
    found = _TOKEN.fullmatch(token)
    return None if found is None else Token(int(found[1]), found[2])


def masked(target: str) -> str:
    """Return a target so that its reader knows it and a stranger does not: `a…@e…`, `#p…`."""
    bare = target.partition(":")[2]
    local, at, domain = bare.rpartition("@")
    return f"{_first(local)}@{_first(domain)}" if at else _first(bare)


def kind_of(target: str) -> str:
    """Return what a target is, in a word: `e-mail`."""
    return _KINDS.get(target.partition(":")[0], "target")


def _first(text: str) -> str:
    """Return the first sign, and a second one behind # or @."""
    shown = text[: 2 if text[:1] in ("#", "@") else 1]
    return f"{shown}…" if shown.isprintable() else "…"


def _mac(subscriber_id: int, target: str, key: bytes) -> str:
    said = _DOMAIN + f"{subscriber_id}\n{target}".encode("utf-8", "surrogatepass")
    code = hmac.new(key, said, hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode("ascii")
