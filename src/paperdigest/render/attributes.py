"""Where a user's HTML prints: in the text of a page or in the value of an attribute in quotes, and nowhere else; what an
attribute opens is an http or https address, or empty, and a style gets words and numbers.

Followed is what the file says (`places`), through every branch: a condition, a loop. What is kept, called or taken in
stands by itself: it begins and ends in the text of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NoReturn

import jinja2
from jinja2 import nodes
from markupsafe import Markup

from paperdigest.render.clean import safe_url
from paperdigest.render.in_style import STYLE
from paperdigest.render.pieces import (
    apart,
    cut_at,
    filtered,
    joined,
    outcomes,
    printed_in,
    text_of,
    through,
    words_of,
)
from paperdigest.render.places import START, Kind, Place, read, written

#: The names of the filters; with a blank no template can say them.
ADDRESS: Final = " address"
QUOTED: Final = " quoted"
#: In how many places at once one may stand: in a tag with conditions in it, in a few.
_MOST_PLACES = 24
_ENDS = str.maketrans({'"': "&#34;", "'": "&#39;", "<": "&lt;", ">": "&gt;"})
_IN_QUOTES = 'put the value of an attribute in double quotes: title="{{ title.text }}"'
_IN_A_TAG = (
    f"nothing is printed in a tag but the values of its attributes · {_IN_QUOTES}"
    ' · a condition goes round a whole attribute: {% if x %} title="…"{% endif %}'
)
_REFUSED: Mapping[Kind, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (Kind.OPENING, Kind.TAG_NAME, Kind.TAG, Kind.NAME, Kind.BEHIND_NAME), _IN_A_TAG
        ),
        **dict.fromkeys((Kind.BEFORE_VALUE, Kind.BARE_VALUE), _IN_QUOTES),
        Kind.COMMENT: "nothing is printed in a comment · print it in the text of the page",
        Kind.DECLARATION: "nothing is printed in a declaration · print it in the text of the page",
    }
)
_IN_ELEMENT = "nothing is printed in <{name}> · print it in the text of the page"
_BEHIND_TAG = "nothing is printed behind a tag in <{name}> · take the tag out"
_RUNS = "nothing is printed in {name} · print it in the text of the page"
_IN_ONE_PIECE = (
    'write the value of {name} in one piece, from quote to quote: {name}="{{{{ … }}}}"'
    " · a condition goes into it, or round the whole attribute"
)
_ENDS_ELSEWHERE = (
    "what begins here does not end in the same {what} · end each tag and comment where it begins"
)
_ONLY_IN_TEXT = "{what} stands in the text of a page and not in a tag"
_TOO_MANY = "too many conditions in one tag · put them round whole tags"

_Places = frozenset[Place]
_IN_TEXT: _Places = frozenset({START})
_TRANSPARENT = (nodes.With, nodes.Scope, nodes.ScopedEvalContextModifier)


def address(value: object) -> str:
    """Return what is printed where a link begins: an http or https address or ""."""
    return safe_url(value.unescape() if isinstance(value, Markup) else str(value))


def in_quotes(value: object) -> object:
    """Return what is printed between quotes, with none in it that would end them: markup may have some."""
    return Markup(value.translate(_ENDS)) if isinstance(value, Markup) else value  # noqa: S704 - it was before


def quoted(tree: nodes.Template, name: str | None, file: str | None) -> nodes.Template:
    """Return the template with `ADDRESS` behind what decides what an attribute opens, `STYLE` behind what stands in a style,
    and `QUOTED` behind what else stands in quotes. Raises Jinja's TemplateSyntaxError, with the line, for whatever is printed anywhere but there and in text."""
    tree.body = _Walk(name, file).alone(tree.body, "file")
    return tree


class _Value:
    """The value of one attribute that opens something, while it is gone through. `is_decided`: what is printed in it may
    decide what it opens."""

    __slots__ = ("is_decided", "line")

    def __init__(self, line: int = 0) -> None:
        self.is_decided = False
        self.line = line


class _Span:
    """What was made of a piece of a template so far. `value` is the one that it goes through: one of its own, or the one
    that all of it is in."""

    def __init__(self, within: _Value | None) -> None:
        self.made: list[nodes.Node] = []
        self.value = self._within = within
        self._begun = 0

    def turn(self, line: int, *, begins: bool) -> None:
        """Note that a value of its own begins or ends here. One that began in a branch before may end here."""
        if begins:
            self.value, self._begun = _Value(line), len(self.made)
        elif self.value is not None:
            if self.value.is_decided:
                self.made[self._begun :] = _whole(self.made[self._begun :], self.value.line)
            self.value = None

    def undecided_line(self) -> int:
        """Return the line of a value of its own that does not end in it, though what is printed decides of it; 0: none."""
        value = self.value
        return value.line if value not in (None, self._within) and value.is_decided else 0


class _Walk:
    """Goes through one template. Each step is given the places in which one may stand before it, and the attribute's value
    that it stands in, if it does; and returns what is to be compiled, and the places behind it."""

    def __init__(self, name: str | None, file: str | None) -> None:
        self._name, self._file = name, file
        # By the node's id, and with the node, as an id is only good while its object lives.
        self._behind: dict[tuple[int, _Places], tuple[nodes.Node, _Places]] = {}

    def alone(self, body: list[nodes.Node], what: str) -> list[nodes.Node]:
        """Return what stands by itself: the whole file, a macro, a block."""
        made, places = self._body(body, _IN_TEXT, None)
        for place in places - _IN_TEXT:
            self._refuse(_ENDS_ELSEWHERE.format(what=what), place.line)
        return made

    def _body(
        self, body: Iterable[nodes.Node], places: _Places, within: _Value | None
    ) -> tuple[list[nodes.Node], _Places]:
        span = _Span(within)
        for node in apart(body):
            text = text_of(node)
            if text is None:
                some, places = self._node(node, places, span.value)
                span.made += some
                continue
            is_inside = all(place.opens for place in places)
            places, cuts = self._read(places, text)
            if within is not None and (cuts or not all(place.opens for place in places)):
                self._refuse(_in_one_piece(places), text.lineno)
            for number, piece in enumerate(cut_at(text, cuts)):
                if number:
                    span.turn(piece.lineno, begins=not is_inside)
                    is_inside = not is_inside
                if piece.data:
                    span.made.append(nodes.Output([piece], lineno=piece.lineno))
        if line := span.undecided_line():
            self._refuse(_in_one_piece(places), line)
        return joined(span.made), places

    def _node(
        self, node: nodes.Node, places: _Places, value: _Value | None
    ) -> tuple[list[nodes.Node], _Places]:
        """Return what becomes of a node that is no text."""
        if isinstance(node, nodes.Output):
            return self._output(node, places, value)
        if isinstance(node, nodes.If):
            return [node], self._if(node, places, value)
        if isinstance(node, nodes.For):
            return [node], self._for(node, places, value)
        if isinstance(node, _TRANSPARENT):
            node.body, places = self._body(node.body, places, value)
            return [node], places
        if isinstance(node, nodes.FilterBlock):
            return [node], self._filtered(node, places, value)
        if isinstance(node, nodes.Include):
            return self._taken_in(node, places, value)
        if isinstance(node, nodes.AssignBlock | nodes.Macro | nodes.CallBlock | nodes.Block):
            self._apart_from(node, places)
        return [node], places

    def _output(
        self, node: nodes.Output, places: _Places, value: _Value | None
    ) -> tuple[list[nodes.Node], _Places]:
        (printed,) = node.nodes
        if words_of(printed):  # of the template's own: as if they stood there
            return [node], self._after([node], places)
        name = self._filter_for(places, value, node.lineno)
        if name and not outcomes(printed):
            node.nodes = [filtered(printed, name)]
        return [node], frozenset(map(written, places))

    def _if(self, node: nodes.If, places: _Places, value: _Value | None) -> _Places:
        behind: _Places = frozenset()
        for branch in (node, *node.elif_):
            branch.body, after = self._body(branch.body, places, value)
            behind |= after
        node.else_, after = self._body(node.else_, places, value)
        return behind | after

    def _for(self, node: nodes.For, places: _Places, value: _Value | None) -> _Places:
        body, after = self._body(node.body, self._round(node, places), value)
        node.body = body
        node.else_, without = self._body(node.else_, places, value)
        if node.recursive and (places | after) != _IN_TEXT:
            self._refuse(_ONLY_IN_TEXT.format(what="a loop that goes into itself"), node.lineno)
        return after | without

    def _filtered(self, node: nodes.FilterBlock, places: _Places, value: _Value | None) -> _Places:
        if places == _IN_TEXT:
            node.body = self.alone(node.body, "block")
            return places
        self._filter_for(places, value, node.lineno)
        node.body, after = self._body(node.body, places, value)
        if {(one.kind, one.name) for one in after} != {(one.kind, one.name) for one in places}:
            self._refuse(_in_one_piece(places), node.lineno)
        return frozenset(map(written, places))

    def _taken_in(
        self, node: nodes.Include, places: _Places, value: _Value | None
    ) -> tuple[list[nodes.Node], _Places]:
        name = self._filter_for(places, value, node.lineno)
        made: nodes.Node = through(name, [node], node.lineno) if name else node
        return [made], frozenset(map(written, places))

    def _apart_from(
        self, node: nodes.AssignBlock | nodes.Macro | nodes.CallBlock | nodes.Block, places: _Places
    ) -> None:
        what = "macro" if isinstance(node, nodes.Macro) else "block"
        node.body = self.alone(node.body, what)
        if isinstance(node, nodes.CallBlock | nodes.Block) and places != _IN_TEXT:
            what = "{% call %}" if isinstance(node, nodes.CallBlock) else "{% block %}"
            self._refuse(_ONLY_IN_TEXT.format(what=what), node.lineno)

    def _filter_for(self, places: _Places, value: _Value | None, line: int) -> str:
        """Return the filter for what is printed in these places, "" for none."""
        for place in places:
            if said := _refusal(place):
                self._refuse(said, line)
        if any(place.is_open for place in places):
            if value is None or not all(place.opens for place in places):
                self._refuse(_in_one_piece(places), line)
            value.is_decided = True
            return ""
        if len({place.kind for place in places}) > 1:
            self._refuse(_in_one_piece(places), line)
        if any(place.styles for place in places):
            return STYLE
        return "" if places == _IN_TEXT else QUOTED

    def _read(self, places: _Places, text: nodes.TemplateData) -> tuple[_Places, tuple[int, ...]]:
        found = [read(place, text.data, text.lineno) for place in places]
        behind = frozenset(place for place, _ in found)
        if len(behind) > _MOST_PLACES:
            self._refuse(_TOO_MANY, text.lineno)
        cuts = {cuts for _, cuts in found}
        return behind, cuts.pop() if len(cuts) == 1 else ()

    def _round(self, node: nodes.For, places: _Places) -> _Places:
        """Return in which places one may stand as a round of a loop begins, the first or another."""
        while not (more := self._after(node.body, places)) <= places:
            places |= more
            if len(places) > _MOST_PLACES:
                self._refuse(_TOO_MANY, node.lineno)
        return places

    def _after(self, body: list[nodes.Node], places: _Places) -> _Places:
        """Return the places behind a piece of a template, and nothing else of it."""
        for node in body:
            key = id(node), places
            if key not in self._behind:
                self._behind[key] = node, self._after_one(node, places)
            places = self._behind[key][1]
        return places

    def _after_one(self, node: nodes.Node, places: _Places) -> _Places:
        if isinstance(node, nodes.Output):
            for one in node.nodes:
                words = words_of(one)
                if words:
                    places = frozenset(
                        read(place, word, one.lineno)[0] for place in places for word in words
                    )
                else:
                    places = frozenset(map(written, places))
        elif isinstance(node, nodes.If):
            bodies = (node.body, *(each.body for each in node.elif_), node.else_)
            places = frozenset().union(*(self._after(body, places) for body in bodies))
        elif isinstance(node, nodes.For):
            without = self._after(node.else_, places)
            places = self._after(node.body, self._round(node, places)) | without
        elif isinstance(node, _TRANSPARENT):
            places = self._after(node.body, places)
        elif isinstance(node, nodes.FilterBlock | nodes.Include):
            places = frozenset(map(written, places))
        return places

    def _refuse(self, said: str, line: int) -> NoReturn:
        raise jinja2.TemplateSyntaxError(said, line or 1, self._name, self._file)


def _refusal(place: Place) -> str:
    """Return why nothing is printed in a place, "" where it is."""
    if place.kind is Kind.RAW:
        return _IN_ELEMENT.format(name=place.element)
    if place.kind is Kind.TITLE and place.fixed:
        return _BEHIND_TAG.format(name=place.element)
    if place.kind is Kind.VALUE and (place.name.startswith("on") or place.name == "srcdoc"):
        return _RUNS.format(name=place.name)
    return _REFUSED.get(place.kind, "")


def _in_one_piece(places: _Places) -> str:
    names = sorted({place.name for place in places if place.name}, key=lambda name: name != "href")
    return _IN_ONE_PIECE.format(name=names[0] if names else "an attribute")


def _whole(value: list[nodes.Node], line: int) -> list[nodes.Node]:
    """Return what is to stand for a whole value that may decide what an attribute opens."""
    if not all(isinstance(node, nodes.Output) for node in value):
        return [through(ADDRESS, value, line)]
    printed = printed_in(value)
    whole = printed[0] if len(printed) == 1 else nodes.Concat(printed, lineno=line)
    return [nodes.Output([filtered(whole, ADDRESS)], lineno=line)]
