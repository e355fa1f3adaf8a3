"""The files that go along with one reader's digest: the papers it names, as that reader asked for them."""

from __future__ import annotations

from collections.abc import Set

from paperdigest.core.attached import attachments
from paperdigest.core.attachment import Attachment
from paperdigest.core.digest import Digest
from paperdigest.core.ports import Form
from paperdigest.flow.due import Work
from paperdigest.flow.finds import LaneFinds


def files_of(
    work: Work, finds: LaneFinds, digest: Digest, forms: Set[Form]
) -> tuple[Attachment, ...]:
    """Return the files: none where nobody asked, and none where no channel of the digest takes any. `digest` is what
    is shown in the end. Papers shown in full come first, then those by title, each once."""
    wanted = work.subscriber.attach
    if not wanted or Form.FILES not in forms:
        return ()
    found = finds.by_paper
    full = [entry for part in digest.sections for entry in part.full]
    listed = [entry for part in digest.sections for entry in part.listed]
    papers = {
        entry.paper_key: found[entry.paper_key, entry.reason].paper for entry in (*full, *listed)
    }
    return attachments(tuple(papers.values()), wanted)
