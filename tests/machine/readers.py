"""Who reads in a world of the state machine, what they may want, and the config around them."""

from __future__ import annotations

import json
from dataclasses import dataclass

#: Names of the variables that hold the secrets.
WEBHOOK, TOKEN = "MACHINE_SLACK_WEBHOOK", "MACHINE_SLACK_TOKEN"
#: What papers are about, and readers may want. Socks are wanted by nobody.
KINDS = ("paper map", "sea chart", "paper boat")
SOCKS = "sock"

_CONFIG = """
timezone = "Europe/Berlin"
operator = ["email:ops@example.org"]

[[source]]
name = "pages"
kind = "inbox"
path = "inbox"

[[source]]
name = "shelf"
kind = "inbox"
path = "shelf"

[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
rate = 6000
on_unknown = "{on_unknown}"

[slack]
token = {{ env = "MACHINE_SLACK_TOKEN" }}
api_url = "{slack}"
on_unknown = "{on_unknown}"

[slack.webhooks]
team = {{ env = "MACHINE_SLACK_WEBHOOK" }}
"""


def config_text(port: int, slack: str, on_unknown: str) -> str:
    """Return the main file's text."""
    return _CONFIG.format(port=port, slack=slack, on_unknown=on_unknown)


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscriptions file. `alerts` are the kinds that go out at once, in a topic of their own."""

    name: str
    deliver: tuple[str, ...]
    wants: frozenset[str]
    alerts: frozenset[str] = frozenset()
    schedule: str = "daily 08:00"
    limit: int = 20
    formerly: str = ""

    def text(self) -> str:
        """Return the file's text."""
        lines = [
            f"deliver = {json.dumps(self.deliver)}",
            f'schedule = "{self.schedule}"',
            f"limit = {self.limit}",
            'include = ["new", "withdrawn", "revised"]',
        ]
        if self.formerly:
            lines.append(f'formerly = "{self.formerly}"')
        for name, kinds, more in (
            ("Plain", self.wants, ""),
            ("Urgent", self.alerts, "alert = true\n"),
        ):
            if kinds:
                lines.append(
                    f'\n[[topic]]\nname = "{name}"\nkeywords = {json.dumps(sorted(kinds))}\n{more}'
                )
        return "\n".join(lines) + "\n"

    @property
    def kinds(self) -> frozenset[str]:
        """Return everything this reader wants."""
        return self.wants | self.alerts


READERS = (
    Reader("ada", ("email:ada@example.org",), frozenset({"paper map"})),
    Reader("bea", ("slack:#papers",), frozenset({"paper map", "sea chart"}), schedule="at once"),
    Reader(
        "cyd",
        ("email:cyd@example.org", "slack:#jon"),
        frozenset({"paper map", "paper boat"}),
        frozenset({"sea chart"}),
        schedule="hourly",
    ),
    Reader(
        "dan",
        ("slack-webhook:team", "file:dan"),
        frozenset({"sea chart", "paper boat"}),
        schedule="hourly",
    ),
)
