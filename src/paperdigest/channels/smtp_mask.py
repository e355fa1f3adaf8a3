"""What a mail server must not be quoted with: a password or token, in every form in which it was told.

Owns the forms. A server may repeat them in any answer, also on a later connection, and answers are kept and shown.
"""

from __future__ import annotations

import base64
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import quote

_HIDDEN = "***"
#: Tokens change by the hour; a server repeats the latest, if any.
_MOST = 8


def xoauth2(username: str, token: str) -> str:
    """Return the first message of the mechanism XOAUTH2, before base64
    (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01"


@dataclass(frozen=True, slots=True)
class Mask:
    """The credentials of one channel. They are never seen in it: `hide` is all it is for."""

    _forms: deque[tuple[str, ...]] = field(
        default_factory=lambda: deque(maxlen=_MOST), repr=False, compare=False
    )

    def learn(self, username: str, secret: str) -> None:
        """Hide this secret from now on. Knowing it twice changes nothing."""
        forms = _forms(username, secret)
        if secret and forms not in self._forms:
            self._forms.append(forms)

    def hide(self, said: str) -> str:
        """Return what was said with `***` for every form of every secret that is known."""
        known = {form for forms in self._forms for form in forms}
        for form in sorted(known, key=lambda one: (-len(one), one)):  # one may hold another
            said = said.replace(form, _HIDDEN)
        return said


def _forms(username: str, secret: str) -> tuple[str, ...]:
    """Return the secret as it is, and as AUTH PLAIN (RFC 4616, with and without an identity to act as), AUTH
    LOGIN and XOAUTH2 carry it; each in base64 with and without its padding."""
    carried = (
        secret,
        f"\0{username}\0{secret}",
        f"{username}\0{username}\0{secret}",
        xoauth2(username, secret),
    )
    coded = [base64.b64encode(one.encode()).decode("ascii") for one in carried]
    return (
        secret,
        quote(secret),
        quote(secret, safe=""),
        *coded,
        *(one.rstrip("=") for one in coded),
    )
