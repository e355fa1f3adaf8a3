"""What every plug-in must pass, ours and other people's: call it from a test with the thing itself."""

from __future__ import annotations

from typing import get_args

from builders import NOW
from paperdigest.core.ports import Channel, Message, Outcome, Part
from paperdigest.core.slack_text import SlackEntry, SlackText


def message(papers: int = 3, **over: object) -> Message:
    """Return an invented message with that many papers in every form."""
    titles = [f"Paper {number:03} on folding maps" for number in range(papers)]
    entries = tuple(
        SlackEntry(
            f"*<https://example.org/{title[6:9]}|{title}>*\nAda Lovelace", f"{title} – Lovelace"
        )
        for title in titles
    )
    plain: dict[str, object] = {
        "subject": f"{papers} new papers: Maps",
        "text": "\n".join(["Maps", "", *titles, ""]),
        "html": "<!doctype html>\n<p>" + "</p>\n<p>".join(titles) + "</p>\n",
        "json": '{"papers": []}\n',
        "slack": SlackText(
            f"{papers} new papers: Maps",
            "Friday 20 Nov 2026",
            (("Maps", entries),),
            (),
            "1 source, up to date",
        ),
        "list_name": "ada",
    }
    return Message(**(plain | over))  # type: ignore[arg-type]  # the tests' own words


def channel_contract(
    channel: Channel, target: str, unreachable: Channel | None = None
) -> tuple[Part, ...]:
    """Check what the rest of the program relies on; return the parts prepared, none of them sent.

    `unreachable`: the same kind of channel, with nobody at the other end; then send must say so.
    """
    assert channel.name
    assert channel.on_unknown in ("resend_once", "hold")
    parts = channel.prepare(message(), target, key="0123456789abcdef01234567", at=NOW)
    again = channel.prepare(message(), target, key="0123456789abcdef01234567", at=NOW)
    assert parts == again, "preparing is pure"
    assert [part.payload for part in parts] == [part.payload for part in again], "to the byte"
    assert [part.number for part in parts] == list(range(len(parts))), "parts are numbered from 0"
    assert len({part.key for part in parts}) == len(parts), "every part has a key of its own"
    assert all(part.key.startswith("0123456789abcdef") for part in parts), "keys come from ours"
    assert {part.target for part in parts} == {target}, "the target is handed on as it came"
    others = channel.prepare(message(), target, key="fedcba9876543210fedcba98", at=NOW)
    assert not {part.key for part in parts} & {part.key for part in others}
    if unreachable is not None:
        for part in parts:
            assert isinstance(unreachable.send(part, ""), get_args(Outcome)), "sending never raises"
        unreachable.close()
    channel.close()
    channel.close()
    return parts
