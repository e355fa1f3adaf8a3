"""DOIs that end in a version: the forms of each server, and what only looks like one. All numbers are invented."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.doi_forms import FORMS
from paperdigest.core.doi_versions import (
    first_version,
    is_preprint,
    is_reviewed,
    newest_first,
    own_name,
    parted,
    span,
    version_of,
)
from paperdigest.core.identity import normal_id

#: A DOI as its server writes it, the version it tells, and the DOI of the first version.
NUMBERED = [
    ("10.26434/chemrxiv-2024-ab1de-v2", 2, "10.26434/chemrxiv-2024-ab1de"),
    ("10.26434/chemrxiv.90012345.v3", 3, "10.26434/chemrxiv.90012345.v1"),
    ("10.26434/chemrxiv.95001234/v2", 2, "10.26434/chemrxiv.95001234/v1"),
    ("10.33774/coe-2024-ab1de-v12", 12, "10.33774/coe-2024-ab1de"),
    ("10.33774/apsa-2024-ab1de-v2", 2, "10.33774/apsa-2024-ab1de"),
    ("10.21203/rs.3.rs-9123456/v2", 2, "10.21203/rs.3.rs-9123456/v1"),
    ("10.21203/rs.3.pex-9123/v1", 1, "10.21203/rs.3.pex-9123/v1"),
    ("10.21203/rs.2.91234/v4", 4, "10.21203/rs.2.91234/v1"),
    ("10.20944/preprints202301.9001.v2", 2, "10.20944/preprints202301.9001.v1"),
    ("10.22541/au.169000000.90345678/v2", 2, "10.22541/au.169000000.90345678/v1"),
    ("10.22541/essoar.169000000.90345678/v1", 1, "10.22541/essoar.169000000.90345678/v1"),
    ("10.36227/techrxiv.169000000.90345678/v2", 2, "10.36227/techrxiv.169000000.90345678/v1"),
    ("10.36227/techrxiv.90345678.v2", 2, "10.36227/techrxiv.90345678.v1"),
    ("10.31124/advance.90345678.v2", 2, "10.31124/advance.90345678.v1"),
    ("10.31124/advance.169000000.90345678/v2", 2, "10.31124/advance.169000000.90345678/v1"),
    ("10.6084/m9.figshare.90345678.v2", 2, "10.6084/m9.figshare.90345678.v1"),
    ("10.1364/opticaopen.90345678.v2", 2, "10.1364/opticaopen.90345678.v1"),
    ("10.1002/essoar.90501234.2", 2, "10.1002/essoar.90501234.1"),
    ("10.31234/osf.io/ab1de_v2", 2, "10.31234/osf.io/ab1de_v1"),
    ("10.31219/osf.io/ab1de_v1", 1, "10.31219/osf.io/ab1de_v1"),
    ("10.35542/osf.io/ab1de_v3", 3, "10.35542/osf.io/ab1de_v1"),
    ("10.12688/f1000research.90123.2", 2, "10.12688/f1000research.90123.1"),
    ("10.12688/wellcomeopenres.90123.1", 1, "10.12688/wellcomeopenres.90123.1"),
    ("10.12688/gatesopenres.90123.2", 2, "10.12688/gatesopenres.90123.1"),
    ("10.12688/openreseurope.90123.2", 2, "10.12688/openreseurope.90123.1"),
    ("10.12688/hrbopenres.90123.2", 2, "10.12688/hrbopenres.90123.1"),
    ("10.12688/f1000research.2-901.v2", 2, "10.12688/f1000research.2-901.v1"),
    ("10.3310/nihropenres.90123.2", 2, "10.3310/nihropenres.90123.1"),
    ("10.35241/emeraldopenres.90123.2", 2, "10.35241/emeraldopenres.90123.1"),
    ("10.15694/mep.2021.000901.2", 2, "10.15694/mep.2021.000901.1"),
    ("10.7554/eLife.912345.2", 2, "10.7554/eLife.912345.1"),
    ("10.1099/acmi.0.900123.v3", 3, "10.1099/acmi.0.900123.v1"),
    ("10.32388/AB1DEF.2", 2, "10.32388/AB1DEF"),
    ("10.7287/peerj.preprints.90123v2", 2, "10.7287/peerj.preprints.90123v1"),
    ("10.3762/bxiv.2024.901.v2", 2, "10.3762/bxiv.2024.901.v1"),
    ("10.14293/PR2199.900123.v2", 2, "10.14293/PR2199.900123.v1"),
    ("10.14293/S2199-1006.1.SOR-.PPAB1DE.v2", 2, "10.14293/S2199-1006.1.SOR-.PPAB1DE.v1"),
]


@pytest.mark.parametrize(("doi", "version", "first"), NUMBERED)
def test_a_doi_tells_its_version_and_that_of_the_first(doi: str, version: int, first: str) -> None:
    id_ = normal_id(doi)
    assert (version_of(id_), first_version(id_)) == (version, normal_id(first))


@pytest.mark.parametrize("doi", [doi for doi, _, _ in NUMBERED])
def test_every_spelling_of_a_versioned_doi_is_of_one_work(doi: str) -> None:
    spellings = (doi, doi.upper(), f"https://doi.org/{doi}", f"http://dx.doi.org/{doi.upper()}")
    assert {first_version(normal_id(one)) for one in spellings} == {first_version(normal_id(doi))}


def test_every_server_of_the_table_has_a_case() -> None:
    tried = {doi.partition("/")[0] for doi, _, _ in NUMBERED}
    family = {
        prefix for prefix, forms in FORMS.items() if forms == FORMS["10.31234"] and prefix in tried
    }
    assert {prefix for prefix in FORMS if FORMS[prefix] != FORMS["10.31234"]} == tried - family
    assert len(family) > 2


@pytest.mark.parametrize(
    "doi",
    [
        "10.1000/xyz.v2",  # any other prefix
        "10.1000/xyz/v2",
        "10.1000/osf.io/ab1de_v2",
        "10.1000/f1000research.90123.2",
        "10.1038/s41586-024-90123.2",
        "10.1016/j.maps.2023",
        "10.1002/maps.90123.2",  # the prefix, but no preprint of that server
        "10.1099/mic.0.900123.v3",
        "10.1364/oe.901234.v2",
        "10.12688/f1000research.90123.d90123",
        "10.12688/f1000research.90123.2023",
        "10.7554/elife.91234.001",  # a part of an article
        "10.7554/elife.91234.110",
        "10.7554/elife.91234.sa2",
        "10.7554/elife.91234.3.sa0",
        "10.21203/rs.3.rs-9123456/v0",
        "10.21203/rs.3.rs-9123456/v02",
        "10.21203/rs.3.rs-9123456/v2/supplement",
        "10.20944/preprints202301.9001.2023",
        "10.5194/egusphere-2023-901",
        "10.5281/zenodo.90123456",
        "10.1101/2024.01.01.901234",
        "10.1590/scielopreprints.9012",
        "10.2139/ssrn.9012345",
        "10.17605/osf.io/ab1de",
    ],
)
def test_what_only_looks_like_a_version_is_none(doi: str) -> None:
    id_ = normal_id(doi)
    assert (version_of(id_), first_version(id_), own_name(id_)) == (None, id_, id_)


@pytest.mark.parametrize(
    ("doi", "version", "first"),
    [
        ("10.26434/chemrxiv-2024-ab1de", 1, "10.26434/chemrxiv-2024-ab1de"),
        ("10.32388/ab1def", 1, "10.32388/ab1def"),
        ("10.31234/osf.io/ab1de", 1, "10.31234/osf.io/ab1de_v1"),
        ("10.7554/elife.91234", None, "10.7554/elife.91234.1"),
        ("10.36227/techrxiv.90345678", None, "10.36227/techrxiv.90345678.v1"),
    ],
)
def test_a_doi_without_a_number_is_of_the_same_work(
    doi: str, version: int | None, first: str
) -> None:
    assert (version_of(f"doi:{doi}"), first_version(f"doi:{doi}")) == (version, f"doi:{first}")


def test_a_record_without_a_number_that_may_be_any_version_is_a_record_of_its_own() -> None:
    assert own_name("doi:10.7554/elife.91234") != own_name("doi:10.7554/elife.91234.2")
    assert own_name("doi:10.26434/chemrxiv-2024-ab1de") == own_name(
        "doi:10.26434/chemrxiv-2024-ab1de-v2"
    )


def test_numbers_of_two_times_of_one_server_are_two_works() -> None:
    assert first_version("doi:10.26434/chemrxiv.90012345.v2") != first_version(
        "doi:10.26434/chemrxiv.90012345/v2"
    )


@st.composite
def _versioned(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(sorted(FORMS)))
    form = draw(st.sampled_from(FORMS[prefix]))
    number = draw(st.one_of(st.just(""), st.integers(1, 99).map(str)))
    work = draw(st.from_regex(re.compile(form.work, re.ASCII), fullmatch=True))
    return f"doi:{prefix}/{work}{form.mark if number else ''}{number}"


@given(_versioned())
@settings(deadline=None)
def test_a_version_taken_off_and_put_back_makes_the_same_doi(id_: str) -> None:
    found = parted(id_)
    assert found is not None
    assert found.written(found.number) == id_


@given(_versioned())
@settings(deadline=None)
def test_the_first_version_is_its_own_first_version(id_: str) -> None:
    assert first_version(first_version(id_)) == first_version(id_)


@given(_versioned(), st.integers(1, 99))
@settings(deadline=None)
def test_every_version_of_a_work_stands_in_its_span(id_: str, number: int) -> None:
    found, where = parted(id_), span(id_)
    assert found is not None
    assert where is not None
    bare, low, high = where
    assert bare == found.work
    assert low < found.written(number) < high


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_without_a_version_is_left_as_it_is(text: str) -> None:
    if parted(text) is None:
        assert (first_version(text), own_name(text), version_of(text)) == (text, text, None)


def test_the_newest_version_comes_first_and_everything_else_stays() -> None:
    one, two, ten = (f"doi:10.21203/rs.3.rs-9123456/v{number}" for number in (1, 2, 10))
    ids = ("arxiv:2611.00001", one, "doi:10.1000/x", two, ten, "title1:a")
    assert newest_first(ids) == ("arxiv:2611.00001", ten, "doi:10.1000/x", two, one, "title1:a")


def test_a_number_is_newer_than_none() -> None:
    ids = ("doi:10.7554/elife.91234", "doi:10.7554/elife.91234.2")
    assert newest_first(ids) == ids[::-1]


def test_articles_that_pass_review_in_versions_are_known() -> None:
    assert is_reviewed("doi:10.12688/f1000research.90123.2")
    assert not is_reviewed("doi:10.21203/rs.3.rs-9123456/v2")
    assert not is_reviewed("doi:10.1000/x")


@pytest.mark.parametrize(
    "doi",
    [doi for doi, _, _ in NUMBERED if not is_reviewed(f"doi:{doi.lower()}")]
    + ["10.48550/arxiv.2611.90001", "10.1101/2026.11.01.900001", "10.31223/x59001", "10.1590/scielopreprints.9001"],
)  # fmt: skip
def test_a_preprints_doi_publishes_nothing(doi: str) -> None:
    assert is_preprint(f"doi:{doi.lower()}")


@pytest.mark.parametrize(
    "id_",
    ["doi:10.12688/f1000research.90001.2", "doi:10.7554/elife.90001", "doi:10.1000/lantern", "arxiv:2611.90001"],
)  # fmt: skip
def test_an_articles_doi_is_no_preprints(id_: str) -> None:
    assert not is_preprint(id_)
