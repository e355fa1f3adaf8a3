"""Where digests go: `email:ada@example.org`, `slack:#papers`, … Checks how they are written and that
what they need is configured. Pure; channels do the sending.
"""

from __future__ import annotations

import re

from paperdigest.config.around import Around
from paperdigest.config.complaint import wrong
from paperdigest.config.near import did_you_mean

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SLACK_ID = re.compile(r"[CGDUW][A-Z0-9]{2,}")
_SLACK_NAME = re.compile(r"#[^\s#@<>,:A-Z]{1,80}")
_FORMS = 'write "email:ADDRESS", "slack:#channel", "slack-webhook:NAME" or "file:FOLDER"'


def target(text: str, around: Around) -> str:
    """Return the target with its channel. Raises a complaint; never repeats a secret address."""
    plain = text.strip()
    if "://" in plain:  # a webhook's address is its password
        raise wrong(
            "an address of the web is not a target",
            'store it with "paperdigest secret set NAME" under [slack.webhooks] and write "slack-webhook:NAME"',
        )
    if not plain.isprintable():
        raise wrong("a target holds a control character", "type it again")
    channel, colon, rest = plain.partition(":")
    if not colon and "@" in plain:
        channel, rest = "email", plain
    elif not colon:
        raise wrong(f'"{plain}" does not say by which channel', _channel_hint(plain))
    elif channel not in around.channels:
        known = ", ".join(around.channels)
        raise wrong(
            f'unknown channel "{channel}"',
            did_you_mean(channel.removesuffix("to"), around.channels) or f"known: {known}",
        )
    return f"{channel}:{_checked(channel, rest.strip(), around)}"


def address(text: str) -> str:
    """Return a bare e-mail address as it is. Raises a complaint. RFC 5321, without quoted local parts."""
    local, _, domain = text.rpartition("@")
    if "<" in text:
        raise wrong(f'"{text}" is more than an address', "write the part between < and > only")
    if text.count("@") != 1 or any(sign.isspace() for sign in text):
        raise wrong(
            f'"{text}" is not an e-mail address', 'write one address, like "ada@example.org"'
        )
    if not local.isascii():
        raise wrong(
            "an e-mail address has letters before the @ that are not ASCII",
            "not every mail server takes one (SMTPUTF8): write an address in ASCII",
        )
    if not domain.isascii():
        raise wrong(
            "an e-mail address has a domain that is not ASCII", 'write the domain as "xn--…"'
        )
    if not _LOCAL.fullmatch(local) or len(local) > 64 or not _is_domain(domain):
        raise wrong(f'"{text}" is not an e-mail address', 'write it like "ada@example.org"')
    return text


def mailbox(text: str) -> str:
    """Return a sender, `Papers <papers@example.org>` or a bare address. Raises a complaint."""
    plain = text.strip()
    if not plain.isprintable():
        raise wrong("a sender holds a control character", "type it again")
    match = re.fullmatch(r"([^<>]*)<([^<>]*)>", plain)
    address(match[2].strip() if match else plain)
    return plain


def bare_address(mailbox: str) -> str:
    """Return the address of a checked mailbox."""
    return mailbox.rpartition("<")[2].rstrip("> ").strip()


def _checked(channel: str, rest: str, around: Around) -> str:
    if not rest:
        raise wrong(f'"{channel}:" names no one', _FORMS)
    match channel:
        case "email":
            address(rest)
            if not around.has_email:
                raise wrong("e-mail is not set up", "add an [email] section with host and from")
        case "slack":
            _slack(rest)
            if not around.has_slack_token:
                raise wrong("Slack is not set up", "add a [slack] section with token")
        case "slack-webhook" if rest not in around.webhooks:
            raise wrong(
                f'unknown Slack webhook "{rest}"',
                did_you_mean(rest, around.webhooks) or f"add {rest} under [slack.webhooks]",
            )
        case "file" if "\0" in rest:
            raise wrong("a folder name holds a control character", "type it again")
    return rest


def _slack(rest: str) -> None:
    if "@" in rest.lstrip("@"):
        address(rest)
    elif not _SLACK_ID.fullmatch(rest) and not _SLACK_NAME.fullmatch(rest):
        guess = "#" + rest.lstrip("#@").lower()
        known = f'"slack:{guess}", ' if _SLACK_NAME.fullmatch(guess) else ""
        raise wrong(
            f'"slack:{rest}" is no channel, id or address',
            f'write {known}"slack:C0123ABCD" or "slack:ada@example.org"',
        )


def _channel_hint(plain: str) -> str:
    return f'write "slack:{plain}"' if plain.startswith("#") else _FORMS


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(domain) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
