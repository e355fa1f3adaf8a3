"""What a dump lost of its TeX, put back where there is no doubt: a backslash before a name that nobody else writes
before a brace, and what is left of a link. What is read as TeX then is `core.tex`'s work.
"""

from __future__ import annotations

import re
from typing import Final

from paperdigest.core.tex_tables import words

_NAMES: Final = words("""
emph text textbf textit texttt textsc textrm textsf textsl textup textnormal textsuperscript textsubscript underline
overline mathbb mathbf mathcal mathds mathfrak mathit mathrm mathscr mathsf mathtt boldsymbol operatorname frac dfrac
tfrac sqrt hat tilde widehat widetilde cite citep citet citealp ref eqref cref autoref url href footnote mbox ensuremath
""")
_NAME = re.compile(r"(?<![A-Za-z0-9\\/.@&=:\-])[A-Za-z]{3,15}$")
_LONGEST: Final = 16  # characters of a name and what stands before it
_ELL = re.compile(r"(?<![A-Za-z0-9\\/.@&=:\-])ell(?=[_^])")
_LINK = re.compile(
    r"(?P<command>\\[A-Za-z]+ ?\{ ?)?(?P<address>https?://[^\s{}\\]{1,300}+)(?P<closed>\}?)\{(?P<said>[^{}]{1,300})(?P<end>\}?)"
)
# What links say; `/v{number}` is part of an address.
_SAYS = re.compile(
    r"(?:here|link|this|our|the|code|data|dataset|demo|project|website|homepage|github)\b[\w ,.\-]{0,60}",
    re.IGNORECASE,
)


def restored(text: str) -> str:
    r"""Return the text with lost backslashes put back, `mathcal{O}`, and `https://…}{here}` as `https://… (here)`."""
    if "ell_" in text or "ell^" in text:
        text = _ELL.sub(r"\\ell", text)
    if "{" not in text:
        return text
    text = _with_commands(text)
    return _LINK.sub(_linked, text) if "http" in text else text


def _with_commands(text: str) -> str:
    """Return the text with a backslash before such names, where their brace is closed: an open one takes no argument."""
    *before, last = text.split("{")
    closed, at = text.rfind("}"), 0
    pieces = []
    for piece in before:
        at += len(piece) + 1
        pieces.append(_with_command(piece) if at < closed else piece)
    return "{".join([*pieces, last])


def _with_command(text: str) -> str:
    """Return what stands before a brace, with a backslash before a name at its end."""
    name = _NAME.search(text, max(0, len(text) - _LONGEST))
    if name is None or name[0] not in _NAMES:
        return text
    return f"{text[: name.start()]}\\{name[0]}"


def _linked(found: re.Match[str]) -> str:
    """Return a link whose command was lost: the address, and what it said where that is not the address again."""
    address, said, ended = found["address"], found["said"], bool(found["end"])
    if found["command"]:
        return found[0]
    opened = found.string[max(0, found.start() - 1) : found.start()] == "{"
    address += found["closed"] if opened else ""
    for same in (found["address"], found["address"].partition("://")[2]):
        rest = said.removeprefix(same)
        if rest != said and not (rest if ended else rest[:1].isalnum()):
            return address + rest
    return f"{address} ({said})" if ended and _SAYS.fullmatch(said) else found[0]
