"""How a reader changes, pauses or stops a digest: two or three short lines, true for where it goes.

A command stands between backticks, which each output shows in its own way.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from paperdigest.core import words
from paperdigest.core.subscription import Subscriber

_MAIL = "email:"
_NOBODY_NAMED = "whoever runs paperdigest"


def manage(
    reader: Subscriber, targets: Sequence[str], *, operator: Sequence[str], one_click: bool
) -> tuple[str, ...]:
    """Return the lines. `targets` are those the digest goes to, with their channels; `operator` those of whoever
    runs the service. `one_click`: the unsubscribe button of mail programs reaches a page of ours."""
    people = _mailboxes(operator)
    if reader.shared:  # one member must not stop it for all
        return (_ask(people),)
    name = shlex.quote(reader.name)
    commands = f"Pause or stop: `paperdigest pause {name}`, `paperdigest stop {name}`"
    own = _mailboxes(targets)
    if set(own) & set(people):
        return ("To change what you get, edit your topics.", commands)
    if own and people:  # whoever reads this elsewhere has no terminal here
        return (*_by_mail(people, one_click=one_click), _write_to(people))
    return (*(_by_mail(people, one_click=one_click) if own else ()), _ask_or_edit(people), commands)


def whom_to_ask(targets: Sequence[str], operator: Sequence[str]) -> str:
    """Return the addresses of whoever can change a subscription for its reader; empty where that is the reader, as
    far as anybody knows. Both as for `manage`."""
    people = _mailboxes(operator)
    return "" if set(_mailboxes(targets)) & set(people) else words.names(people)


def _by_mail(people: Sequence[str], *, one_click: bool) -> tuple[str, ...]:
    """Return what the button does. Without a page it writes a letter, to the first address of the operator; where
    there is none, it goes to the sender, and nobody has said that this is read."""
    button = "To stop these mails, choose “Unsubscribe” in your mail program"
    if one_click:
        return (f"{button}.",)
    return (f"{button}: that writes to {people[0]}.",) if people else ()


def _ask_or_edit(people: Sequence[str]) -> str:
    if people:
        return _ask(people)
    return f"To change what you get, edit your topics or ask {_NOBODY_NAMED}."


def _ask(people: Sequence[str]) -> str:
    return f"To change, pause or stop this digest, ask {words.names(people) or _NOBODY_NAMED}."


def _write_to(people: Sequence[str]) -> str:
    return f"To change or pause this digest, write to {words.names(people)}."


def _mailboxes(targets: Sequence[str]) -> list[str]:
    return [target.removeprefix(_MAIL) for target in targets if target.startswith(_MAIL)]
