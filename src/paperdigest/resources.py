"""Where the files that ship beside the code are: in the wheel, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_dir(name: str) -> Path:
    """Return the folder `name` ("templates" or "config")."""
    # Starts from __file__: an editable install also holds a frozen copy in site-packages.
    bundled = _PACKAGE / "_data" / name
    return bundled if bundled.is_dir() else _PACKAGE.parents[1] / name
