"""Whether the page for readers is open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from paperdigest.web.desk import Desk
from paperdigest.web.opening import Opening, Place

if TYPE_CHECKING:
    from paperdigest.web.server import Server


class Door(Opening):
    """Opens a page over `desk`."""

    opened = "page-opened"
    not_opened = "page-not-opened"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def follow(self, public_url: str, listen: str) -> None:
        """Be as the config says now; with no public_url there is no page."""
        self._be_at(Place(listen, public_url) if public_url else None)

    def _serve(self, place: Place) -> Server:
        from paperdigest.web.server import Server
        from paperdigest.web.unsubscribe import Application

        return Server(Application(self._desk, urlsplit(place.public_url).path), place.listen)
