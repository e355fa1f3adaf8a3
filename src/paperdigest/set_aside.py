"""Logs which readers' files cannot be used: each once, again when something else is wrong with it, and when it is
mended. The log has it where there is nobody to tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from paperdigest.config import Broken, Settings
from paperdigest.logs import event

log = logging.getLogger(__name__)


class SetAside:
    """What was logged last. For one configuration after the other."""

    def __init__(self) -> None:
        self._known: Mapping[Path, Broken] = {}

    def follow(self, settings: Settings) -> None:
        """Log what is other than in the settings before."""
        known = self._known
        self._known = {broken.file: broken for broken in settings.broken}
        for file, broken in self._known.items():
            if file not in known or known[file].problems != broken.problems:
                said = "; ".join(map(str, broken.problems))
                event(
                    log,
                    "subscription-set-aside",
                    level=logging.ERROR,
                    subscriber=broken.name,
                    path=file,
                    problems=said,
                )
        there = {stamp.path for stamp in settings.files}
        for file, broken in known.items():
            if file not in self._known and file in there:
                event(log, "subscription-mended", subscriber=broken.name, path=file)
