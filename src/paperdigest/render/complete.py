"""Every paper that a digest shows, whole or by title, stands in what a user's templates made of it: what they leave out would
count as sent. What the shipped ones make alone is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from paperdigest.core import words
from paperdigest.core.digest import Digest, Entry
from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form, Message
from paperdigest.render.allowance import allowance
from paperdigest.render.book import Book
from paperdigest.render.environments import PAGE, where
from paperdigest.render.fragments import Fragments
from paperdigest.render.present import absent
from paperdigest.render.signed import Signed, unshown, with_signs
from paperdigest.render.skeleton import Skeletons
from paperdigest.render.templates import Templates

_WIDTH: Final = 60
#: What to write into the template of a page, and into that of a paper.
PAPERS_WHOLE: Final = (
    "{{ papers(section.full) }}; a lower limit in the config shows fewer of them whole"
)
PAPERS_BY_TITLE: Final = "{{ lines(section.listed) }}"
TITLE: Final = "{{ title.text }}"


class _Piece(NamedTuple):
    """A template of one paper, and which of its forms is what that makes."""

    name: str
    made: Callable[[Fragments], str]


class _Made(NamedTuple):
    """What makes a form: the page, "" where code builds it, and what shows a paper whole and by title in it. A paper is to
    be in each of these."""

    page: str
    whole: tuple[_Piece, ...]
    by_title: tuple[_Piece, ...]

    @property
    def names(self) -> set[str]:
        return {self.page, *(piece.name for piece in (*self.whole, *self.by_title))}


_MADE: Final[Mapping[Form, _Made]] = MappingProxyType(
    {
        Form.HTML: _Made(
            PAGE,
            (_Piece("entry.html.j2", attrgetter("html")),),
            (_Piece("listed.html.j2", attrgetter("html_line")),),
        ),
        Form.TEXT: _Made(
            "digest.txt.j2",
            (_Piece("entry.txt.j2", attrgetter("text")),),
            (_Piece("listed.txt.j2", attrgetter("text_line")),),
        ),
        Form.SLACK: _Made(
            "",
            (
                _Piece("entry.slack.j2", attrgetter("slack.mrkdwn")),
                _Piece("summary.slack.j2", attrgetter("slack.summary")),
            ),
            (_Piece("listed.slack.j2", attrgetter("slack_line")),),
        ),
    }
)


def must_be_complete(
    templates: Templates, digest: Digest, message: Message, forms: Set[Form], book: Book
) -> None:
    """Raise TemplateError for papers that are missing in one of these forms of a digest, with the file that leaves them
    out. `digest` is as its pages show it."""
    for form, made in _MADE.items():
        if form not in forms or templates.own.isdisjoint(made.names):
            continue
        gone = next(filter(None, _gone(templates, digest, message, form, book)), [])
        found = _by_template(templates, digest, gone, form, book)
        if found:
            name, (how, entries) = next(iter(found.items()))
            said = left_out(entries, len(digest.entries), how)
            raise TemplateError(f"{where(name, templates.folder)}:1: {said}")


def _gone(
    templates: Templates, digest: Digest, message: Message, form: Form, book: Book
) -> Iterator[list[Entry]]:
    """Yield of all that the message has of a form the papers that are gone from it: of each page, or where code builds it
    of what each of the user's templates made of the papers."""
    made = _MADE[form]
    if made.page:
        shown = digest.entries
        for text, html in filter(None, ((message.text, message.html), message.elsewhere)):
            yield absent(shown, text if form is Form.TEXT else html, form)
        page = message.text if form is Form.TEXT else message.html
        yield unshown(shown, page, form, lambda signed: _page(templates, digest, form, signed))
        return
    whole = [entry for section in digest.sections for entry in section.full]
    by_title = [entry for section in digest.sections for entry in section.listed]
    fresh = _fresh(templates)
    for pieces, entries in ((made.whole, whole), (made.by_title, by_title)):
        for piece in pieces:
            if piece.name in templates.own:
                texts = [piece.made(book.forms(entry)) for entry in entries]
                yield absent(entries, "\n".join(texts), form)
                yield [one for one in entries if _lacks(piece, one, form, book, fresh)]


def _page(templates: Templates, digest: Digest, form: Form, signed: Signed) -> str:
    """Return the page of the digest with papers under signs."""
    book, in_text = _fresh(templates), form is Form.TEXT
    with allowance():  # that of the digest is for what is sent
        return templates.render(
            _MADE[form].page,
            digest=with_signs(digest, signed),
            papers=book.text if in_text else book.html,
            lines=book.text_lines if in_text else book.html_lines,
        )


def _fresh(templates: Templates) -> Book:
    """Return a book for papers under signs: no other digest will ask for them."""
    skeletons = Skeletons(templates)
    return Book(lambda entry: Fragments(entry, skeletons))


def _lacks(piece: _Piece, entry: Entry, form: Form, book: Book, fresh: Book) -> bool:
    """Say whether a paper is not shown in what its own template made of it."""

    def again(signed: Signed) -> str:
        with allowance():
            return piece.made(fresh.forms(signed[id(entry)]))

    made = piece.made(book.forms(entry))
    return bool(absent((entry,), made, form) or unshown((entry,), made, form, again))


def unknown(entry: Entry) -> str:
    """Return what is wrong with a paper's template of which nobody could tell which paper it is."""
    title = words.cut(entry.title.text, _WIDTH)
    said = f'shows neither the title of a paper nor the link of it, as of "{title}"'
    return f"{said} · write {TITLE}"


def left_out(entries: Sequence[Entry], of: int, how: str) -> str:
    """Return what is wrong where these of so many papers are missing, and what to write."""
    title = words.cut(entries[0].title.text, _WIDTH)
    count = f"{words.number(len(entries))} of {words.count_papers(of)}"
    return f'leaves out {count}, which would count as sent, the first: "{title}" · write {how}'


def form_of(name: str) -> Form | None:
    """Return the form that a template makes, or a part of; None for the subject, which every form has."""
    return next((form for form, made in _MADE.items() if name in made.names), None)


def _by_template(
    templates: Templates, digest: Digest, gone: Sequence[Entry], form: Form, book: Book
) -> dict[str, tuple[str, list[Entry]]]:
    """Return papers by the template of the user's that leaves them out, their own or else the page, if that is theirs,
    with what is to be written there."""
    made = _MADE[form]
    whole = {id(entry) for section in digest.sections for entry in section.full}
    found: dict[str, tuple[str, list[Entry]]] = {}
    fresh = _fresh(templates)
    for entry in gone:
        is_whole = id(entry) in whole
        pieces = made.whole if is_whole else made.by_title
        mine = (piece for piece in pieces if piece.name in templates.own)
        lacking = (one.name for one in mine if _lacks(one, entry, form, book, fresh))
        name = next(lacking, "")
        how = TITLE
        if not name and made.page in templates.own:
            name, how = made.page, PAPERS_WHOLE if is_whole else PAPERS_BY_TITLE
        if name:
            found.setdefault(name, (how, []))[1].append(entry)
    return found
