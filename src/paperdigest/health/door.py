"""Whether health is shown: follows the config, tries again while its place is taken, and says what hinders.

The server and what it needs are only loaded once somebody may ask.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from paperdigest.health.examine import Examiner
from paperdigest.logs import event

if TYPE_CHECKING:
    from paperdigest.web.server import Server

log = logging.getLogger(__name__)

_SECTION = "[health]"
#: Whoever may ask over a socket of the file system: this user, and a group that its folder lets in.
_SOCKET_MODE = 0o660


class HealthDoor:
    """Shows what `examiner` finds. Safe from any thread; close it at the end."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._wanted = ""
        self._closed = False
        self.trouble = ""  # why health is not shown although it should be

    @property
    def open(self) -> bool:
        """Say whether it is shown now."""
        return self._server is not None and self._server.alive

    def follow(self, listen: str) -> None:
        """Be as the config says now; "" is nowhere. Cheap when nothing changed."""
        with self._lock:
            if self._closed or (listen == self._wanted and (self.open or not listen)):
                return
            if self._wanted != listen:
                self._wanted, self.trouble = listen, ""
            self._shut()
            if listen:
                self._open(listen)

    def close(self) -> None:
        """End, after the requests in hand. Nothing opens it again. Safe to call twice."""
        with self._lock:
            self._closed = True
            self._shut()

    def _open(self, listen: str) -> None:
        from paperdigest.health.application import Application
        from paperdigest.web.server import UNIX, NotOpened, Server

        application = Application(self._examiner, any_host=listen.startswith(UNIX))
        try:
            self._server = Server(application, listen, section=_SECTION, mode=_SOCKET_MODE)
        except NotOpened as error:
            if str(error) != self.trouble:
                event(log, "health-not-opened", level=logging.ERROR, error=str(error))
            self.trouble = str(error)
            return
        self.trouble = ""
        event(log, "health-opened", listen=listen)

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
