"""Whether health is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperdigest.health.examine import Examiner
from paperdigest.web.opening import Opening, Place

if TYPE_CHECKING:
    from paperdigest.web.server import Server

_SECTION = "[health]"
#: Whoever may ask over a socket of the file system: this user, and a group that its folder lets in.
_SOCKET_MODE = 0o660


class HealthDoor(Opening):
    """Shows what `examiner` finds."""

    opened = "health-opened"
    not_opened = "health-not-opened"

    def __init__(self, examiner: Examiner) -> None:
        super().__init__()
        self._examiner = examiner

    def follow(self, listen: str) -> None:
        """Be as the config says now; "" is nowhere."""
        self._be_at(Place(listen) if listen else None)

    def _serve(self, place: Place) -> Server:
        from paperdigest.health.application import Application
        from paperdigest.web.server import UNIX, Server

        application = Application(self._examiner, any_host=place.listen.startswith(UNIX))
        return Server(application, place.listen, section=_SECTION, mode=_SOCKET_MODE)
