"""A digest becomes a message in every form, and within the budget of an e-mail.

What a template may say is in `environments`, what gives way in `budget`, one paper in `fragments`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from paperdigest.core import words
from paperdigest.core.closing_words import without_mail
from paperdigest.core.digest import Digest
from paperdigest.core.errors import TemplateError
from paperdigest.core.foremost import foremost
from paperdigest.core.ports import Form, Message
from paperdigest.core.slack_text import SlackText
from paperdigest.core.unsubscribe import link_in
from paperdigest.render.allowance import RunsAway, allowance, next_page
from paperdigest.render.book import Book
from paperdigest.render.budget import BUDGET, Sizes
from paperdigest.render.by_day import as_shown
from paperdigest.render.clean import clean_text
from paperdigest.render.complete import must_be_complete
from paperdigest.render.condensed import as_condensed
from paperdigest.render.environments import HTML, PAGE, where
from paperdigest.render.fitting import is_within, within_budget
from paperdigest.render.fragments import Fragments, encoded_size
from paperdigest.render.frame import unnarrowed
from paperdigest.render.json_form import digest_json
from paperdigest.render.skeleton import Skeletons
from paperdigest.render.slack_form import slack_text
from paperdigest.render.templates import Templates, bundled
from paperdigest.render.unbroken import must_be_unbroken

_PAPERS_KEPT = 8_192  # about 6 kB each shown whole, 2 kB by title
_MOST_RUNAWAYS = 3
_GIVEN_UP = "found three times, and not tried again until your templates change"
NO_SLACK = SlackText("", "", (), (), "")


class Renderer:
    """Turns digests into messages. Templates of `user_templates` go before the bundled ones.

    Construction compiles every template and raises TemplateError for the first that cannot be.
    """

    def __init__(self, user_templates: Path | None = None) -> None:
        self.templates = bundled() if user_templates is None else Templates(user_templates)
        self._runaways, self._last_runaway = 0, ""
        skeletons = Skeletons(self.templates)
        self._forms_of = lru_cache(maxsize=_PAPERS_KEPT)(lambda entry: Fragments(entry, skeletons))

    def render(
        self, digest: Digest, forms: frozenset[Form] = frozenset(Form)
    ) -> tuple[Digest, Message]:
        """Return the digest as finally shown, and its message in these forms.

        The HTML is made in any case: its size decides what is shown.

        Papers that found no room are moved from `full` to `listed` to `counted`; none is lost.
        Raises TemplateError when a user's template fails on this digest, makes more of it than a mail may hold, or leaves
        papers out.
        """
        with allowance():
            return self._rendered(digest, forms)

    def _rendered(self, digest: Digest, forms: frozenset[Form]) -> tuple[Digest, Message]:
        book = Book(self._forms_of)
        cleaned = book.cleaned(digest)
        shown, html = self._within_budget(cleaned, book)
        message = Message(
            subject=self._subject(shown),
            text=self._text(shown, book) if Form.TEXT in forms else "",
            html=html,
            json=_json(unnarrowed(shown, cleaned), book) if Form.JSON in forms else "",
            slack=_slack(shown, book) if Form.SLACK in forms else NO_SLACK,
            list_name=shown.subscriber,
            shared=shown.shared,
            link=link_in(shown.manage),
            elsewhere=self._elsewhere(shown, book) if Form.ELSEWHERE in forms else None,
        )
        if self.templates.own:
            must_be_unbroken(self.templates, message)
            must_be_complete(self.templates, _on_pages(shown), message, forms, book)
        return shown, message

    def _elsewhere(self, shown: Digest, book: Book) -> tuple[str, str] | None:
        """Return text and HTML as they hold where no mail program shows them. They name the same papers, and are no
        longer: what is left out of the last lines is more than what comes instead."""
        other = replace(shown, manage=without_mail(shown.manage))
        if other.manage == shown.manage:
            return None
        return self._text(other, book), self._html(other, book)

    def safely(
        self, digest: Digest, forms: frozenset[Form] = frozenset(Form)
    ) -> tuple[Digest, Message, str]:
        """Return what `render` does, and "". Where the user's templates fail on this digest, all of it is made by those
        that are shipped, and the last is why: the message with file and line.

        To find out that a template runs away takes seconds: after a few digests of that kind this renderer asks no
        more, and says why. One of changed templates is another.
        """
        if self._runaways >= _MOST_RUNAWAYS:
            return (*shipped().render(digest, forms), self._last_runaway)
        try:
            return (*self.render(digest, forms), "")
        except TemplateError as error:
            if isinstance(error.__cause__, RunsAway):
                self._runaways, self._last_runaway = self._runaways + 1, f"{error} · {_GIVEN_UP}"
            return (*shipped().render(digest, forms), str(error))

    def _within_budget(self, digest: Digest, book: Book) -> tuple[Digest, str]:
        own = self.templates.own
        sizes = Sizes(book.size, book.size_of_line)
        shown, html = within_budget(
            digest, lambda given: self._html(given, book), sizes, own=not own.isdisjoint(HTML)
        )
        if PAGE in own and not is_within(html):
            raise too_large(self.templates, html)
        return shown, html

    def _html(self, digest: Digest, book: Book) -> str:
        next_page()
        return self.templates.render(
            PAGE, digest=_on_pages(digest), papers=book.html, lines=book.html_lines
        )

    def _text(self, digest: Digest, book: Book) -> str:
        next_page()
        page = self.templates.render(
            "digest.txt.j2", digest=_on_pages(digest), papers=book.text, lines=book.text_lines
        )
        return page.strip("\n") + "\n"

    def _subject(self, digest: Digest) -> str:
        made = clean_text(self.templates.render("subject.txt.j2", digest=digest))
        line = " ".join(made.split()) or digest.title
        return words.cut(line, words.SUBJECT_WIDTH)


def _on_pages(digest: Digest) -> Digest:
    return as_condensed(as_shown(digest))


def _slack(digest: Digest, book: Book) -> SlackText:
    # Which papers are the best is a matter of topics, also where pages stand by day.
    return slack_text(_on_pages(digest), book, best=tuple(foremost(digest.sections)))


def _json(digest: Digest, book: Book) -> str:
    digest = replace(digest, manage=without_mail(digest.manage))  # no mail takes this form
    return digest_json(digest, book.json, book.json_line)


@cache
def shipped() -> Renderer:
    """Return the renderer of the templates that are shipped."""
    return Renderer()


def too_large(templates: Templates, html: str) -> TemplateError:
    """Return what is wrong with a page that is too large although its papers are only counted."""
    said = f"{encoded_size(html):,} bytes with every paper only counted, and {BUDGET:,} is the most · shorten the page"
    return TemplateError(f"{where(PAGE, templates.folder)}: {said}")
