"""Slack on loopback for tests: takes posts, remembers them, and misbehaves as told."""

from __future__ import annotations

import json
import ssl
import time
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from loopback import Loopback

OK = "ok"
#: Besides these: any error string of Slack's ("channel_not_found"), answered with HTTP 200; "says TEXT", answered
#: word for word; "redirect ADDRESS"; and answers without end: "drips", "drips headers", "pours", and "promises"
#: and "promises a chunk" of 10^15 bytes.
MODES = (
    "ok",
    "429 7",
    "429 1.5",
    "429 date",
    "429",
    "http 500",
    "html",
    "drop",
    "take and drop",
    "take and hang",
)


#: The scope each call needs; `conversations.list` of private channels one more.
SCOPE_OF = {
    "chat.postMessage": "chat:write",
    "users.lookupByEmail": "users:read.email",
    "conversations.open": "im:write",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
}
ALL_SCOPES = (
    "chat:write",
    "channels:read",
    "channels:history",
    "groups:read",
    "groups:history",
    "users:read",
    "users:read.email",
    "im:write",
    "im:history",
)


_NOBODY = {"ok": False, "error": "users_not_found"}


class FakeSlack(Loopback):
    """`modes` are used up one per post, "ok" afterwards. `posted` holds what Slack would show, in order;
    `posts` counts the tries. Tokens and paths are in `seen`. `scopes` are the token's, `members` the
    channels the bot is in (by id; None: all), `asked_modes` what happens to the next calls that only ask.
    `drops` counts what came of answers that drip.
    `tls`: what it shows its certificate with.
    """

    def __init__(self, *modes: str, tls: ssl.SSLContext | None = None) -> None:
        self.modes = list(modes)
        self.posted: list[dict[str, Any]] = []
        self.posts = 0
        self.seen: list[tuple[str, str]] = []
        self.people = {"ada@example.org": "U1"}
        self.channels = {"#papers": "C0123"}
        self.team = "Readers"
        self.private: set[str] = set()
        self.archived: set[str] = set()
        self.members: set[str] | None = None
        self.drops = 0
        self.scopes = list(ALL_SCOPES)
        self.asked_modes: list[str] = []
        server = _Server(("127.0.0.1", 0), _Answerer)
        server.slack = self
        super().__init__(server)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        start = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        self.api_url = f"{start}/api/"
        self.webhook_url = f"{start}/services/T0/B0/canary-webhook"

    def take(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Remember a message and return what Slack says of it."""
        ts = f"{1_795_000_000 + len(self.posted)}.000100"
        channel = self.id_of(payload.get("channel", ""))
        self.posted.append({**payload, "channel": channel, "ts": ts})
        return {"ok": True, "channel": channel, "ts": ts}

    def id_of(self, name: str) -> str:
        """Return a channel's id; a channel that cannot be listed has one as well."""
        hidden = "C0" + name[1:].upper() if name.startswith("#") else name
        return self.channels.get(name, hidden)

    def lacks(self, method: str, given: dict[str, Any]) -> str:
        """Return the scope a call needs and the token has not, "" for none."""
        needed = [SCOPE_OF.get(method, "")]
        if method == "conversations.list" and "private" in given.get("types", ""):
            needed.append("groups:read")
        return next((scope for scope in needed if scope and scope not in self.scopes), "")

    def shown(self, name: str) -> dict[str, Any]:
        """Return what Slack tells of a channel."""
        id_ = self.channels[name]
        return {
            "id": id_,
            "name": name[1:],
            "is_member": self.members is None or id_ in self.members,
            "is_private": id_ in self.private,
            "is_archived": id_ in self.archived,
        }

    def _info(self, id_: str) -> dict[str, Any]:
        names = [name for name, known in self.channels.items() if known == id_]
        if not names:
            return {"ok": False, "error": "channel_not_found"}
        return {"ok": True, "channel": self.shown(names[0])}

    def _who(self, address: str) -> dict[str, Any]:
        user = self.people.get(address)
        return {"ok": True, "user": {"id": user}} if user else _NOBODY

    def answer(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a call that is no post."""
        match method:
            case "auth.test":
                return {"ok": True, "team": self.team, "user": "paperdigest"}
            case "users.lookupByEmail":
                return self._who(given["email"])
            case "conversations.open":
                return {"ok": True, "channel": {"id": "D" + given["users"]}}
            case "conversations.list":
                found = [self.shown(name) for name in self.channels]
                if "private" not in given.get("types", ""):
                    found = [one for one in found if not one["is_private"]]
                return {"ok": True, "channels": found}
            case "conversations.info":
                return self._info(given["channel"])
            case "conversations.history" | "conversations.replies":
                shown = [m for m in self.posted if m["channel"] == given["channel"]]
                shown = [m for m in shown if m.get("thread_ts", "") == given.get("ts", "")]
                return {"ok": True, "messages": shown}
        return {"ok": False, "error": "unknown_method"}


class _Server(ThreadingHTTPServer):
    slack: FakeSlack
    #: What was sent is counted by the end of the block, also where nobody waited for an answer.
    daemon_threads = False


class _Answerer(BaseHTTPRequestHandler):
    server: _Server
    timeout = 60  # who connects and says nothing is not waited for

    def do_POST(self) -> None:
        slack = self.server.slack
        given = self._given()
        slack.seen.append((self.path, self.headers.get("Authorization", "")))
        is_hook = self.path.startswith("/services/")
        method = self.path.rpartition("/")[2]
        lacks = "" if is_hook else slack.lacks(method, given)
        if method != "chat.postMessage" and not is_hook:
            self._answer(method, given, lacks)
            return
        slack.posts += 1
        mode = slack.modes.pop(0) if slack.modes else OK
        if lacks:
            mode = "missing_scope"
        if mode in ("ok", "take and drop", "take and hang", "warn"):
            self._taken(mode, slack.take(given), is_hook)
        else:
            self._not_taken(mode, is_hook)

    def _answer(self, method: str, given: dict[str, Any], lacks: str) -> None:
        slack = self.server.slack
        mode = slack.asked_modes.pop(0) if slack.asked_modes else OK
        if mode != OK:
            self._not_taken(mode, False)
            return
        missing = {"ok": False, "error": "missing_scope", "needed": lacks}
        plain = missing if lacks else slack.answer(method, given)
        self._say(200, json.dumps(plain), headers={"X-OAuth-Scopes": ",".join(slack.scopes)})

    def _given(self) -> dict[str, Any]:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if body.startswith("{"):
            plain: dict[str, Any] = json.loads(body)
            return plain
        return {name: values[0] for name, values in parse_qs(body).items()}

    def _taken(self, mode: str, answer: dict[str, Any], is_hook: bool) -> None:
        if mode == "take and hang":
            self.server.slack.over.wait()
        if mode.startswith("take and"):
            return
        if mode == "warn":
            answer["response_metadata"] = {"warnings": ["message_truncated"]}
        self._say(200, "ok" if is_hook else json.dumps(answer))

    def _not_taken(self, mode: str, is_hook: bool) -> None:
        kind, _, rest = mode.partition(" ")
        match kind:
            case "says":
                self._say(200, rest)
            case "redirect":
                self._say(302, "", headers={"Location": rest})
            case "drips" | "pours" | "promises":
                self._without_end(mode)
            case _:
                self._refused(mode, is_hook)

    def _without_end(self, mode: str) -> None:
        """Go on until the other side has had enough; a drop every 20 ms for those that drip."""
        plain = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n"
        length = 10**15
        start = {
            "drips headers": plain,
            "promises": plain + b"Content-Length: %d\r\n\r\n" % length,
            "promises a chunk": plain.replace(b"1.0", b"1.1")
            + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % length,
        }
        piece = b" " * (1_000_000 if mode == "pours" else 1)
        with suppress(OSError):
            self.wfile.write(start.get(mode, plain + b"\r\n"))
            while not self.server.slack.over.wait(0 if mode == "pours" else 0.02):
                self.wfile.write(b"X: y\r\n" if mode == "drips headers" else piece)
                self.server.slack.drops += mode != "pours"

    def _refused(self, mode: str, is_hook: bool) -> None:
        match mode.split():
            case ["drop"]:
                return
            case ["429", *wait]:
                self._limit(wait)
            case ["http", status]:
                self._say(int(status), "<html>trouble</html>", kind="text/html")
            case ["html"]:
                self._say(200, "<html>welcome to the hotel</html>", kind="text/html")
            case [status, error]:
                self._say(int(status), self._error(error, is_hook))
            case _:
                self._say(200, self._error(mode, is_hook))

    def _error(self, error: str, is_hook: bool) -> str:
        plain = {"ok": False, "error": error, "needed": "chat:write"}
        return error if is_hook else json.dumps(plain)

    def _limit(self, wait: list[str]) -> None:
        headers = {}
        if wait == ["date"]:
            headers["Retry-After"] = formatdate(time.time() + 90, usegmt=True)
        elif wait:
            headers["Retry-After"] = wait[0]
        self._say(429, json.dumps({"ok": False, "error": "ratelimited"}), headers=headers)

    def _say(
        self,
        status: int,
        body: str,
        *,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass
