"""How a reader changes, pauses or stops a digest: one to three short lines, true for where it goes.

A command stands between backticks, which each output shows in its own way.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from paperdigest.core import words
from paperdigest.core.subscription import Subscriber

_MAIL = "email:"
_BUTTON = "To stop these mails, choose “Unsubscribe” in your mail program"
_CHANGE_OR_PAUSE, _CHANGE_PAUSE_OR_STOP = "To change or pause", "To change, pause or stop"
_NOBODY_NAMED = "whoever runs paperdigest"


def manage(
    reader: Subscriber,
    targets: Sequence[str],
    *,
    operator: Sequence[str],
    reply_to: str = "",
    link: str = "",
) -> tuple[str, ...]:
    """Return the lines. `targets` are those the digest goes to, with their channels; `operator` those of whoever
    runs the service, `reply_to` the address that answers to mails go to. `link` opens the page that stops these mails;
    it stands for the button of mail programs, too."""
    people = _people(operator, reply_to)
    if reader.shared:  # one member must not stop it for all
        return (_ask(people),)
    name = shlex.quote(reader.name)
    commands = f"Pause or stop: `paperdigest pause {name}`, `paperdigest stop {name}`"
    own = _mailboxes(targets)
    if _runs_it(own, operator, people):
        return ("To change what you get, edit your topics.", commands)
    by_mail = _by_mail(reader, people, link) if own else ()
    if own and people:  # whoever reads this elsewhere has no terminal here
        return (*by_mail, _write_to(people))
    return (*by_mail, _ask_or_edit(people), commands)


def without_mail(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of `manage` as they hold for the same digest where no mail program shows it: there is no button
    to stop it, so whoever is written to does that as well."""
    kept = tuple(line for line in lines if not line.startswith(_BUTTON))
    if len(kept) == len(lines):
        return kept
    return tuple(line.replace(_CHANGE_OR_PAUSE, _CHANGE_PAUSE_OR_STOP, 1) for line in kept)


def whom_to_ask(targets: Sequence[str], operator: Sequence[str], reply_to: str = "") -> str:
    """Return the addresses of whoever can change a subscription for its reader; empty where that is the reader, as
    far as anybody knows. All as for `manage`."""
    people = _people(operator, reply_to)
    return "" if _runs_it(_mailboxes(targets), operator, people) else words.names(people)


def _people(operator: Sequence[str], reply_to: str) -> list[str]:
    """Return the addresses that readers are told, the first one first: where answers go, and where that is one of the
    operator's the others, too. Whoever has answers go elsewhere wants no letters at their own."""
    named = _mailboxes(operator)
    if not reply_to:
        return named
    return (
        [reply_to, *(one for one in named if one != reply_to)] if reply_to in named else [reply_to]
    )


def _runs_it(own: Sequence[str], operator: Sequence[str], people: Sequence[str]) -> bool:
    return not set(own).isdisjoint((*_mailboxes(operator), *people))


def _by_mail(reader: Subscriber, people: Sequence[str], link: str) -> tuple[str, ...]:
    """Return how the mails are stopped: by the button, and where a program shows none, by what the button does.
    Without a page it writes a letter, to the first of these people; where there is none, it goes to the sender, and
    nobody has said that this is read."""
    if link:
        return (f"{_BUTTON}, or open {link}",)  # no sign behind it that might be taken for its end
    return (f"{_BUTTON}, or write “unsubscribe {reader.name}” to {people[0]}.",) if people else ()


def _ask_or_edit(people: Sequence[str]) -> str:
    if people:
        return _ask(people)
    return f"To change what you get, edit your topics or ask {_NOBODY_NAMED}."


def _ask(people: Sequence[str]) -> str:
    return f"{_CHANGE_PAUSE_OR_STOP} this digest, ask {words.names(people) or _NOBODY_NAMED}."


def _write_to(people: Sequence[str]) -> str:
    return f"{_CHANGE_OR_PAUSE} this digest, write to {words.names(people)}."


def _mailboxes(targets: Sequence[str]) -> list[str]:
    return [target.removeprefix(_MAIL) for target in targets if target.startswith(_MAIL)]
