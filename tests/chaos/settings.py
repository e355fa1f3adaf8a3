"""The files of a world: its config, its subscriptions, and the local mail program."""

from __future__ import annotations

from pathlib import Path

from chaos.papers import ALERT, MAPS, READERS

_CONFIG = """
timezone = "Europe/Berlin"
operator = ["email:ops@example.org"]

[[source]]
name = "pages"
kind = "inbox"
path = "inbox"

[email]
{mail}
from = "Papers <papers@example.org>"
rate = 6000
on_unknown = "{on_unknown}"

[slack]
token = {{ env = "CHAOS_SLACK_TOKEN" }}
api_url = "{slack}"

[slack.webhooks]
team = {{ env = "CHAOS_SLACK_WEBHOOK" }}
"""
_SMTP = 'host = "127.0.0.1"\nport = {port}\ntls = "none"\nauth = "none"'
#: Takes a mail into a folder, whole or not at all; in bad weather it says "try later".
_SENDMAIL = """#!/bin/sh
[ -e {folder}/storm ] && exit 75
file=$(mktemp {folder}/XXXXXXXX)
echo "$5" > "$file.to"
cat > "$file" && mv "$file" "$file.eml"
"""


def write_folder(folder: Path) -> None:
    """Make a world's folder, but for its config."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "mailbox").mkdir()
    script = folder / "sendmail"
    script.write_text(_SENDMAIL.format(folder=folder / "mailbox"))
    script.chmod(0o755)
    (folder / "subscriptions").mkdir()
    for name, text in READERS.items():
        topics = MAPS + (ALERT if name == "bob" else "")
        (folder / "subscriptions" / f"{name}.toml").write_text(f"{text}\n{topics}")


def write_config(folder: Path, *, port: int, slack: str, sendmail: bool, holds: bool) -> None:
    """Write the config: mail by SMTP to that port or by the local program, Slack at that address."""
    mail = f'sendmail = "{folder / "sendmail"}"' if sendmail else _SMTP.format(port=port)
    on_unknown = "hold" if holds else "resend_once"
    text = _CONFIG.format(mail=mail, on_unknown=on_unknown, slack=slack)
    (folder / "paperdigest.toml").write_text(text)
