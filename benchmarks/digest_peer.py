"""What a digest costs without our path: one Jinja template for each of the two parts, and one `EmailMessage`.

The templates are ours, put into one, so that the same is said; a text is read once and compiled once.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import jinja2

from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.render.skeleton import prepared
from paperdigest.render.templates import bundled
from paperdigest.render.wrap import WIDTH
from paperdigest.resources import data_dir

#: What a paper's template is given besides the paper itself.
_VALUES = [
    name
    for name in prepared(Entry(paper_key=0, reason="new", id="", title=Marked("")))
    if name != "entry"
]


class Peer:
    """A mailer as one would write it at first."""

    def __init__(self) -> None:
        self._html = _template("html", autoescape=True)
        self._text = _template("txt", autoescape=False)

    def mail(self, digest: Digest, recipient: str, key: str, at: datetime) -> bytes:
        """Return the finished message."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = "Papers <papers@example.org>"
        mail["To"] = recipient
        mail["Subject"] = digest.title
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<pd.{key}@example.org>"
        mail["List-Id"] = f"<{digest.subscriber}.paperdigest.example.org>"
        mail["List-Unsubscribe"] = "<mailto:papers@example.org?subject=unsubscribe>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Precedence"] = "bulk"
        mail.set_content(self.text(digest))
        mail.add_alternative(self.html(digest), subtype="html")
        return mail.as_bytes()

    def html(self, digest: Digest) -> str:
        """Return the HTML part."""
        return self._html.render(digest=digest)

    def text(self, digest: Digest) -> str:
        """Return the plain text part."""
        return self._text.render(digest=digest).strip("\n") + "\n"


def _template(kind: str, *, autoescape: bool) -> jinja2.Template:
    environment = jinja2.Environment(autoescape=autoescape, trim_blocks=True, lstrip_blocks=True)
    for name in (f"digest.{kind}.j2", f"entry.{kind}.j2"):
        environment.globals.update(bundled()._templates[name].globals)
    environment.globals.update(rows=_rows)
    environment.filters["wrap"] = _wrapped
    return environment.from_string(_in_one(kind))


def _wrapped(text: str, indent: int = 0, hanging: int | None = None) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _in_one(kind: str) -> str:
    """Return the page with the paper's template written out where the papers stand."""
    page = _source(f"digest.{kind}.j2")
    paper = _source(f"entry.{kind}.j2")
    macro, end, rest = paper.rpartition("{%- endmacro -%}\n")
    names = ", ".join(_VALUES)
    gap = "\n" if kind == "txt" else ""
    between = f"{{% if not loop.first %}}\n{gap}{{% endif %}}"
    each = f"{{% for {names} in rows(section.full) %}}\n{between}{rest}{{% endfor %}}"
    return macro + end + page.replace("{{ papers(section.full, site) }}\n", each)


def _source(name: str) -> str:
    source = (data_dir("templates") / name).read_text("utf-8")
    return source[source.index("-#}") + len("-#}\n") :] if source.startswith("{#-") else source


def _rows(entries: Iterable[Entry]) -> Iterable[tuple[object, ...]]:
    for entry in entries:
        values = prepared(entry)
        yield tuple(values[name] for name in _VALUES)
