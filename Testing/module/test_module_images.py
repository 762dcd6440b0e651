"""What the images are, in words and as an acronym: two looks at one choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from nodeo.settings import Settings

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"
KINDS = {
    "lncc": "Same kind of scan",
    "mse": "Same kind of scan",
    "mi": "Different kinds",
    "mind": "Different kinds",
    "different": "Different kinds",
    "auto": "Find out",
}
STANDS_FOR = {"Same kind of scan": "lncc", "Different kinds": "different", "Find out": "auto"}


@pytest.fixture
def panel(host):
    panel = host.load(MODULE)
    yield panel
    panel.parent.exit()


def choose(panel, title: str) -> None:
    """Choose a kind of images in the panel, as a person does."""
    box = panel.ui.imagesComboBox
    index = [box.itemText(index) for index in range(box.count)].index(title)
    box.setCurrentIndex(index)
    box.activated(index)


def told(panel) -> Settings:
    """What the engine is told."""
    from NODEORegistrationLib.EngineSettings import engineSettings

    return Settings.from_dict(engineSettings(panel._parameters))


def test_three_answers_are_offered(panel) -> None:
    box = panel.ui.imagesComboBox
    assert [box.itemText(index) for index in range(box.count)] == list(STANDS_FOR)
    assert "What are the images?" in box.toolTip


@pytest.mark.parametrize("title", STANDS_FOR)
def test_an_answer_chooses_a_similarity(panel, title: str) -> None:
    from NODEORegistrationLib.Parameters import Similarity

    choose(panel, "Same kind of scan" if title != "Same kind of scan" else "Find out")
    choose(panel, title)
    assert told(panel).similarity == STANDS_FOR[title]
    assert panel.ui.similarityComboBox.currentText == Similarity(STANDS_FOR[title]).label()
    assert panel._parameters.preset.value == "balanced"


@pytest.mark.parametrize("similarity", KINDS)
def test_a_similarity_chosen_under_advanced_is_an_answer(panel, similarity: str) -> None:
    from NODEORegistrationLib.Parameters import Similarity

    panel.ui.similarityComboBox.currentText = Similarity(similarity).label()
    assert panel.ui.imagesComboBox.currentText == KINDS[similarity]
    choose(panel, KINDS[similarity])
    assert told(panel).similarity == similarity, "the answer that is shown keeps what was chosen with care"


def test_every_similarity_belongs_to_an_answer(panel) -> None:
    from NODEORegistrationLib.Parameters import Similarity

    assert {choice.value for choice in Similarity} == set(KINDS)


def test_the_window_of_the_correlation_counts_where_it_may_be_chosen(panel) -> None:
    for title, counts in (("Same kind of scan", True), ("Find out", True), ("Different kinds", False)):
        choose(panel, title)
        assert panel.ui.lnccWindowSpinBox.enabled == counts


def test_another_scene_shows_its_own_answer(panel) -> None:
    import slicer

    choose(panel, "Different kinds")
    slicer.mrmlScene.Clear(0)
    assert panel.ui.imagesComboBox.currentText == KINDS[panel._parameters.similarity.value]
    assert told(panel).similarity == Settings().similarity


def test_the_result_says_what_was_chosen(panel) -> None:
    from NODEORegistrationLib.scene.ResultSummary import summaryRows

    metrics = {"similarity": {"name": "mi", "before": 0.9, "after": 0.4, "chosen": "The grey levels go together."}}
    names = {name: value for name, value, _ in summaryRows(metrics)}
    assert names["Similarity chosen"] == "The grey levels go together." and "Similarity loss (mi)" in names
    del metrics["similarity"]["chosen"]
    assert "Similarity chosen" not in {name for name, _, _ in summaryRows(metrics)}
