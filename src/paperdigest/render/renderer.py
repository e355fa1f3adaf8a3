"""A digest becomes a message in every form, and within the budget of an e-mail.

What a template may say is in `environments`, what gives way in `budget`, one paper in `fragments`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from paperdigest.core import words
from paperdigest.core.digest import Digest
from paperdigest.core.ports import Form, Message, SlackText
from paperdigest.render.book import Book
from paperdigest.render.budget import BUDGET, Sizes, trimmed
from paperdigest.render.by_day import as_shown
from paperdigest.render.clean import clean_text
from paperdigest.render.environments import Templates
from paperdigest.render.fragments import Fragments, encoded_size, surely_within
from paperdigest.render.json_form import digest_json
from paperdigest.render.skeleton import Skeletons
from paperdigest.render.slack_form import slack_text

_PAPERS_KEPT = 8_192  # about 6 kB each shown whole, 2 kB by title
_ROUNDS = 5
NO_SLACK = SlackText("", "", (), (), "")


@cache
def _bundled() -> Templates:
    """Return the templates that are shipped, compiled once in a process: they are the same for everybody."""
    return Templates(None)


class Renderer:
    """Turns digests into messages. Templates of `user_templates` go before the bundled ones.

    Construction compiles every template and raises TemplateError for the first that cannot be.
    """

    def __init__(self, user_templates: Path | None = None) -> None:
        self.templates = _bundled() if user_templates is None else Templates(user_templates)
        skeletons = Skeletons(self.templates)
        self._forms_of = lru_cache(maxsize=_PAPERS_KEPT)(lambda entry: Fragments(entry, skeletons))

    def render(
        self, digest: Digest, forms: frozenset[Form] = frozenset(Form)
    ) -> tuple[Digest, Message]:
        """Return the digest as finally shown, and its message in these forms.

        The HTML is made in any case: its size decides what is shown.

        Papers that found no room are moved from `full` to `listed` to `counted`; none is lost.
        Raises TemplateError when a user's template fails on this digest.
        """
        book = Book(self._forms_of)
        shown, html = self._within_budget(book.cleaned(digest), book)
        return shown, Message(
            subject=self._subject(shown),
            text=self._text(shown, book) if Form.TEXT in forms else "",
            html=html,
            json=digest_json(shown, book.json, book.json_line) if Form.JSON in forms else "",
            slack=slack_text(as_shown(shown), book) if Form.SLACK in forms else NO_SLACK,
            list_name=shown.subscriber,
            shared=shown.shared,
        )

    def _within_budget(self, digest: Digest, book: Book) -> tuple[Digest, str]:
        shown, html = digest, self._html(digest, book)
        sizes = Sizes(book.size, book.size_of_line)
        excess, times = 0, 1
        for _ in range(_ROUNDS):
            if surely_within(html, BUDGET):
                break
            over = encoded_size(html) - BUDGET
            if over <= 0:
                break
            # Sizes are estimates where a template of the user's own writes papers in another way: what is still
            # too much is asked for twice over, and then four times.
            excess, times = excess + times * over, 2 * times
            shown = trimmed(digest, excess, sizes)
            html = self._html(shown, book)
        return shown, html

    def _html(self, digest: Digest, book: Book) -> str:
        return self.templates.render(
            "digest.html.j2", digest=as_shown(digest), papers=book.html, lines=book.html_lines
        )

    def _text(self, digest: Digest, book: Book) -> str:
        page = self.templates.render(
            "digest.txt.j2", digest=as_shown(digest), papers=book.text, lines=book.text_lines
        )
        return page.strip("\n") + "\n"

    def _subject(self, digest: Digest) -> str:
        line = clean_text(self.templates.render("subject.txt.j2", digest=digest))
        return words.cut(" ".join(line.split()), words.SUBJECT_WIDTH)
