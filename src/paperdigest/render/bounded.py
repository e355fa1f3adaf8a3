"""The sandbox of a user's own templates, in which nothing runs away: what an operator, a filter or a method would make
is measured before it is made, and all that is done counts.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from types import BuiltinMethodType
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from paperdigest.render.allowance import LARGEST, RunsAway, must_fit, take
from paperdigest.render.counted import COUNTING, CountingGenerator

#: The greatest number that is given to a filter or a method that makes as much as it says.
GREATEST = 1_000_000
_AS_MUCH = frozenset(
    {"batch", "center", "expandtabs", "indent", "ljust", "rjust", "slice", "to_bytes", "tojson"}
    | {"wordwrap", "zfill"}
)
_MAKE_BYTES = frozenset({"encode", "to_bytes"})
#: Bits of a number that is multiplied or raised to a power.
_BITS = 10_000
_DIGITS = re.compile(r"\d+")
_FILLED_IN_WIDTH = re.compile(r"%(\([^)]*\))?[#0 +-]*(\d*\.)?\*")
#: How many rounds of an empty loop a call takes as long as, and an operator or a filter.
CALL, _OPERATION = 40, 4
#: So many characters of what a filter is given cost one step.
_CHARACTERS_A_STEP = 1_000


class Bounded(ImmutableSandboxedEnvironment):
    """Counts against the allowance, and refuses what is too large. For a class that knows our own values besides."""

    code_generator_class = CountingGenerator
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters = {name: _bounded(name, made) for name, made in self.filters.items()}
        self.filters.update(COUNTING)
        del self.globals["lipsum"]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        # Bytes are no text that a template could show, and nothing here measures them.
        return attr not in _MAKE_BYTES and super().is_safe_attribute(obj, attr, value)

    def add_filter(self, name: str, made: Callable[..., Any]) -> None:
        """Give templates one more filter, measured as those of Jinja are."""
        self.filters[name] = _bounded(name, made)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        _BEFORE[operator](left, right)
        return _counted(super().call_binop(context, operator, left, right), _OPERATION)

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        of = getattr(called, "__self__", None)
        if isinstance(of, str) or isinstance(called, BuiltinMethodType):
            _measure(called.__name__, of, args, kwargs)
        pattern = getattr(getattr(called, "__wrapped__", None), "__self__", None)
        if isinstance(pattern, str):  # a str.format, as the sandbox gives it
            _measure("str.format", pattern, args, kwargs)
        take(CALL)  # before: it may call itself
        made = super().call(context, called, *args, **kwargs)
        # What a macro returns was counted as it printed it, and papers by their own templates.
        return _counted(made, 0) if isinstance(called, BuiltinMethodType) else made


def printed(value: Any) -> Any:
    """Count what a template prints; return it."""
    take(0, len(value if isinstance(value, str) else str(value)))
    return value


def _counted(made: Any, steps: int) -> Any:
    size = len(made) if isinstance(made, str | list | tuple) else 0
    must_fit(size)
    take(steps, size)
    return made


def _bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter, with what it is given measured before."""
    first = 1 if hasattr(filter_, "jinja_pass_arg") else 0

    @wraps(filter_)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        value = args[first] if len(args) > first else None
        if isinstance(value, str | list | tuple):
            take(len(value) // _CHARACTERS_A_STEP)
        _measure(name, value, args[first + 1 :], kwargs)
        return _counted(filter_(*args, **kwargs), _OPERATION)

    return bounded


def _measure(name: str, value: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Raise RunsAway where a filter or method would make something too large of a value."""
    given = [*args, *kwargs.values()]
    for one in given if name in _AS_MUCH else ():
        if isinstance(one, int) and one > GREATEST:
            raise RunsAway(f"{one:,} is more than any width or length may be ({GREATEST:,})")
    measure = _SIZES.get(name)
    if measure is not None:
        must_fit(measure(value, given))


def _of_replace(text: Any, given: list[Any]) -> int:
    old, new = ([str(one) for one in given] + ["", ""])[:2]
    return len(str(text)) + str(text).count(old) * len(new)


def _of_join(value: Any, given: list[Any]) -> int:
    """`value` may be what is joined (the filter's way), or what stands between (the method's)."""
    method = isinstance(value, str) and bool(given) and not isinstance(given[0], str)
    items, between = (given[0], value) if method else (value, given[0] if given else "")
    if not isinstance(items, str | list | tuple | range):
        return 0  # a generator comes from a filter, which has counted
    return _total(items) + len(items) * len(str(between))


def _of_lines(text: Any, given: list[Any]) -> int:
    width = given[0] if given else 4
    return len(str(text)) + str(text).count("\n") * (
        width if isinstance(width, int) else len(width)
    )


def _of_wrapped(text: Any, given: list[Any]) -> int:
    between = max((len(one) for one in given if isinstance(one, str)), default=0)
    return len(str(text)) * (1 + between)


def _of_tabs(text: Any, given: list[Any]) -> int:
    return len(str(text)) + str(text).count("\t") * (int(given[0]) if given else 8)


def _of_pattern(text: Any, given: list[Any]) -> int:
    """The size of a `%` pattern filled in, by its widths. A width that is filled in itself is refused."""
    if _FILLED_IN_WIDTH.search(str(text)):
        raise RunsAway("a width that is filled in (%*) · write the number itself")
    return _widths(str(text)) + _total(given)


def _of_braces(text: Any, given: list[Any]) -> int:
    """The same of a pattern for `format`."""
    specs = [spec or "" for _, _, spec, _ in string.Formatter().parse(str(text))]
    if any("{" in spec for spec in specs):
        raise RunsAway("a width that is filled in ({:{}}) · write the number itself")
    return sum(map(_widths, specs)) + len(str(text)) + _total(given)


def _widths(spec: str) -> int:
    return len(spec) + sum(min(int(found[:9]), LARGEST + 1) for found in _DIGITS.findall(spec))


def _total(items: Iterable[Any]) -> int:
    return sum(len(one) if isinstance(one, str | list | tuple) else 8 for one in items)


_SIZES: Mapping[str, Callable[[Any, list[Any]], int]] = {
    "replace": _of_replace,
    "join": _of_join,
    "sum": _of_join,
    "indent": _of_lines,
    "wordwrap": _of_wrapped,
    "expandtabs": _of_tabs,
    "format": _of_pattern,  # the filter
    "str.format": _of_braces,
}


def _before_times(left: Any, right: Any) -> None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, int) and isinstance(other, str | list | tuple):
            must_fit(one * len(other))
            return
    if isinstance(left, int) and isinstance(right, int):
        _must_be_short(left.bit_length() + right.bit_length())


def _before_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        _must_be_short(left.bit_length() * right)


def _before_plus(left: Any, right: Any) -> None:
    if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        must_fit(len(left) + len(right))


def _before_modulo(left: Any, right: Any) -> None:
    if isinstance(left, str):
        must_fit(_of_pattern(left, [*right] if isinstance(right, tuple) else [right]))


def _must_be_short(bits: int) -> None:
    if bits > _BITS:
        raise RunsAway("a number of thousands of digits")


_BEFORE: Mapping[str, Callable[[Any, Any], None]] = {
    "*": _before_times,
    "**": _before_power,
    "+": _before_plus,
    "%": _before_modulo,
}
