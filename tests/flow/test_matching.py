"""Which papers each topic takes, asked for lane by lane."""

from __future__ import annotations

import pytest

from paperdigest.core.paper import Paper
from paperdigest.core.subscription import Topic
from paperdigest.flow import matching
from paperdigest.store.connection import open_memory

PAPERS = {7: Paper(title="Paper boats"), 9: Paper(title="Paper maps"), 11: Paper(title="Kites")}


def test_what_was_let_go_to_make_room_is_told_again_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_TOPICS_KEPT", 1)
    paper, maps = Topic("Paper", keywords=("paper",)), Topic("Maps", keywords=("maps",))
    with open_memory() as store:
        matches = matching.matched(store, [paper, maps], PAPERS)

    taken = [matches.get(topic) for topic in (paper, maps, paper)]

    assert [list(found or ()) for found in taken] == [[7, 9], [9], [7, 9]]
    assert [found[9].hits[0].text for found in taken if found] == ["Paper", "maps", "Paper"]
