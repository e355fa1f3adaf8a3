"""What nobody could read, were it printed: a value of ours as Python writes it, a list, a function, the word None. It is easily
written, `{{ entry.links }}`, and whoever writes it means what is in it.
"""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Undefined

from paperdigest.core.digest import Marked
from paperdigest.render.in_style import is_looked_at
from paperdigest.render.known import PUBLIC, called

_AS_TEXT: Final = (str, int, float)
_OTHERS: Final = (list, tuple, set, frozenset)
_IN_IT: Final = "{called} is printed as it is · print what is in it, as {{{{ title.text }}}} or {{{{ entry.authors|join(', ') }}}}"
_NONE: Final = "None (nothing is known) is printed as it is · ask with {% if %} before you print it"
_FUNCTION: Final = "a function is printed as it is · call it, as {{ dateline(digest) }} or {{ papers(section.full) }}"


def must_be_readable(value: Any) -> Any:
    """Return the value. Raises TypeError for one of ours that is printed as it is, by itself or in a list; where somebody
    looks for mistakes, for any other that no reader could read as well."""
    if isinstance(value, _AS_TEXT):
        return value
    if _is_ours(value) or (isinstance(value, _OTHERS) and any(map(_is_ours, value))):
        raise TypeError(_IN_IT.format(called=called(value)))
    if is_looked_at():
        _must_be_text(value)
    return value


def _is_ours(value: Any) -> bool:
    return type(value) in PUBLIC and not isinstance(value, Marked)


def _must_be_text(value: Any) -> None:
    if isinstance(value, Undefined):
        return  # said in better words as soon as it is printed
    if value is None:
        raise TypeError(_NONE)
    if isinstance(value, (*_OTHERS, dict)) or hasattr(value, "__next__"):
        raise TypeError(_IN_IT.format(called=called(value)))
    if callable(value):
        raise TypeError(_FUNCTION)
