"""DOIs in the addresses of articles, for publishers whose addresses are made of them.

Elsewhere a DOI in an address may be that of another thing, or have a tail, so no other address is read.
"""

from __future__ import annotations

import re

_DOI = r"10\.\d{4,9}/[^\s?#]{1,200}?"
_TAIL = r"/?(?:[?#]\S*)?"
_VIEW = r"(?:/(?:full|abstract|meta|pdf|html|fulltext)|\.pdf)?"
#: Publishers on one platform, all with addresses like `/doi/abs/10.1000/x`.
_ATYPON = (
    *("dl.acm.org", "pubs.acs.org", "www.science.org", "www.pnas.org", "journals.sagepub.com"),
    *("epubs.siam.org", "www.tandfonline.com", "onlinelibrary.wiley.com", "journals.asm.org"),
    *("ascopubs.org", "www.nejm.org", "www.annualreviews.org", "www.journals.uchicago.edu"),
    *("royalsocietypublishing.org", "pubsonline.informs.org", "chemrxiv.org", "arc.aiaa.org"),
    *("journals.physiology.org", "www.liebertpub.com", "ascelibrary.org", "www.atsjournals.org"),
    *("pubs.rsna.org", "www.ahajournals.org", "www.worldscientific.com", "www.embopress.org"),
)
_PATTERNS = (
    (
        rf"(?:{'|'.join(map(re.escape, _ATYPON))}|[\w-]+\.onlinelibrary\.wiley\.com)"
        rf"/doi/(?:(?:abs|book|epdf|epub|full|full-xml|pdf|pdfdirect|pdfplus|ref)/)?(?P<doi>{_DOI}){_TAIL}"
    ),
    rf"link\.springer\.com/(?:(?:article|chapter|book|content/pdf)/)?(?P<doi>{_DOI}){_VIEW}{_TAIL}",
    rf"[\w.-]+\.(?:biomedcentral|springeropen)\.com/(?:articles|counter/pdf)/(?P<doi>{_DOI}){_VIEW}{_TAIL}",
    rf"www\.frontiersin\.org/(?:journals/[\w-]+/)?articles/(?P<doi>{_DOI}){_VIEW}{_TAIL}",
    rf"iopscience\.iop\.org/article/(?P<doi>{_DOI}){_VIEW}{_TAIL}",
    rf"journals\.aps\.org/\w+/(?:abstract|pdf)/(?P<doi>{_DOI}){_TAIL}",
    r"journals\.plos\.org/\w+/article\?id=(?P<doi>10\.1371/[\w.]{1,100})",
    rf"www\.nature\.com/articles/(?P<nature>[sd]\d{{5}}-\d{{3}}-\d{{4,5}}-\w){_VIEW}{_TAIL}",
)
_ADDRESS = tuple(re.compile(f"https?://{one}", re.IGNORECASE) for one in _PATTERNS)
_LONGEST = 500


def doi_in(address: str) -> str:
    """Return the DOI of the article at an address, "" where the address does not tell."""
    if len(address) > _LONGEST:
        return ""
    for pattern in _ADDRESS:
        found = pattern.fullmatch(address)
        if found is not None:
            said = found.groupdict()
            return said.get("doi") or f"10.1038/{said['nature']}"
    return ""
