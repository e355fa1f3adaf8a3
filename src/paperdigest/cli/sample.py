"""A sample digest through a subscriber's real channels. Nothing of it enters the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import say
from paperdigest.core import letter, opening_words, schedule
from paperdigest.core.arrange import TopicFinds, arrange
from paperdigest.core.attached import attachments
from paperdigest.core.entry import Desk, Find
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Form, Sent
from paperdigest.core.query import keywords
from paperdigest.core.unsubscribe import EMAIL

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.digest import Digest
    from paperdigest.core.subscription import Subscriber
    from paperdigest.core.unsubscribe import Unsubscribe
    from paperdigest.store.connection import Store

_PAPER = Paper(
    title="A sample paper: this message shows that deliveries arrive",
    abstract="Nothing here is real. If you can read this sample, your digests will reach you the same way.",
    authors=("paperdigest",),
)


def send_samples(
    app: App, store: Store, readers: Sequence[Subscriber], now: datetime, *, as_json: bool
) -> int:
    """Send one sample to every target of the readers, who are registered; return the exit code."""
    results = [
        (reader.name, target, _send(app, store, reader, target, now))
        for reader in readers
        for target in reader.deliver
    ]
    if as_json:
        say(
            {
                "sent": [
                    {"subscriber": name, "target": target, "error": error}
                    for name, target, error in results
                ]
            }
        )
    else:
        for name, target, error in results:
            click.echo(f"{name}  {target}  {error or 'sent'}")
    return 4 if any(error for _, _, error in results) else 0


def _send(app: App, store: Store, reader: Subscriber, target: str, now: datetime) -> str:
    """Send to one target; return what went wrong, "" when it was sent."""
    name, _, bare = target.partition(":")
    try:
        app.must_have_templates()  # it is to show what digests will look like
        forms, leave = app.press.forms([target]), _leave(app, store, reader)
        link = leave.link(target) if leave is not None and name == EMAIL else ""
        digest = _digest(app, reader, target, link, now)
        _, message = app.press.renderer.render(digest, forms)
        files = attachments((_PAPER,), reader.attach) if Form.FILES in forms else ()
        message = replace(message, unsubscribe=leave, attachments=files)
        channel = app.channel(name)
        # A key of its own each time: a sample may be sent as often as one likes.
        receipt = ""
        for part in channel.prepare(message, bare, key=f"test{secrets.token_hex(10)}", at=now):
            outcome = channel.send(part, receipt)
            if not isinstance(outcome, Sent):
                return outcome.reason
            receipt = receipt or outcome.receipt
    except PaperdigestError as error:
        return str(error)
    return ""


def _leave(app: App, store: Store, reader: Subscriber) -> Unsubscribe | None:
    """Return what makes the links: they are true ones, so that they can be tried."""
    from paperdigest.flow.unsubscribe import exits
    from paperdigest.store import subscribers

    row = subscribers.named(store, reader.name)
    return None if row is None else exits(store, app.press.page).of(reader, row.id)


def _digest(app: App, reader: Subscriber, target: str, link: str, now: datetime) -> Digest:
    zone = schedule.zone(reader.timezone)
    local = now.astimezone(zone)
    query = keywords(["sample"])
    find = Find(0, _PAPER, "new", 0, now, 1, lambda: query.hits(_PAPER))
    frame = letter.Frame(
        reader,
        schedule.Slot("test", now),
        "digest",
        local,
        local - timedelta(days=1),
        local,
        operator=app.press.operator,
        targets=(target,),
        reply_to=app.press.reply_to,
        link=link,
    )
    digest = letter.digest(frame, arrange([TopicFinds("Test", (find,))], Desk(), local))
    return replace(digest, title=opening_words.TEST, looked_at=(opening_words.TEST_LOOKED_AT,))
