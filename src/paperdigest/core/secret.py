"""A value that must never be seen. It prints as `***` everywhere; only `reveal()` gives it away."""

from __future__ import annotations

import re

_PARAMETER = re.compile(
    r"([?&][\w.-]*(?:key|token|secret|password|passwd|auth|sig|signature|session)[\w.-]*=)[^&#\s]+",
    re.IGNORECASE,
)


class Secret:
    """A password, token or secret address."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def mask_parameters(text: str) -> str:
    """Return the text with `***` for the values of parameters of addresses that look secret by their names."""
    return _PARAMETER.sub(r"\1***", text)
