"""The unsubscribe link stands whole wherever a user's template shows any of it. It is one recipient's, and others get their
own in its place: of one that is cut or broken over lines they would keep what stops the first one's mails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form, Message
from paperdigest.core.unsubscribe import PATH
from paperdigest.render.environments import PAGE, where
from paperdigest.render.present import shown
from paperdigest.render.templates import Templates

_SUBJECT: Final = "subject.txt.j2"
_FORMS: Final[Mapping[str, Form | None]] = MappingProxyType(
    {_SUBJECT: None, "digest.txt.j2": Form.TEXT, PAGE: Form.HTML}
)
#: So many letters of a code, in capitals or not, are no accident in a page of 90 kB.
_PIECE: Final = 8
_NO_LETTER = re.compile(r"[\W_]+")
#: What to write in a page.
_WHOLE: Final[Mapping[Form, str]] = MappingProxyType(
    {
        Form.TEXT: "{{ line|wrap }} for each line of digest.manage",
        Form.HTML: "{{ linked(line, mail=true) }} for each line of digest.manage",
    }
)


def must_be_unbroken(templates: Templates, message: Message) -> None:
    """Raise TemplateError, with file and line, for a form of a digest in which a template of the user's breaks the link
    that is in the message."""
    made = {_SUBJECT: message.subject, "digest.txt.j2": message.text, PAGE: message.html}
    for name, text in made.items():
        said = breaks(name, text, message.link) if name in templates.own else ""
        if said:
            raise TemplateError(f"{where(name, templates.folder)}:1: {said}")


def breaks(name: str, made: str, link: str) -> str:
    """Return what is wrong with what a template made of a digest that has this link, and what to write; "": nothing."""
    if not link or name not in _FORMS:
        return ""
    form = _FORMS[name]
    rest = made if form is None else made.replace(_kept(link, form), " ")
    seen = _letters(rest)
    if form is Form.HTML:  # a tag may stand within a link
        seen += f" {_letters(shown(rest))}"
    if not any(piece in seen for piece in _pieces(link)):
        return ""
    if form is None:
        return "shows the unsubscribe link, which is one recipient's · leave out digest.manage"
    said = "cuts or breaks the unsubscribe link, so that nobody can open it"
    return f"{said} · write {_WHOLE[form]}"


def _kept(link: str, form: Form) -> str:
    """Return what of a link stands in a form as it is: an address may be written in several ways in HTML."""
    return link if form is Form.TEXT else PATH + link.rpartition("/")[2]


def _pieces(link: str) -> Iterator[str]:
    """Yield what tells that a link is there in part: all of it before the code, and each few letters of that."""
    before, _, code = link.rpartition(".")
    yield _letters(before)
    letters = _letters(code)
    yield from (letters[at : at + _PIECE] for at in range(max(1, len(letters) - _PIECE + 1)))


def _letters(text: str) -> str:
    """Return the letters and digits, in capitals or not as the same."""
    return _NO_LETTER.sub("", text.casefold())
