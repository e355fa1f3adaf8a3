"""Addresses in untrusted text: which are safe to link, which a text holds, and a text without their hosts.
Nothing is fetched; what an address means as an identifier is `core.identity`'s work.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from paperdigest.core.markup import decoded
from paperdigest.core.paper import Link
from paperdigest.core.typography import plain_address

_LONGEST = 2_000
_MOST_LINKS = 5

_ENCODED = str.maketrans({" ": "%20", '"': "%22", "<": "%3C", ">": "%3E"})

# What nearly every address looks like: then there is nothing more to find out about it.
_PLAIN = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9\-.]*[a-z0-9])?(?:/[\w\-./~%?=&+,;!$'()*:#@]*)?",
    re.ASCII | re.IGNORECASE,
)

_CODE_HOSTS = (
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "sourceforge.net",
    "sourceforge.io",
    "gitee.com",
    "sr.ht",
    "anonymous.4open.science",
)
_BARE_HOSTS = rf"(?:[\w\-]+\.)*(?:{'|'.join(map(re.escape, (*_CODE_HOSTS, 'huggingface.co')))})/"
_STOPS = r"\s<>\"`{}|\\^$，。；：、！？（）【】《》「」“”‘’…"
_FOUND = re.compile(
    rf"https?://[^{_STOPS}]+|(?<![\w@.\-])(?:www\.[\w\-]+\.[^{_STOPS}]+|{_BARE_HOSTS}[^{_STOPS}]+"
    rf"|[\w\-]+\.(?:github|gitlab)\.io(?![\w\-.])[^{_STOPS}]*)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<![/=])https?://", re.IGNORECASE)
_CLOSING = {")": "(", "]": "["}
_TRAILING = ".,;:!?'*~–—"

_HOST = re.compile(
    r"https?://(?:[\w.\-]+@)?\w(?:[\w\-]|\.(?=\w))*(?::\d+)?/?"
    r"|(?<![\w@.\-/])(?:www\.)?(?:[A-Za-z0-9\-]{1,63}\.){1,5}[A-Za-z]{2,12}/(?=\w)"
    r"|(?<=\[)(?:[\w\-]+\.)+[A-Za-z]{2,12}/?(?=\]\()",  # the text of a Markdown link
    re.IGNORECASE,
)


def safe_url(text: str) -> str:
    """Return an http or https address with a host that may stand in a link, else "".

    Blanks, quotes and angle brackets are percent-encoded; longer than 2,000 characters is none.
    """
    url = text.strip()
    if len(url) <= _LONGEST and _PLAIN.fullmatch(url):
        return url
    if (
        not url.isprintable()
        or "\\" in url
        or not url[:8].lower().startswith(("http://", "https://"))
    ):
        return ""
    url = url.translate(_ENCODED)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    usable = any(sign.isalnum() for sign in host) and "%" not in host and "@" not in parts.netloc
    return url if usable and len(url) <= _LONGEST else ""


def links_in(text: str) -> tuple[Link, ...]:
    """Return the addresses a raw text holds, in its order, each once, at most five.

    `rel` is "code" for code hosts and "page" otherwise.
    """
    if "://" not in text and "." not in text:
        return ()
    text = plain_address(decoded(text))
    found: dict[str, Link] = {}
    for match in _FOUND.finditer(text):
        for address in _split(match[0]):
            url = safe_url(_trimmed(address))
            if url:
                found.setdefault(_likeness(url), Link(_rel(url), url))
        if len(found) >= _MOST_LINKS:
            break
    return tuple(found.values())[:_MOST_LINKS]


def without_link_hosts(text: str) -> str:
    """Return the text with every address cut down to its path, so that a mirror's copy is equal."""
    if "/" not in text and "www." not in text:
        return text
    return _HOST.sub("/", text)


def _split(address: str) -> list[str]:
    """Part addresses that were glued together; `web.archive.org/…/https://…` is one."""
    starts = [found.start() for found in _GLUED.finditer(address) if found.start() > 0]
    ends = [*starts, len(address)]
    return [address[start:end] for start, end in zip([0, *starts], ends, strict=True)]


def _trimmed(address: str) -> str:
    """Drop what belongs to the sentence: points, commas, brackets that were opened before."""
    while address:
        sign = address[-1]
        unbalanced = sign in _CLOSING and address.count(sign) > address.count(_CLOSING[sign])
        if sign not in _TRAILING and sign not in "([" and not unbalanced:
            break
        address = address[:-1]
    return address if address[:4].lower() == "http" else f"https://{address}"


def _likeness(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/').lower()}?{parts.query}#{parts.fragment}"


def _rel(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    known = any(
        host == code or host.endswith("." + code) for code in _CODE_HOSTS
    ) or host.startswith("gitlab.")
    return "code" if known and parts.path.strip("/") else "page"
