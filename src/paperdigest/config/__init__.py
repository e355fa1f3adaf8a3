"""The configuration: reading it, what is wrong with it, and what it means as values."""

from __future__ import annotations

from paperdigest.config.find import find_config
from paperdigest.config.folders import changed, fingerprint
from paperdigest.config.load import Examined, GivenUp, examine, load, read_draft
from paperdigest.config.secrets import SecretError, SecretRef
from paperdigest.config.settings import (
    BackupSettings,
    Broken,
    EmailSettings,
    Settings,
    SlackSettings,
    SourceSettings,
    Stamp,
)

__all__ = [
    "BackupSettings",
    "Broken",
    "EmailSettings",
    "Examined",
    "GivenUp",
    "SecretError",
    "SecretRef",
    "Settings",
    "SlackSettings",
    "SourceSettings",
    "Stamp",
    "changed",
    "examine",
    "find_config",
    "fingerprint",
    "load",
    "read_draft",
]
