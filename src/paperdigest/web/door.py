"""Whether the page is open: follows the config, tries again while its place is taken, and says what hinders.

The server itself is only loaded once there is a page.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from paperdigest.logs import event
from paperdigest.web.desk import Desk

if TYPE_CHECKING:
    from paperdigest.web.server import Server

log = logging.getLogger(__name__)


class Door:
    """Opens a page over `desk`. Safe from any thread; close it at the end."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._wanted = ("", "")
        self._closed = False
        self.trouble = ""  # why there is no page although there should be one

    @property
    def open(self) -> bool:
        """Say whether the page can be opened now."""
        return self._server is not None and self._server.alive

    def follow(self, public_url: str, listen: str) -> None:
        """Be as the config says now; with no public_url there is no page. Cheap when nothing changed; where
        the place could not be had, it is tried again at every call."""
        with self._lock:
            wanted = (public_url, listen if public_url else "")
            if self._closed or (wanted == self._wanted and (self.open or not public_url)):
                return
            if self._wanted != wanted:
                self._wanted, self.trouble = wanted, ""
            self._shut()
            if public_url:
                self._open(public_url, listen)

    def close(self) -> None:
        """End, after the requests in hand. Nothing opens it again. Safe to call twice."""
        with self._lock:
            self._closed = True
            self._shut()

    def _open(self, public_url: str, listen: str) -> None:
        from paperdigest.web.server import NotOpened, Server
        from paperdigest.web.unsubscribe import Application

        try:
            self._server = Server(Application(self._desk, urlsplit(public_url).path), listen)
        except NotOpened as error:
            if str(error) != self.trouble:
                event(log, "page-not-opened", level=logging.ERROR, error=str(error))
            self.trouble = str(error)
            return
        self.trouble = ""
        event(log, "page-opened", listen=listen, public_url=public_url)

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
