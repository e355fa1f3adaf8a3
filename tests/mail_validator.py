"""Is this HTML fit for mail? Says in words what is wrong, by the tables of `mail_rules`; the colours are `contrast`'s."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from turbohtml import Doctype, Element, conformance
from turbohtml.cssom import StyleDeclaration, StyleSheet

import mail_rules as rules
from mail_page import MailPage, attributes, inline, is_hidden, written
from mail_page import built as tree_of

_HEADING = re.compile("h[1-6]")
_WHOLE_WIDTH = ("100%",)


def faults(html: str) -> list[str]:
    """Return everything that is wrong with a mail's HTML; empty: nothing."""
    page = MailPage(html)
    checks = (
        _parsing(page),
        _parsing(page.as_outlook_sees_it()),
        _conformance(page),
        _head(page),
        _comments(page),
        *(_element(element) for element in page.elements),
        _style_block(page),
        _classes(page),
        _headings(page),
        _links(page),
        _preheader(page),
    )
    return list(dict.fromkeys(itertools.chain.from_iterable(checks)))


def _parsing(page: MailPage) -> Iterator[str]:
    """Yield the parse errors (HTML 13.2.2), and where the tree is not as the tags say: then it was mended."""
    for error in page.document.errors:
        yield f"line {error.line}: {error.code}"
    shape, wrong = written(page.html)
    yield from wrong
    if not wrong and shape != tree_of(page.html):
        yield "the browser builds another tree than the tags say"


def _conformance(page: MailPage) -> Iterator[str]:
    for found in conformance.check(page.document).messages:
        if found.code != "obsolete-attribute":  # `_element` knows which of those Outlook needs
            yield f"line {found.line}: {found.code}: {found.message}"


def _head(page: MailPage) -> Iterator[str]:
    first = next(iter(page.document.children), None)
    if not isinstance(first, Doctype) or not page.html.startswith("<!DOCTYPE html>\n"):
        yield "the page does not begin with <!DOCTYPE html>"
    said = {
        attributes(each).get("name", ""): attributes(each).get("content", "")
        for each in page.elements
        if each.tag == "meta"
    }
    charsets = [attributes(each).get("charset") for each in page.elements if each.tag == "meta"]
    if charsets[:1] != ["utf-8"]:
        yield "the first <meta> does not say charset=utf-8"
    if said.get("viewport") != "width=device-width, initial-scale=1":
        yield "no viewport that lets a phone show the page at its own width"
    if said.get("color-scheme") != "light dark":
        yield "no color-scheme: the mail does not say that it has dark colours"
    titles = [each.text.strip() for each in page.elements if each.tag == "title"]
    if len(titles) != 1 or not titles[0]:
        yield "there must be one <title>, and it must say something"
    if not attributes(page.elements[0]).get("lang"):
        yield "<html> has no lang: a screen reader does not know how to pronounce it"


def _comments(page: MailPage) -> Iterator[str]:
    """Only what Outlook reads may stand in comments: the sheet's own table, opened and closed."""
    if page.comments not in ((), rules.FOR_OUTLOOK):
        yield f"comments other than the table for Outlook: {page.comments!r}"


def _element(element: Element) -> Iterator[str]:
    tag, given = element.tag, attributes(element)
    known = rules.ELEMENTS.get(tag)
    if known is None:
        yield f"<{tag}> may not stand in a mail"
        return
    yield from (f"<{tag}> may not have {name}" for name in given.keys() - known - rules.EVERYWHERE)
    if tag == "table":
        own = (child.tag for child in element.children if isinstance(child, Element))
        yield from _table(given, is_data="caption" in own)
    if tag == "td" and int(given.get("width", 0)) > rules.WIDEST_CELL:
        yield f"<td> of a fixed width of {given['width']}"
    yield from _inline(tag, given.get("style", ""), inline(element))
    if inline(element).get("white-space") == "nowrap" and len(element.text) > 40:
        yield f"<{tag}> does not wrap and is too long for a phone: {element.text!r}"


def _table(given: dict[str, str], *, is_data: bool) -> Iterator[str]:
    """`is_data`: it says in a caption that its cells are figures, to be read with their headings."""
    if (given.get("role") != "presentation") is not is_data:
        yield "<table> without role=presentation: a screen reader would count its cells"
    if given.get("width", "100%") not in _WHOLE_WIDTH:
        yield f"<table> of a fixed width of {given['width']}"
    if any(given.get(name) != "0" for name in ("cellpadding", "cellspacing", "border")):
        yield "<table> without cellpadding, cellspacing and border of 0, which Outlook needs"


def _inline(tag: str, text: str, style: StyleDeclaration) -> Iterator[str]:
    names = [part.partition(":")[0].strip() for part in text.split(";") if part.strip()]
    if sorted(names) != sorted(style.properties()):
        yield f"<{tag}> has a style that is not read as it is written: {text}"
    for name in style.properties():
        value = style[name]
        allowed = rules.PROPERTIES.get(name)
        if name in rules.REFUSED:
            yield f"<{tag}> has {name}: {rules.REFUSED[name]}"
        elif allowed is None:
            yield f"<{tag}> has {name}, which is not in the table"
        elif not re.fullmatch(allowed, value, re.IGNORECASE):
            yield f"<{tag}> has {name}: {value}, which is not in the table"
        if style.important(name):
            yield f"<{tag}> has !important inline: the dark colours could not win"


def _style_block(page: MailPage) -> Iterator[str]:
    if len(page.style) > rules.MOST_STYLE:
        yield f"the style block has {len(page.style)} characters; Gmail drops it past {rules.MOST_STYLE}"
    if page.stray_style or re.search(r"url\(|expression|\\", page.style):
        yield f"the style block holds more than plain rules: {page.stray_style}"
    for rule in page.plain.rules:
        allowed = rules.PLAIN_RULES.get(rule.selector_text)
        if allowed is None or not set(rule.style.properties()) <= allowed:
            yield f"{rule.selector_text} {{ {rule.style.text} }} is not enhancement alone: it belongs inline"
    for query, sheet in page.media.items():
        yield from _media(query, sheet)


def _media(query: str, sheet: StyleSheet) -> Iterator[str]:
    allowed = rules.MEDIA_RULES.get(query)
    if allowed is None:
        yield f"@media {query} is not in the table"
        return
    for rule in sheet.rules:
        for selector in rule.selector_text.split(","):
            if not re.fullmatch(r"\.[a-z]+", selector.strip()):
                yield f"{selector} is no single class, all that every client finds"
        for name in rule.style.properties():
            if name not in allowed:
                yield f"@media {query} sets {name}: nothing may depend on a query"
            if not rule.style.important(name):
                yield f"@media {query}: {name} without !important never wins over what is inline"


def _classes(page: MailPage) -> Iterator[str]:
    """A class without a rule is a slip of the pen, and so is a rule that names none."""
    styled = {
        selector.strip().removeprefix(".")
        for sheet in page.media.values()
        for rule in sheet.rules
        for selector in rule.selector_text.split(",")
    }
    for element in page.elements:
        for name in attributes(element).get("class", "").split():
            if name not in styled:
                yield f"<{element.tag}> has a class without a rule: {name}"


def _headings(page: MailPage) -> Iterator[str]:
    levels = [int(each.tag[1]) for each in page.elements if _HEADING.fullmatch(each.tag)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "the page does not begin with its one <h1>"
    for before, after in itertools.pairwise(levels):
        if after > before + 1:
            yield f"<h{after}> follows <h{before}>: a level is left out"
    for each in page.elements:
        if _HEADING.fullmatch(each.tag) and not each.text.strip():
            yield f"<{each.tag}> is empty"


def _links(page: MailPage) -> Iterator[str]:
    """Each link says where it goes, together with its paper (WCAG 2.2, 2.4.4): a row of the table or of a list."""
    told: dict[tuple[object, str], str] = {}
    for link in page.elements:
        if link.tag != "a":
            continue
        goes, says = attributes(link).get("href", ""), " ".join(link.text.split())
        if not goes.lower().startswith(rules.SCHEMES):
            yield f"a link goes to {goes!r}"
        if says.casefold() in rules.SAYS_NOTHING:
            yield f"a link says only {says!r}"
        row = link.closest("li, tr")
        if told.setdefault((row and row.position, says), goes) != goes:
            yield f"two links of one paper say {says!r} and go to different places"


def _preheader(page: MailPage) -> Iterator[str]:
    """What is hidden is the first text, hidden for every client, and short; nothing else is hidden."""
    hidden = [each for each in page.elements if inline(each).get("display") == "none"]
    if len(hidden) > 1:
        yield "more than the preheader is hidden"
    for each in hidden:
        style = inline(each)
        missing = {name for name, value in rules.HIDDEN.items() if style.get(name) != value}
        if missing:
            yield f"the preheader may be seen, without {', '.join(sorted(missing))}"
        if len(each.text) > rules.LONGEST_PREHEADER:
            yield f"the preheader has {len(each.text)} characters"
        first = next(iter(page.texts), None)
        if first is None or not is_hidden(first):
            yield "the preheader is not the first text"
