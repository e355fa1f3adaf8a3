"""Who has a mail address at Slack: the direct conversation with them, and whether they are still there.

Owns what is known of people, and for how long. Asks; posts nothing.
"""

from __future__ import annotations

import http.client
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from paperdigest.channels.slack_client import Clock
from paperdigest.channels.slack_errors import asking, connection_outcome
from paperdigest.channels.slack_outcomes import api_outcome, id_in
from paperdigest.core.ports import Outcome, Refused, Retry, Unknown

#: Seconds until it is asked again whether anybody has an address.
_MEET_AGAIN = 3600.0


class NotPosted(Exception):
    """The message was not even tried."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def nothing_posted(outcome: Outcome) -> Outcome:
    """Return what the outcome of a question means for a message: it cannot have left one behind."""
    asked = asking(outcome)
    return Retry(asked.reason, reach=asked.reach) if isinstance(asked, Unknown) else asked


@dataclass(frozen=True, slots=True)
class People:
    """Conversations by mail address, and when each of them need not be asked about before. `clock` counts seconds."""

    clock: Clock = field(repr=False)
    _conversations: dict[str, str] = field(default_factory=dict, repr=False)
    _met: dict[str, float] = field(default_factory=dict, repr=False)

    def conversation(self, client: WebClient, address: str) -> str:
        """Return the id of the direct conversation with a person. Raises NotPosted where there is none now."""
        if address not in self._conversations:
            try:
                self._conversations[address] = _opened(client, address)
            except SlackApiError as error:
                raise NotPosted(_refusal(error, address)) from None
            except OSError as error:
                raise NotPosted(nothing_posted(connection_outcome(error))) from None
            except (http.client.HTTPException, SlackClientError, ValueError):
                raise NotPosted(Retry(f"Slack could not be asked who has {address}")) from None
            self._met[address] = self.clock() + _MEET_AGAIN
        return self._conversations[address]

    def meet(self, client: WebClient, address: str) -> None:
        """Ask whether anybody has an address still, once an hour: Slack takes messages for an account that is
        switched off, where nobody reads them (https://github.com/slackapi/python-slack-sdk/issues/1156).
        Raises NotPosted where nobody has it; what else is wrong the post itself will tell."""
        if self._met.get(address, -math.inf) > self.clock():
            return
        try:
            client.users_lookupByEmail(email=address)
        except SlackApiError as error:
            outcome = _refusal(error, address)
            if isinstance(outcome, Refused):
                raise NotPosted(outcome) from None
        except OSError as error:
            raise NotPosted(nothing_posted(connection_outcome(error))) from None
        except (http.client.HTTPException, SlackClientError, ValueError):
            return
        else:
            self._met[address] = self.clock() + _MEET_AGAIN

    def forget(self, address: str) -> None:
        """Know nothing of a person any more."""
        self._conversations.pop(address, None)
        self._met.pop(address, None)


def _refusal(error: SlackApiError, address: str) -> Outcome:
    return nothing_posted(api_outcome(error, address, datetime.now(UTC)))


def _opened(client: WebClient, address: str) -> str:
    """Open the conversation and return its id. Raises OddAnswer for an answer without."""
    user = id_in(client.users_lookupByEmail(email=address).get("user"))
    return id_in(client.conversations_open(users=user).get("channel"))
