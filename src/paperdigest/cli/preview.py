"""`paperdigest preview`: the next digest, without sending it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from paperdigest.cli.answers import hit_json, iso, paper_json, say
from paperdigest.cli.opening import must_be_page, open_pages
from paperdigest.cli.session import Span, json_option, now_option, one_reader, opened

if TYPE_CHECKING:
    from paperdigest.core.digest import Digest, Entry
    from paperdigest.core.entry import Find
    from paperdigest.core.ports import Message
    from paperdigest.flow.drafting import Draft, Letter


_BELOW = "--- in the thread ---"
_BETWEEN = f"\n{'~' * 72}\n\n"  # two messages on one terminal


@click.command()
@click.argument("subscriber", required=False)
@click.option(
    "--since",
    type=Span(),
    help="Not what waits, but all that was first seen in that time, sent before or not,"
    ' and no keyword named as new: 7d, "2 weeks".',
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "slack", "json"]),
    default="text",
    show_default=True,
)
@click.option(
    "--open", "open_it", is_flag=True, help="Open the page in a browser, and print its path."
)
@now_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    subscriber: str | None,
    since: timedelta | None,
    form: str,
    open_it: bool,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Show what SUBSCRIBER's next digest would hold. Nothing is written or sent."""
    from paperdigest.flow.preview import preview

    if open_it:
        given = ctx.get_parameter_source("form") is ParameterSource.COMMANDLINE
        must_be_page(form, given=given, as_json=as_json)
    with opened(ctx, write=False, now=now) as (app, store):
        app.must_have_templates()
        reader = one_reader(app.readers(store), subscriber)
        draft = preview(store, app.press, reader, app.clock(), since=since)
        digest, _ = _shown(draft.digest)
        messages = _messages(draft)
        if as_json or form == "json":
            say(_json(draft, digest))
        elif open_it:
            open_pages([message.html for message in messages])
        elif form == "html":
            _one_page(messages, reader.name)
        else:
            click.echo(_BETWEEN.join(_text(message, form) for message in messages))
        if (
            not any(letter.digest.papers for letter in draft.letters)
            and since is None
            and not as_json
        ):
            click.echo(
                f"nothing is waiting for {reader.name} · what the last days brought: "
                f"paperdigest preview {reader.name} --since 7d",
                err=True,
            )


def _shown(letter: Letter | None) -> tuple[Digest, Message]:
    if letter is None or letter.message is None:
        raise RuntimeError("a preview is always rendered")
    return letter.digest, letter.message


def _messages(draft: Draft) -> list[Message]:
    """Return what goes out: without new papers a notice of updates stands alone."""
    shown = [_shown(letter) for letter in draft.letters]
    full = [message for digest, message in shown if digest.papers]
    return full or [message for _, message in shown]


def _one_page(messages: list[Message], name: str) -> None:
    click.echo(messages[0].html)
    if len(messages) > 1:
        click.echo(
            f"a notice of updates goes out as well: {messages[1].subject}"
            f" · paperdigest preview {name} --open shows both",
            err=True,
        )


def _text(message: Message, form: str) -> str:
    if form == "text":
        return f"Subject: {message.subject}\n\n{message.text}"
    from paperdigest.channels.slack_thread import thread

    return f"\n\n{_BELOW}\n\n".join("\n\n".join(page.texts) for page in thread(message.slack))


def _json(draft: Draft, digest: Digest) -> dict[str, Any]:
    from paperdigest.render.json_form import counts_json

    finds = draft.finds.by_topic
    return {
        "subscriber": digest.subscriber,
        "slot": digest.slot,
        "covers": {"from": iso(digest.covers_from), "until": iso(digest.covers_until)},
        "title": digest.title,
        "waited": digest.waited,
        "topics": [
            {
                "name": section.name,
                "total": section.total,
                "shown": len(section.full) + len(section.listed),
                "counted": len(section.counted),
                "papers": [
                    _entry(
                        entry,
                        finds[section.name, entry.paper_key, entry.reason],
                        shown_as,
                        section.name,
                    )
                    for entries, shown_as in (
                        (section.full, "full"),
                        (section.listed, "listed"),
                    )
                    for entry in entries
                ],
            }
            for section in digest.sections
        ],
        "updates": list(_updates(draft)),
        "sources": [
            {"name": line.name, "status": line.status, "papers": line.papers, "said": line.said}
            for line in digest.sources
        ],
        **counts_json(digest),
    }


def _updates(draft: Draft) -> Iterator[dict[str, Any]]:
    """Yield the news about papers that the reader was sent before, which go out as a notice of their own."""
    if draft.notice is None:
        return
    finds = draft.finds.by_paper
    for section in draft.notice.digest.sections:
        for entry in (*section.full, *section.listed, *section.counted):
            find = finds[entry.paper_key, entry.reason]
            yield {
                **paper_json(find.paper),
                "kind": entry.kind,
                "reason": entry.reason,
                "note": entry.note,
            }


def _entry(entry: Entry, find: Find, shown_as: str, topic: str) -> dict[str, Any]:
    return {
        **paper_json(find.paper),
        "topics": [topic, *entry.also],
        "score": find.score,
        "hits": [hit_json(hit) for hit in find.hits()],
        "as": shown_as,
    }
