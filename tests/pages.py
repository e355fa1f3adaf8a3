"""What a reader's program makes of a message: the HTML parsed, Slack's text joined."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from paperdigest.core.digest import Digest
from paperdigest.core.ports import Message
from paperdigest.render import Renderer
from paperdigest.render.templates import Templates

RENDERER = Renderer()
TEMPLATES = Templates()
OUR_TOKEN = re.compile(r"<https?://[^<>|\s]+\|[^<>|\n]*>")


class Page(HTMLParser):
    """What a reader's program makes of the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._pieces: list[str] = []
        self._skipped = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._skipped += tag in ("style", "title")
        if tag in ("div", "p", "td", "li", "h1", "h2", "h3"):
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self._pieces)


def rendered(shown: Digest) -> Message:
    return RENDERER.render(shown)[1]


def flat(text: str) -> str:
    return " ".join(text.split())


def slack_of(message: Message) -> str:
    slack = message.slack
    parts = [slack.context, *slack.listed, slack.footer]
    for name, shown in slack.sections:
        parts += [name, *(piece for one in shown for piece in (one.mrkdwn, one.summary))]
    return "\n".join(parts)
