"""What may not be meant by a query, judged by a few invented papers."""

from __future__ import annotations

from paperdigest.core.abbreviations import defined_forms
from paperdigest.core.advice import carried, doubtful_terms, missing_terms
from paperdigest.core.expression import parse_query
from paperdigest.core.near_misses import near_misses
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query
from paperdigest.core.sample import Sample
from paperdigest.core.slips import closest, slips
from paperdigest.core.tree import Field, Term
from paperdigest.core.trial import unseen
from paperdigest.core.vocabulary import Vocabulary


def sample(*titles: str) -> Sample:
    return Sample([Paper(title=title) for title in titles])


def warned(expression: str, *titles: str) -> tuple[str, ...]:
    return warned_of(parse_query(expression), sample(*titles))


def warned_of(query: Query, papers: Sample) -> tuple[str, ...]:
    missing = unseen(query, papers)
    return (*missing_terms(missing, papers, papers), *doubtful_terms(query.root, papers))


# ------------------------------------------------------------ a term that finds nothing


def test_a_slip_of_the_fingers_is_put_right_from_words_that_papers_use() -> None:
    said = warned("multimodall", *["Multimodal maps"] * 20)

    assert said == ("multimodall finds nothing · did you mean multimodal? (20 papers)",)


def test_in_a_phrase_only_the_wrong_word_is_put_right() -> None:
    said = warned('"graph nueral network"', *["A graph neural network"] * 20)

    assert said == (
        '"graph nueral network" finds nothing · did you mean "graph neural network"? (20 papers)',
    )


def test_a_slip_that_papers_make_as_well_is_put_right_too() -> None:
    said = warned(
        '"large langauge model"', *["A large language model"] * 40, "The langauge of maps"
    )

    assert 'did you mean "large language model"?' in said[0]


def test_a_word_like_no_other_gets_no_guess() -> None:
    assert warned("zeppelin", "Folding maps") == ("zeppelin finds nothing",)


def test_what_is_only_excluded_may_find_nothing() -> None:
    assert warned("maps -zeppelin", "Folding maps") == ()


def test_a_source_is_guessed_by_its_whole_name() -> None:
    papers = Sample([Paper(title="Folding maps", sources=("arxiv-cs",))])

    said = warned_of(parse_query("maps src:arxiv-sc"), papers)

    assert said == ("src:arxiv-sc finds nothing · did you mean src:arxiv-cs? (1 paper)",)


# ------------------------------------------------------------ capitals


def test_capitals_that_also_find_small_letters_are_counted() -> None:
    said = warned("RAG", "RAG for maps", "A rag of paper", "Washing a rag")

    assert said == ("RAG also finds rag in 2 of 3 · write =RAG",)


def test_a_plural_of_the_capitals_is_not_lost_by_the_literal() -> None:
    said = warned("CLIP", "CLIP for maps", "Two CLIPs", "A video clip")

    assert said == ("CLIP also finds clip in 1 of 3 · write =CLIP OR =CLIPs",)


def test_capitals_that_find_capitals_are_well() -> None:
    assert warned("RAG", "RAG for maps", "More RAGs") == ()


def test_a_literal_needs_no_warning() -> None:
    assert warned("=RAG", "RAG for maps", "A rag of paper") == ()


def test_a_plural_typed_in_capitals_is_named_with_what_it_misses() -> None:
    said = warned("GPUS", "GPUS AND OTHERS", "Maps on GPUs", "One GPU")

    assert said == ("GPUS is not read as a plural, being all in capitals · write GPUs (2 more)",)


def test_small_letters_are_not_what_a_plural_in_capitals_misses() -> None:
    assert warned("AIDS", "AIDS in maps", "Reading aids for maps") == ()


def test_a_plural_in_capitals_that_finds_nothing_is_put_right() -> None:
    assert warned("GPUS", "Maps on GPUs") == ("GPUS finds nothing · did you mean GPUs? (1 paper)",)


def test_a_name_that_ends_in_a_capital_s_is_no_plural() -> None:
    assert warned("SARS", "SARS in maps", "On SARS") == ()


# ------------------------------------------------------------ a single letter


def test_a_single_letter_that_a_compound_needs() -> None:
    said = warned("xray", "An x-ray of maps", "X rays through paper")

    assert said == ('xray misses "X rays" in 1 paper · write x-ray',)


def test_an_accident_of_two_words_is_no_compound() -> None:
    assert warned("mother", "A mother of maps", "Map M other than N") == ()


def test_a_symmetric_is_never_asymmetric() -> None:
    assert warned("asymmetric", "Asymmetric maps", "A symmetric map") == ()


# ------------------------------------------------------------ fields


def test_a_field_that_no_source_carries_is_named_with_its_terms() -> None:
    said = warned("maps author:lovelace", "Folding maps")

    assert said == ("no source carries authors · author:lovelace can find nothing",)


def test_a_field_is_carried_if_one_paper_has_it() -> None:
    papers = [Paper(title="Maps"), Paper(title="Maps", venue="Journal of Maps")]

    assert carried(papers) == {Field.TITLE, Field.VENUE}


# ------------------------------------------------------------ forms that papers define


def test_a_short_form_that_papers_define_is_offered_with_what_it_brings() -> None:
    papers = sample("Vision-language models (VLMs) read maps", "A VLM for boats", "VLMs again")

    (form,) = defined_forms(parse_query('"vision language model"').root, papers)

    assert (form.add.name, form.said, form.brings) == ("VLM", "Vision-language models (VLMs)", 2)


def test_a_long_form_that_papers_define_is_offered_for_the_short_one() -> None:
    papers = sample("Retrieval-augmented generation (RAG)", "On retrieval augmented generation")

    (form,) = defined_forms(parse_query("RAG").root, papers)

    assert (form.add.name, form.brings) == ('"retrieval augmented generation"', 1)


def test_a_short_form_of_something_longer_is_not_offered() -> None:
    papers = sample("Large vision-language models (LVLMs)", "An LVLM for boats")

    assert defined_forms(parse_query('"vision language model"').root, papers) == ()


def test_what_stands_in_brackets_without_being_a_short_form_is_not_offered() -> None:
    papers = sample("Paper maps (BETA) for all", "The BETA of boats")

    assert defined_forms(parse_query('"paper map"').root, papers) == ()


def test_forms_that_differ_in_capitals_only_are_offered_once() -> None:
    papers = sample("State of the art (SOTA) maps", "State of the art (SoTA) boats", "SOTA again")

    assert len(defined_forms(parse_query('"state of the art"').root, papers)) == 1


def test_a_form_keeps_the_field_of_its_term() -> None:
    papers = sample("Vision-language models (VLMs) read maps", "A VLM for boats")

    (form,) = defined_forms(parse_query('title:"vision language model"').root, papers)

    assert form.add.name == "title:VLM"


def test_what_brings_nothing_more_is_not_offered() -> None:
    papers = sample("Vision-language models (VLMs) read maps")

    assert defined_forms(parse_query('"vision language model"').root, papers) == ()


def test_a_form_is_counted_within_the_whole_query() -> None:
    papers = sample("Vision-language models (VLMs) read maps", "A VLM for boats", "A VLM for maps")

    (form,) = defined_forms(parse_query('"vision language model" maps').root, papers)

    assert form.brings == 1


# ------------------------------------------------------------ near misses


def test_what_is_said_instead_of_a_phrase_is_counted_however_it_is_spelled() -> None:
    papers = sample(
        "Vision and language models", "A vision-and-language model", "Vision language models"
    )

    (miss,) = near_misses(parse_query('"vision language model"').root, papers)

    assert miss.papers == 2
    assert miss.says in ("vision and language model", "vision-and-language model")


def test_what_only_one_paper_says_is_no_way_of_saying_it() -> None:
    papers = sample("Vision and language models", "Vision language models")

    assert near_misses(parse_query('"vision language model"').root, papers) == ()


def test_two_sentences_are_no_near_miss() -> None:
    papers = Sample([Paper(title="Maps", abstract="We see paper. Maps are folded.")] * 3)

    assert near_misses(parse_query('"paper map"').root, papers) == ()


# ------------------------------------------------------------ slips


def test_two_letters_swapped_are_one_slip() -> None:
    assert slips("nueral", "neural", 2) == 1


def test_far_words_are_not_measured_to_the_end() -> None:
    assert slips("transformer", "cartography", 2) == 3


def test_of_two_near_words_the_one_in_use_is_meant() -> None:
    assert closest("imagenett", {"imagenets": 1, "imagenet": 30}) == "imagenet"


def test_short_words_are_near_too_many_others() -> None:
    assert closest("tsne", {"tune": 10}) == ""


def test_the_first_letter_is_hardly_ever_wrong() -> None:
    assert closest("kmeans", {"means": 10}) == ""


def test_a_prefix_is_never_put_right() -> None:
    papers = sample("Transformers fold maps")
    term = parse_query("tarnsform*").root

    assert isinstance(term, Term)
    assert Vocabulary(papers.batch).meant(term) is None
