"""Something that listens as long as the config says so: is opened again when that changes, tried again while its
place is taken, and says what hinders. The server itself is only loaded once there is something to serve.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from paperdigest.logs import event

if TYPE_CHECKING:
    from paperdigest.web.server import Server

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it listens, and the address at which it is reached from outside; "": it is not."""

    listen: str
    public_url: str = ""


class Opening(ABC):
    """Its subclass names its two events. Safe from any thread; close it at the end."""

    opened: ClassVar[str]  # the event when it is served
    not_opened: ClassVar[str]  # the event when its place could not be had

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._wanted: Place | None = None
        self._closed = False
        self.trouble = ""  # why nothing listens although something should

    @property
    def open(self) -> bool:
        """Say whether it is served now."""
        return self._server is not None and self._server.alive

    def close(self) -> None:
        """End, after the requests in hand. Nothing opens it again. Safe to call twice."""
        with self._lock:
            self._closed = True
            self._shut()

    def _be_at(self, place: Place | None) -> None:
        """Be there, None: nowhere. Cheap when nothing changed; where the place could not be had, it is tried again
        at every call."""
        with self._lock:
            if self._closed or (place == self._wanted and (self.open or place is None)):
                return
            if self._wanted != place:
                self._wanted, self.trouble = place, ""
            self._shut()
            if place is not None:
                self._open(place)

    @abstractmethod
    def _serve(self, place: Place) -> Server:
        """Return a server that serves there. Raises NotOpened."""

    def _open(self, place: Place) -> None:
        from paperdigest.web.server import NotOpened

        try:
            self._server = self._serve(place)
        except NotOpened as error:
            if str(error) != self.trouble:
                event(log, self.not_opened, level=logging.ERROR, error=str(error))
            self.trouble = str(error)
            return
        self.trouble = ""
        url = place.public_url or None
        event(log, self.opened, listen=place.listen, public_url=url)

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
