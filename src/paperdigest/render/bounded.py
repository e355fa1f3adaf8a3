"""The sandbox of a user's own templates, in which nothing runs away: what an operator, a filter or a method would make
is measured before it is made, and all that is done counts.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from types import BuiltinMethodType, FunctionType, GeneratorType, MethodType
from typing import Any, Final

from jinja2.sandbox import ImmutableSandboxedEnvironment

from paperdigest.render.allowance import LARGEST, RunsAway, must_fit, take
from paperdigest.render.counted import COUNTING, CountingGenerator
from paperdigest.render.weights import MADE_OF_OTHERS, must_be_light, total, weight

#: The greatest number that is given to a filter or a method that makes as much as it says.
GREATEST = 1_000_000
_AS_MUCH: Final = frozenset(
    {"batch", "center", "expandtabs", "indent", "ljust", "rjust", "slice", "to_bytes", "tojson"}
    | {"wordwrap", "zfill"}
)
_MAKE_BYTES: Final = frozenset({"encode", "to_bytes"})
#: Bits of a number that is multiplied or raised to a power.
_BITS = 10_000
_DIGITS = re.compile(r"\d+")
_FILLED_IN_WIDTH = re.compile(r"%(\([^)]*\))?[#0 +-]*(\d*\.)?\*")
#: How many rounds of an empty loop a call takes as long as, and an operator or a filter.
CALL, _OPERATION = 40, 4
#: So many characters of what a filter or a method is given cost one step, and how many steps one of those costs of what
#: goes letter by letter, or word by word; of these no more than so many are taken.
_CHARACTERS_A_STEP, _STEPS_A_LETTER, _MOST_LETTERS = 200, 2, 500_000
#: How many steps one thing in a list takes a filter that calls something for it.
_EACH_OF_A_LIST = 4
_SLOW: Final = frozenset(
    {"escape", "e", "forceescape", "indent", "pprint", "striptags", "title", "tojson", "truncate", "urlencode"}
    | {"wordcount", "wordwrap", "wrap", "capitalize", "center", "format"}
)  # fmt: skip
_ORDER: Final = frozenset({"dictsort", "groupby", "max", "min", "sort", "unique"})
_LETTERS_TESTED = 20  # a step
_OF_NUMBERS: Final = frozenset({"float", "int", "round", "abs", "filesizeformat"})
_DIGITS_A_STEP = 20
#: These make a list of pieces of a text, and a piece takes as much room as so many letters.
_SPLITS: Final = frozenset({"list", "split", "rsplit", "splitlines"})
_A_PIECE = 64
#: As many letters as one place of a list.
_A_PLACE = 8
#: What is gone through to the end, and what is not gone through at all.
_GOES_THROUGH: Final = frozenset({"join", "sum"})
_AT_ONCE: Final = frozenset({"count", "default", "d", "first", "last", "length"})


class Bounded(ImmutableSandboxedEnvironment):
    """Counts against the allowance, and refuses what is too large. For a class that knows our own values besides."""

    code_generator_class = CountingGenerator
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters = {name: _bounded(name, made) for name, made in self.filters.items()}
        self.filters.update(COUNTING)
        tests: dict[str, Any] = self.tests
        self.tests = {name: _tested(made) for name, made in tests.items()}
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
        take(CALL)  # before: it may call itself
        kind = type(called)
        of = getattr(called, "__self__", None)
        if isinstance(of, str) or kind is BuiltinMethodType:
            args = _before_method(called.__name__, of, args, kwargs)
        elif kind is FunctionType or kind is MethodType:
            for one in args:
                if isinstance(one, str) and len(one) > _CHARACTERS_A_STEP:
                    _before_ours(len(one))
            pattern = getattr(getattr(called, "__wrapped__", None), "__self__", None)
            if isinstance(pattern, str):  # a str.format, as the sandbox gives it
                _measure("str.format", pattern, args, kwargs)
            return super().call(context, called, *args, **kwargs)
        made = super().call(context, called, *args, **kwargs)
        # What a macro returns was counted as it printed it, and papers by their own templates.
        return _counted(made, 0) if kind is BuiltinMethodType or isinstance(of, str) else made


def printed(value: Any) -> Any:
    """Count what a template prints; return it."""
    if isinstance(value, str):
        take(0, len(value))
        return value
    must_be_light(value)
    take(0, len(str(value)))
    return value


def _counted(made: Any, steps: int) -> Any:
    if isinstance(made, str):
        must_fit(len(made))
        take(steps, len(made))
    elif isinstance(made, list | tuple | dict):
        must_fit(len(made))
        take(steps, len(made) * _A_PLACE)
        must_be_light(made)
    elif isinstance(made, GeneratorType):
        take(steps)
        return _stepwise(made)
    else:
        take(steps)
    return made


def _stepwise(made: Iterator[Any]) -> Iterator[Any]:
    """Count what a filter goes through, one by one, when it does."""
    for each in made:
        take(_EACH_OF_A_LIST)
        yield each


def _before_ours(letters: int) -> None:
    """Count what a function of ours does with so many letters: each in Python."""
    must_fit(letters, _MOST_LETTERS)
    take(letters * _STEPS_A_LETTER)


def _before_method(
    name: str, of: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Count what a method of a text or a list has to go through; return what it is to be given."""
    if name == "join":
        args = tuple([*one] if isinstance(one, Iterator) else one for one in args)
    if isinstance(of, str):
        take(len(of) // _CHARACTERS_A_STEP)
        if name in _SPLITS:
            must_fit(_pieces_of(of, args) * _A_PIECE)
    elif isinstance(of, list | tuple | dict):
        take(weight(of) // _A_PLACE)
    _measure(name, of, args, kwargs)
    return args


def _pieces_of(text: str, args: tuple[Any, ...]) -> int:
    """Return how many pieces there may be of a text that is split at what is given, or at blanks."""
    at = args[0] if args and isinstance(args[0], str) and args[0] else ""
    return 1 + (text.count(at) if at else len(text) // 2)


def _bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter, with what it is given measured before."""
    first = 1 if hasattr(filter_, "jinja_pass_arg") else 0

    @wraps(filter_)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        value = args[first] if len(args) > first else None
        if name in _GOES_THROUGH and isinstance(value, Iterator):
            value = [*value]  # one by one, and so each of it counted
            args = (*args[:first], value, *args[first + 1 :])
        if isinstance(value, str):
            _before_text(name, value)
        elif isinstance(value, MADE_OF_OTHERS) and name not in _AT_ONCE:
            must_be_light(value)
            slow = name in _SLOW or name in _ORDER
            take(weight(value) // (1 if slow else _A_PLACE // _EACH_OF_A_LIST))
        _measure(name, value, args[first + 1 :], kwargs)
        return _counted(filter_(*args, **kwargs), _OPERATION)

    return bounded


def _before_text(name: str, text: str) -> None:
    """Count what a filter will do with a text. Raises RunsAway for one that is too long for it."""
    size = len(text)
    take(size // _CHARACTERS_A_STEP)
    if size > _CHARACTERS_A_STEP:
        if name in _SLOW:
            _before_ours(size)
        if name in _OF_NUMBERS:
            take(size // _DIGITS_A_STEP)
        if name in _SPLITS:
            must_fit(size * _A_PIECE)


def _tested(test: Callable[..., Any]) -> Callable[..., Any]:
    """Return the test, with what it is given counted before."""

    @wraps(test)
    def tested(*args: Any, **kwargs: Any) -> Any:
        for one in args:
            if isinstance(one, str):
                take(len(one) // _LETTERS_TESTED)
            elif isinstance(one, MADE_OF_OTHERS):
                take(weight(one) // _A_PLACE)
        return test(*args, **kwargs)

    return tested


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
    if not isinstance(items, str | list | tuple | range | dict):
        return 0
    return total(items) + len(items) * len(str(between))


def _of_sum(value: Any, given: list[Any]) -> int:
    """What a sum comes to; one of lists copies what it has for each of them."""
    items = value if isinstance(value, list | tuple) else ()
    size = total(items)
    if items and isinstance(items[0], list | tuple | str):
        take(len(items) * size // (5 * _CHARACTERS_A_STEP))
    return size


def _of_lines(text: Any, given: list[Any]) -> int:
    width = given[0] if given else 4
    return len(str(text)) + str(text).count("\n") * (
        width if isinstance(width, int) else len(width)
    )


def _of_wrapped(text: Any, given: list[Any]) -> int:
    # A word that is too long is copied for each line that is cut off it.
    longest = max(map(len, str(text).split()), default=0)
    width = next((one for one in given if isinstance(one, int) and one > 0), 79)
    take(longest // width * longest // (5 * _CHARACTERS_A_STEP))
    between = max((len(one) for one in given if isinstance(one, str)), default=0)
    return len(str(text)) * (1 + between)


def _of_tabs(text: Any, given: list[Any]) -> int:
    return len(str(text)) + str(text).count("\t") * (int(given[0]) if given else 8)


def _of_pattern(text: Any, given: list[Any]) -> int:
    """The size of a `%` pattern filled in, by its widths. A width that is filled in itself is refused."""
    if _FILLED_IN_WIDTH.search(str(text)):
        raise RunsAway("a width that is filled in (%*) · write the number itself")
    return _widths(str(text)) + total(given)


def _of_braces(text: Any, given: list[Any]) -> int:
    """The same of a pattern for `format`."""
    specs = [spec or "" for _, _, spec, _ in string.Formatter().parse(str(text))]
    if any("{" in spec for spec in specs):
        raise RunsAway("a width that is filled in ({:{}}) · write the number itself")
    return sum(map(_widths, specs)) + len(str(text)) + total(given)


def _widths(spec: str) -> int:
    return len(spec) + sum(min(int(found[:9]), LARGEST + 1) for found in _DIGITS.findall(spec))


_SIZES: Mapping[str, Callable[[Any, list[Any]], int]] = {
    "replace": _of_replace,
    "join": _of_join,
    "sum": _of_sum,
    "indent": _of_lines,
    "wordwrap": _of_wrapped,
    "expandtabs": _of_tabs,
    "format": _of_pattern,  # the filter
    "str.format": _of_braces,
}


def _before_times(left: Any, right: Any) -> None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, int) and isinstance(other, str | list | tuple):
            must_fit(one * weight(other))
            return
    if isinstance(left, int) and isinstance(right, int):
        _must_be_short(left.bit_length() + right.bit_length())


def _before_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        _must_be_short(left.bit_length() * right)


def _before_plus(left: Any, right: Any) -> None:
    if isinstance(left, str) and isinstance(right, str):
        must_fit(len(left) + len(right))
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
        must_fit(weight(left) + weight(right))


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
