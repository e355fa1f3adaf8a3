"""The three real page dumps, where they lie beside the checkout. Their texts stay out of the repository."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from house import CONFIG, House
from paperdigest.core.text import display
from paperdigest.flow.preview import preview
from paperdigest.store import history

DUMPS = Path(__file__).parents[3] / "shared" / "dumps"
FILES = ("hf-papers-a.txt", "hf-papers-b.txt", "hf-papers-c.txt")

pytestmark = pytest.mark.skipif(
    not DUMPS.is_dir(), reason="the real dumps are not beside this checkout"
)

READER = """
deliver = "file:outbox"
schedule = "daily 08:00"
limit = 500

[[topic]]
name = "Pretraining"
keywords = "multimodal pretraining"

[[topic]]
name = "VLM"
keywords = "vision language model"
"""


def dropped(house: House, name: str, data: bytes | None = None) -> tuple[int, int, int]:
    """Read one dump; return (papers, new, known)."""
    house.drop_bytes(name, (DUMPS / name).read_bytes() if data is None else data)
    report = house.ingest()
    return (
        report.total("papers"),
        report.total("new"),
        report.total("unchanged") + report.total("merged"),
    )


def papers(house: House) -> int:
    with house.app.open_store(write=False) as store:
        return history.paper_count(store)


def test_read_in_order_each_dump_brings_what_is_new_and_knows_the_rest(house: House) -> None:
    assert dropped(house, FILES[0]) == (96, 96, 0)
    assert dropped(house, FILES[1]) == (266, 249, 17)
    assert dropped(house, FILES[2]) == (119, 101, 18)
    assert papers(house) == 446


@pytest.mark.parametrize("order", list(itertools.permutations(FILES)))
def test_in_any_order_there_are_446_papers(house: House, order: tuple[str, ...]) -> None:
    assert sum(dropped(house, name)[0] for name in order) == 481
    assert papers(house) == 446


def test_all_in_one_run_there_are_446_papers(house: House) -> None:
    for name in FILES:
        house.drop_bytes(name, (DUMPS / name).read_bytes())

    assert house.ingest().total("new") == 446


def test_read_again_nothing_changes(house: House) -> None:
    for name in FILES:
        dropped(house, name)
    for name in FILES:
        assert dropped(house, name) == (0, 0, 0)


def test_a_copy_from_a_mirror_is_no_news(house: House) -> None:
    for name in FILES:
        dropped(house, name)
    with house.app.open_store(write=False) as store:
        before = history.newest_change(store)
    for name in FILES:
        mirrored = re.sub(
            rb"https?://[^/\s]+", b"https://mirror.example.org", (DUMPS / name).read_bytes()
        )
        dropped(house, name, mirrored)

    with house.app.open_store(write=False) as store:
        assert history.newest_change(store) == before


def test_two_keywords_find_25_and_101_papers_with_every_hit_marked(tmp_path: Path) -> None:
    house = House.built(tmp_path, config=CONFIG, ada=READER)
    for name in FILES:
        house.drop_bytes(name, (DUMPS / name).read_bytes())
    house.ingest()

    with house.app.open_store(write=False) as store:
        draft = preview(store, house.app.press, house.app.readers(store)[0], house.now)

    assert {topic.name: len(topic.finds) for topic in draft.finds.topics} == {
        "Pretraining": 25,
        "VLM": 101,
    }
    for find in draft.finds.by_paper.values():
        shown = {"title": display(find.paper.title), "abstract": display(find.paper.abstract)}
        for hit in find.hits():
            assert shown[hit.field][hit.start : hit.end] == hit.text
    house.close()


def test_every_paper_shown_whole_in_a_preview_has_its_words_marked(tmp_path: Path) -> None:
    house = House.built(tmp_path, config=CONFIG, ada=READER.replace("limit = 500\n", ""))
    for name in FILES:
        house.drop_bytes(name, (DUMPS / name).read_bytes())
    house.ingest()

    with house.app.open_store(write=False) as store:
        draft = preview(store, house.app.press, house.app.readers(store)[0], house.now)

    assert draft.digest is not None
    whole = [entry for section in draft.digest.digest.sections for entry in section.full]
    assert len(whole) == 40
    for entry in whole:
        assert entry.title.marks or entry.excerpt.marks
    house.close()


def test_a_digest_of_the_real_papers_shows_each_once(house: House) -> None:
    house.write("subscriptions/ada.toml", READER)
    for name in FILES:
        house.drop_bytes(name, (DUMPS / name).read_bytes())
    house.run()

    titles = house.titles()[0]
    assert len(titles) == len(set(titles))
