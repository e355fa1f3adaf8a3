"""Are a user's templates right? Each is compiled and filled in with the sample; all problems come at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form
from paperdigest.core.unsubscribe import link_in
from paperdigest.render.allowance import RunsAway, allowance, next_page
from paperdigest.render.clean import clean_text
from paperdigest.render.complete import (
    PAPERS_BY_TITLE,
    PAPERS_WHOLE,
    form_of,
    left_out,
    unknown,
)
from paperdigest.render.environments import HTML, NAMES, PAGE, where
from paperdigest.render.fitting import is_within
from paperdigest.render.in_style import looked_at
from paperdigest.render.irregular import irregular, is_there, misnamed
from paperdigest.render.present import absent, shown
from paperdigest.render.renderer import Renderer, too_large
from paperdigest.render.sample import sample_digest
from paperdigest.render.sample_notice import sample_notice
from paperdigest.render.skeleton import prepared
from paperdigest.render.templates import NOTHING_SHOWN, Templates, broken
from paperdigest.render.unbroken import breaks

_SUBJECT = "subject.txt.j2"
_OF_PAPERS = {PAGE: Form.HTML, "digest.txt.j2": Form.TEXT}
_PAGES = (*_OF_PAPERS, _SUBJECT)
_EMPTY_SUBJECT = "the subject is empty · write at least {{ digest.title }}"
_EMPTY_PAGE = "the page is empty · write at least {{ digest.title }} and the papers of each section"
#: So many papers of the sample are only counted: a number that stands nowhere else.
_COUNTED = 643
#: A page has a word before that many characters, or none.
_LOOKED_AT = 100_000


def check(user_templates: Path | None = None) -> list[TemplateError]:
    """Return everything that is wrong with the templates, each with file and line; empty: nothing."""
    problems = [*misnamed(user_templates), *unusable(user_templates)]
    return problems or list(_losing(user_templates))


def unusable(user_templates: Path | None = None) -> list[TemplateError]:
    """Return what would break a digest; a strange file beside the templates, as editors leave them, does not."""
    strange, uncompiled = irregular(user_templates), broken(user_templates)
    problems = [*strange, *uncompiled.values()]
    if strange or (user_templates is not None and not own_templates(user_templates)):
        return problems
    failing = _failing(Templates(user_templates, without=uncompiled.keys()))
    said = set(map(str, problems))  # one that another includes is told once
    return problems + [problem for problem in failing if str(problem) not in said]


def tried(user_templates: Path | None = None) -> tuple[Renderer | None, list[TemplateError]]:
    """Return a renderer that was filled in with the sample, parts that templates include and all; None, and
    everything that is wrong, where it would break a digest."""
    if user_templates is not None and not is_there(user_templates):
        user_templates = None
    try:
        renderer = Renderer(user_templates)
    except TemplateError as error:
        return None, unusable(user_templates) or [error]
    # What is shipped was tried before it was.
    problems = [] if user_templates is None else _failing(renderer.templates)
    return (None if problems else renderer), problems


def own_templates(folder: Path | None) -> frozenset[str]:
    """Return the names of templates that the user's folder replaces."""
    return frozenset(
        name for name in NAMES if folder is not None and where(name, folder).parent == folder
    )


def _failing(templates: Templates) -> list[TemplateError]:
    full = sample_digest()
    bare = replace(
        full, preheader="", sections=(), notes=(), looked_at=(), manage=(), more="", kind="empty"
    )
    notice = sample_notice()
    whole = replace(full, name="Paper boats", footer=("Lab, https://example.org/privacy",))
    poor = Entry(paper_key=0, reason="new", id="", title=Marked("A title and nothing else"))
    pages = (full, bare, whole, notice)
    papers = (*full.entries, *notice.entries, poor)
    found: dict[str, TemplateError] = {}
    for name in NAMES if templates.folder is None else sorted(templates.own, key=NAMES.index):
        with looked_at(), allowance():  # one for all of them: a digest has many papers
            for problem in _failing_on(templates, name, pages if name in _PAGES else papers):
                found.setdefault(str(problem), problem)
    return list(found.values())


def _losing(folder: Path | None) -> Iterator[TemplateError]:
    """Yield which pages lack what is sent another time, or was: papers that are only counted, and those that another
    schedule has sent. A digest goes out by them all the same: that is for whoever wrote them to decide, and to be told."""
    own = own_templates(folder)
    if own.isdisjoint(_OF_PAPERS):
        return
    templates = Templates(folder)
    case = _with_many(sample_digest())
    for name in (name for name in _OF_PAPERS if name in own):
        with allowance():
            made = templates.render(name, **_values(case))
        said = _untold(case, made, _OF_PAPERS[name])
        if said:
            yield TemplateError(f"{where(name, folder)}:1: {said}")


def _untold(case: Digest, made: str, form: Form) -> str:
    """Return what a page does not say of what was sent before or waits, and what to write; "": it says all of it."""
    earlier = [entry for section in case.sections for entry in section.earlier]
    for entry in absent(earlier, made, form):
        said = f'"{entry.title.text}" is not on the page, though it was sent by another schedule'
        return f"{said} · write {{{{ lines(section.earlier) }}}}"
    text = shown(made) if form is Form.HTML else made
    counted = sum(len(section.counted) for section in case.sections)
    if re.search(rf"(?<!\d){counted}(?!\d)", text):
        return ""
    said = f"the page does not say that {counted} more papers wait"
    return f"{said} · write {{{{ waiting(section.counted|length) }}}}"


def _with_many(sample: Digest) -> Digest:
    """Return the sample with so many papers that are only counted."""
    first, *others = sample.sections
    many = replace(first, counted=first.counted[:1] * _COUNTED)
    return sample.with_sections((many, *others))


def _failing_on(
    templates: Templates, name: str, cases: Iterable[Digest | Entry]
) -> Iterator[TemplateError]:
    """Yield what goes wrong with one template filled in with these, and whether it then shows anything, and all papers."""
    seen: list[bool] = []
    lost: list[str] = []
    failed = False
    for case in cases:
        next_page()
        try:
            made = templates.render(name, **_values(case))
        except TemplateError as error:
            yield error
            failed = True
            if isinstance(error.__cause__, RunsAway):
                return  # it takes seconds
        else:
            seen.append(_is_seen(name, made))
            lost += _broken(name, case, made)
            lost += _lost(name, case, made)
            if name == PAGE and case.kind == "empty" and not is_within(made):
                yield too_large(templates, made)
    # A page may have nothing to say; a paper has its title.
    if not failed and not (any(seen) if name in _PAGES else all(seen)):
        yield TemplateError(f"{where(name, templates.folder)}:1: {_nothing(name)}")
    elif not failed and lost:
        yield TemplateError(f"{where(name, templates.folder)}:1: {lost[0]}")


def _broken(name: str, case: Digest | Entry, made: str) -> Iterator[str]:
    """Yield how a page breaks the link that stops what it is a part of."""
    if isinstance(case, Digest) and (said := breaks(name, made, link_in(case.manage))):
        yield said


def _lost(name: str, case: Digest | Entry, made: str) -> Iterator[str]:
    """Yield what a template that is to show papers leaves out of them."""
    form = form_of(name)
    if form is None:
        return
    if isinstance(case, Entry):
        if absent((case,), made, form):
            yield unknown(case)
        return
    gone = absent(case.entries, made, form)
    if gone:
        is_whole = any(gone[0] in section.full for section in case.sections)
        yield left_out(gone, len(case.entries), PAPERS_WHOLE if is_whole else PAPERS_BY_TITLE)


def _is_seen(name: str, made: str) -> bool:
    """Say whether there is a word to read in what a template made."""
    text = made[:_LOOKED_AT]
    if name in HTML:
        text = shown(text)
    return bool(clean_text(text).strip())


def _nothing(name: str) -> str:
    if name not in _PAGES:
        return NOTHING_SHOWN
    return _EMPTY_SUBJECT if name == _SUBJECT else _EMPTY_PAGE


def _values(case: Digest | Entry) -> dict[str, object]:
    if isinstance(case, Entry):
        return prepared(case)
    return {"digest": case, "papers": _titles, "lines": _titles}


def _titles(entries: Iterable[Entry], _site: str = "") -> str:
    return "\n".join(entry.title.text for entry in entries)
