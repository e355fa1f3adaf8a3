"""How DOIs that end in a version are written, server by server: a prefix, the form behind it, an example.

Crossref asks for a DOI for every version of a preprint
(https://www.crossref.org/documentation/research-nexus/posted-content-includes-preprints/). How it is written is the
server's own affair, so a form counts only with the prefixes it is known from. What is not here has no version that
its DOI tells: bioRxiv, SSRN, SciELO Preprints and Copernicus have one DOI for all, Zenodo's numbers tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Form:
    """How one server writes: `work` is a DOI's suffix without version, `mark` what stands between it and the number.

    `bare`: the version that the DOI without a number is that of, None where it may be any. `numbers_first`: the first
    version has a number too. `reviewed`: later versions are articles that passed review.
    """

    work: str
    mark: str
    bare: int | None = None
    numbers_first: bool = True
    reviewed: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what a suffix in small letters is: the work, and the number if it has one."""
        # Behind a dot alone stand other things too: eLife's parts have three digits (.001), journals a year.
        digits = r"[1-9][0-9]?" if self.mark == "." else r"[1-9][0-9]{0,2}"
        return re.compile(rf"({self.work})(?:{re.escape(self.mark)}({digits}))?", re.ASCII)


#: F1000's platform, run for many: 10.12688/f1000research.12345.2, …/wellcomeopenres.12345.1; PubMed takes articles up
#: in the version that passed review.
_F1000 = Form(r"[a-z0-9]+\.\d+", ".", reviewed=True)
#: Cambridge Open Engage: the first version has no number: 10.26434/chemrxiv-2024-abcde, then …-v2.
_ENGAGE = Form(r"[a-z]+-\d{4}-[a-z0-9]+", "-v", bare=1, numbers_first=False)
#: OSF Preprints since 2025: 10.31234/osf.io/abcde_v1. Older ones stand for their first version without a number, and no
#: second DOI is made for that one: https://github.com/CenterForOpenScience/osf.io/pull/11154
_OSF = Form(r"osf\.io/[a-z0-9]{5,}", "_v", bare=1)


def _figshare(name: str) -> Form:
    """figshare and what it hosts: the DOI without a number leads to the newest."""
    return Form(rf"{name}\.\d+", ".v")


def _authorea(name: str) -> Form:
    """Authorea and what it hosts: 10.22541/au.170000000.12345678/v1."""
    return Form(rf"{name}\.\d+\.\d+", "/v")


_ELSEWHERE: Final[Mapping[str, Sequence[Form]]] = {
    # ChemRxiv: at figshare until 2021 (chemrxiv.12345678.v2), then Engage, since 2026 chemrxiv.15000000/v1
    # (https://github.com/fraser-lab/fraser-lab.github.io/issues/153). A bare number is one of figshare's.
    "10.26434": (_ENGAGE, _figshare("chemrxiv"), Form(r"chemrxiv\.\d+", "/v")),
    "10.33774": (_ENGAGE,),  # Cambridge Open Engage, APSA Preprints: 10.33774/coe-2024-abcde-v2
    # Research Square: 10.21203/rs.3.rs-123456/v1, early ones 10.21203/rs.2.12345/v1
    "10.21203": (Form(r"rs\.\d\.(?:[a-z]+-)?\d+", "/v"),),
    "10.20944": (Form(r"preprints\d{6}\.\d{4}", ".v"),),  # 10.20944/preprints202301.0001.v1
    "10.22541": (_authorea("[a-z]+"),),  # Authorea, ESS Open Archive (essoar.…)
    "10.36227": (_authorea("techrxiv"), _figshare("techrxiv")),  # TechRxiv since 2024, and before
    "10.31124": (_authorea("advance"), _figshare("advance")),  # Advance (Sage), the same
    "10.6084": (_figshare(r"m9\.figshare"),),
    "10.1364": (_figshare("opticaopen"),),  # Optica Open
    "10.1002": (Form(r"essoar\.\d+", "."),),  # ESSOAr until 2022: 10.1002/essoar.10512345.2
    # Qeios: 10.32388/ABCDEF, then 10.32388/ABCDEF.2
    "10.32388": (Form(r"[a-z0-9]{6}", ".", bare=1, numbers_first=False),),
    "10.7287": (Form(r"peerj\.preprints\.\d+", "v"),),  # 10.7287/peerj.preprints.12345v2
    "10.3762": (Form(r"bxiv\.\d{4}\.\d+", ".v"),),  # Beilstein Archives: 10.3762/bxiv.2024.12.v1
    # ScienceOpen: 10.14293/PR2199.001234.v1, early ones 10.14293/S2199-1006.1.SOR-.PPABC12.v1
    "10.14293": (Form(r"(?:pr2199\.\d+|s2199-1006\.1\.sor-\.pp[a-z0-9]+)", ".v"),),
    # The first articles of F1000Research: 10.12688/f1000research.2-123.v1
    "10.12688": (_F1000, Form(r"f1000research\.\d+-\d+", ".v", reviewed=True)),
    "10.3310": (Form(r"nihropenres\.\d+", ".", reviewed=True),),  # NIHR Open Research
    "10.35241": (Form(r"emeraldopenres\.\d+", ".", reviewed=True),),  # Emerald Open Research
    "10.15694": (Form(r"mep\.\d{4}\.\d{6}", ".", reviewed=True),),  # MedEdPublish until 2021
    # eLife: reviewed preprints 10.7554/eLife.12345.1 and on; without a number it is the record of all. Indexes get the
    # article when it is final: https://elifesciences.org/inside-elife/2b765a27/elife-s-new-model-your-questions-answered
    "10.7554": (Form(r"elife\.\d{5,6}", ".", reviewed=True),),
    "10.1099": (Form(r"acmi\.0\.\d{6}", ".v", reviewed=True),),  # Access Microbiology
}
#: Arabixiv, MetaArXiv, EarthArXiv, engrXiv, FocUS, Frenxiv, INA-Rxiv, Law Archive, LIS Scholarship Archive, MarXiv,
#: MindRxiv, NutriXiv, PaleorXiv, PsyArXiv, SocArXiv, SportRxiv, Thesis Commons, OSF, AfricArXiv, EcoEvoRxiv, MediArXiv,
#: EdArXiv, BioHackrXiv
_AT_OSF: Final = (
    *("10.31221", "10.31222", "10.31223", "10.31224", "10.31225", "10.31226", "10.31227"),
    *("10.31228", "10.31229", "10.31230", "10.31231", "10.31232", "10.31233", "10.31234"),
    *("10.31235", "10.31236", "10.31237", "10.31219", "10.31730", "10.32942", "10.33767"),
    *("10.35542", "10.37044"),
)
#: By prefix; where two fit, the first counts.
FORMS: Final[Mapping[str, Sequence[Form]]] = {
    **_ELSEWHERE,
    **dict.fromkeys(_AT_OSF, (_OSF,)),
}
#: How the DOIs of servers begin that have nothing but preprints: to have one does not make a paper published.
PREPRINTS: Final = (
    "10.48550/",  # arXiv
    "10.1101/",  # bioRxiv, medRxiv, and
    "10.64898/",  # since openRxiv
    "10.2139/",  # SSRN
    "10.5281/",  # Zenodo
    "10.1590/scielopreprints",
    *(f"{each}/" for each in ("10.20944", "10.21203", "10.22541", "10.26434", "10.31124", "10.33774", "10.36227")),
    *(f"{each}/" for each in _AT_OSF),
)  # fmt: skip
