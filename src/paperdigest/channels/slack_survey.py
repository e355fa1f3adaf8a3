"""How a bot token stands: the workspace, each channel with its id and whether the bot is in it, and each scope
that is missing with what is lost without it. Asks; posts and stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from paperdigest.channels import slack_look_back
from paperdigest.channels.slack_outcomes import OddAnswer, id_in
from paperdigest.core.survey import Finding, Grade
from paperdigest.core.text import clean

_WRITE = "chat:write"
_HIDDEN = "***"
_LONGEST_NAME = 120  # bytes; Slack's own are at most 80 characters
#: What each scope is for, in the order of the manifest (deploy/slack-manifest.yaml).
SCOPES: Mapping[str, str] = {
    _WRITE: "nothing can be posted",
    "channels:read": "the id of a channel given by its name is not known, so a lost answer cannot be looked up there",
    "channels:history": "when Slack's answer is lost, nobody can tell whether the message arrived: it follows on_unknown",
    "groups:read": "the ids of private channels given by their names are not known, so a lost answer cannot be looked"
    " up there",
    "groups:history": "when Slack's answer is lost in a private channel, the message follows on_unknown",
    "users:read": "people cannot be found by their mail address",
    "users:read.email": "people cannot be found by their mail address",
    "im:write": "direct messages cannot be opened",
    "im:history": "when Slack's answer to a direct message is lost, the message follows on_unknown",
}
_FOR_CHANNELS = ("channels:read", "channels:history", "groups:read", "groups:history")
_FOR_PEOPLE = ("users:read", "users:read.email", "im:write", "im:history")
#: Without these the messages they are for do not go out at all.
_ESSENTIAL = frozenset({_WRITE, "users:read", "users:read.email", "im:write"})
_AGAIN = "add it under OAuth & Permissions and install the app again"


def survey(client: WebClient, targets: Sequence[str]) -> Iterator[Finding]:
    """Yield what is found out about the workspace and these targets ("#papers", an id, a mail address).

    Raises what the library raises when Slack does not answer at all, or does not know the token.
    """
    answer = client.auth_test()
    team, user = (_shown(answer.get(name), client.token) for name in ("team", "user"))
    yield Finding("", f"Slack workspace {team} as {user}")
    granted = _granted(answer.headers)
    if granted is not None:
        yield from _missing(granted, targets)
    by_name: dict[str, dict[str, Any]] = {}
    if any(target.startswith("#") for target in targets):
        by_name, trouble = _by_name(client)
        if trouble:
            yield Finding("channels", trouble, Grade.WARNING)
            targets = [target for target in targets if not target.startswith("#")]
    for target in targets:
        yield _about(client, target, by_name, granted or frozenset())


def _shown(name: object, token: str | None) -> str:
    """Return a name as Slack tells it, on one line and not too long. The token is hidden before it is cut: half
    of one would pass for a word."""
    if not isinstance(name, str) or not name:
        return "?"
    return clean(name.replace(token, _HIDDEN) if token else name, _LONGEST_NAME)


def _granted(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Return the token's scopes; None where the answer does not say."""
    given = {str(name).lower(): str(value) for name, value in headers.items()}
    text = given.get("x-oauth-scopes")
    return None if text is None else frozenset(filter(None, map(str.strip, text.split(","))))


def _missing(granted: frozenset[str], targets: Sequence[str]) -> Iterator[Finding]:
    wanted = [_WRITE]
    if any("@" not in target for target in targets):
        wanted += _FOR_CHANNELS
    if any("@" in target for target in targets):
        wanted += _FOR_PEOPLE
    for scope in wanted:
        if scope not in granted:
            grade = Grade.BAD if scope in _ESSENTIAL else Grade.WARNING
            yield Finding(f"scope {scope}", f"missing: {SCOPES[scope]} · {_AGAIN}", grade)


def _by_name(client: WebClient) -> tuple[dict[str, dict[str, Any]], str]:
    """Return the channels the bot can list, and why it cannot list any ("" when it can)."""
    try:
        return {f"#{one.get('name')}": one for one in slack_look_back.listed(client)}, ""
    except SlackApiError as error:
        told = slack_look_back.error_of(error)
    except OddAnswer:
        told = "the answer is not Slack's own, a proxy?"
    return {}, f"channels given by name cannot be looked up ({told})"


def _about(
    client: WebClient, target: str, by_name: Mapping[str, dict[str, Any]], granted: frozenset[str]
) -> Finding:
    try:
        if "@" in target:
            user = id_in(client.users_lookupByEmail(email=target).get("user"))
            return Finding(target, f"{user}, gets direct messages")
        if not target.startswith("#"):
            answer = client.conversations_info(channel=target)
            id_in(answer.get("channel"))
            return _channel(client, target, answer["channel"], granted)
    except SlackApiError as error:
        return _unanswered(target, slack_look_back.error_of(error))
    except OddAnswer:
        return _unanswered(target, "something that is not its own (a proxy?)")
    if target not in by_name:
        told = "no such channel that the bot can list · check the name; a private channel needs the bot as a member"
        return Finding(target, told, Grade.BAD)
    return _channel(client, target, by_name[target], granted)


def _unanswered(target: str, error: str) -> Finding:
    """A scope that is missing is told of already, and may be one that posting does not need."""
    grade = Grade.WARNING if error == "missing_scope" else Grade.BAD
    return Finding(target, f"Slack answered {error}", grade)


def _channel(
    client: WebClient, target: str, found: Mapping[str, Any], granted: frozenset[str]
) -> Finding:
    kind = "private channel" if found.get("is_private") else "channel"
    name = "" if target.startswith("#") else f" #{_shown(found.get('name'), client.token)}"
    known = f"{kind}{name} {found.get('id', '?')}"
    if found.get("is_archived"):
        return Finding(target, f"{known}, but it is archived · deliver elsewhere", Grade.BAD)
    if found.get("is_member"):
        return Finding(target, f"{known}, the bot is a member")
    invite = "the bot is not a member · invite it there: /invite @paperdigest"
    if "chat:write.public" in granted and not found.get("is_private"):
        return Finding(target, f"{known}, {invite}", Grade.WARNING)
    return Finding(target, f"{known}, but {invite}", Grade.BAD)
