"""What the options of channels have in common: how a wrong one is told, how a secret is asked for."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.secret import Secret

#: A secret, or what fetches it when it is needed (it may change, as tokens do).
Asked = Callable[[], Secret] | Secret


class OptionError(PaperdigestError, ValueError):
    """Options that mean nothing, or do not go together. The message starts with the option's name."""

    exit_code = 3


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise OptionError unless the value is one of those allowed."""
    if value not in allowed:
        raise OptionError(f"{name}: {value!r} is not known · one of {', '.join(allowed)}")


def check_on_unknown(value: str) -> None:
    """Raise OptionError unless the value is a policy for unknown outcomes."""
    one_of("on_unknown", value, ("resend_once", "hold"))


def reveal(secret: Asked) -> str:
    """Fetch the secret's value, for the one call that needs it. Raises PaperdigestError."""
    return (secret if isinstance(secret, Secret) else secret()).reveal()


def on_this_machine(host: str) -> bool:
    """Say whether a host's name or address is this machine's own (loopback)."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_private_way(url: str) -> bool:
    """Say whether a secret may be sent to this address: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if any(sign.isspace() or not sign.isprintable() for sign in url) or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(host))
