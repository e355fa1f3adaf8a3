"""Mail addresses: one display name and one address, checked by our own rules and fit for a command line.

Owns what counts as an address. `email.utils.parseaddr` is not asked: it misreads hostile text (CVE-2023-27043).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from unicodedata import normalize

LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without its angle brackets
_LONGEST_LOCAL = 64

_NAMED = re.compile(r"\s*(?P<name>.*?)\s*<(?P<address>[^<>]*)>\s*", re.DOTALL)
# A dot-atom of RFC 5322 section 3.2.3. Quoted local parts ("a b"@x) are legal, unseen, and risky.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LITERAL = re.compile(r"\[(IPv6:)?([0-9A-Fa-f:.]+)\]")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # RFC 3490 section 3.1
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name ("" for none) and an address in ASCII."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """Return what stands behind the @."""
        return self.address.rpartition("@")[2]


def parse_mailbox(text: str) -> Mailbox:
    """Read `Papers <papers@example.org>` or a bare address. Raises ValueError, which says what is wrong."""
    if _CONTROL.search(text):
        raise ValueError(f"{text!r} holds a line break or another control character")
    named = _NAMED.fullmatch(text)
    if named is None:
        return Mailbox("", ascii_address(text.strip()))
    name = named["name"]
    if len(name) >= 2 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return Mailbox(name, ascii_address(named["address"].strip()))


def ascii_address(text: str) -> str:
    """Return the address with its domain in ASCII (IDNA). Raises ValueError, which says what is wrong."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"{text!r} is not a mail address · write name@domain")
    if not local.isascii():
        raise ValueError(
            f"{text!r} has letters before the @ that are not ASCII · not every mail server takes one (SMTPUTF8)"
        )
    if len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        raise ValueError(f"{text!r} is not a mail address · look at what stands before the @")
    address = f"{local}@{_ascii_domain(domain, text)}"
    if len(address) > LONGEST_ADDRESS:
        raise ValueError(f"{text[:40]!r}… is longer than {LONGEST_ADDRESS} characters")
    return address


def _ascii_domain(domain: str, whole: str) -> str:
    literal = _LITERAL.fullmatch(domain)
    if literal and _is_ip_address(literal[2], 6 if literal[1] else 4):
        return domain
    plain = domain if domain.isascii() else _idna(domain)
    if not all(_LABEL.fullmatch(label) for label in plain.split(".")):
        raise ValueError(f"{whole!r} is not a mail address · look at what stands behind the @")
    return plain


def _idna(domain: str) -> str:
    """Return a domain in ASCII, "" for none. One that would not be read back as it was written is another's:
    the library's IDNA of 2003 makes ss of ß and drops what cannot be seen."""
    written = _DOTS.sub(".", normalize("NFC", domain.lower()))
    try:
        plain = written.encode("idna")
        return plain.decode("ascii") if plain.decode("idna") == written else ""
    except UnicodeError:
        return ""


def _is_ip_address(text: str, version: int) -> bool:
    try:
        return ip_address(text).version == version
    except ValueError:
        return False
