"""The module speaks another language: every text can be found and translated, and the panel still fits."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from . import update

MODULE = update.MODULE / "NODEORegistration.py"
WIDTH = 400  # of the panel, as Slicer opens it
ENOUGH = 0.75  # of the texts have to be translated; the others stay English
FIELD = re.compile(r"{(\w+)(?:[:!][^}]*)?}")


def messages(file: Path) -> dict[tuple[str, str], str]:
    """The translation, "" where there is none, of each text in its context."""
    return {
        (group.findtext("name"), message.findtext("source")): message.findtext("translation") or ""
        for group in ElementTree.parse(file).getroot().iter("context")
        for message in group.iter("message")
    }


GERMAN = messages(update.TRANSLATIONS / update.GERMAN)


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The German file, compiled as Slicer's Language Tools do it."""
    compiled = tmp_path_factory.mktemp("translations") / "NODEO_de-DE.qm"
    tool = Path(sys.executable).parent / "pyside6-lrelease"
    subprocess.run(
        [tool, update.TRANSLATIONS / update.GERMAN, "-qm", compiled], check=True, capture_output=True, timeout=60
    )
    return compiled


def test_every_text_of_the_module_is_in_the_files(tmp_path: Path) -> None:
    fresh = tmp_path / update.TEMPLATE
    update.update(fresh)
    now = set(messages(fresh))
    assert len(now) > 400
    for name in (update.TEMPLATE, update.GERMAN):
        standing = set(messages(update.TRANSLATIONS / name))
        assert now - standing == set() and standing - now == set(), "Run python Testing/translations/update.py"


def test_what_is_translated_survives_an_update(tmp_path: Path) -> None:
    shutil.copy(update.TRANSLATIONS / update.GERMAN, tmp_path)
    update.update(tmp_path / update.GERMAN)
    assert messages(tmp_path / update.GERMAN) == GERMAN


def test_german_is_nearly_whole_and_keeps_the_fields() -> None:
    translated = {source: text for (_, source), text in GERMAN.items() if text}
    assert len([text for text in GERMAN.values() if text]) > ENOUGH * len(GERMAN)
    for source, text in translated.items():
        assert sorted(FIELD.findall(source)) == sorted(FIELD.findall(text)), source
        assert source.endswith(":") == text.endswith(":"), source


def test_names_of_parameters_are_no_texts() -> None:
    """Translated, they would bind a widget to nothing: notr="true" says so in the .ui file."""
    tree = ElementTree.parse(update.MODULE / "Resources" / "UI" / "NODEORegistration.ui")
    names = [entry.find("string") for entry in tree.iter("property") if entry.get("name") == "SlicerParameterName"]
    assert len(names) > 50
    assert [name.text for name in names if name.get("notr") != "true"] == []


def test_a_text_that_is_put_together_before_it_is_translated_is_refused() -> None:
    assert [text.value for text in update.texts('_("a")\nx(_("b {n}").format(n=1))\n')] == ["a", "b {n}"]
    for wrong in ('_(f"a {n}")', '_("a" + b)', '_("a", b)'):
        with pytest.raises(ValueError, match="line 1: only a text as it stands"):
            update.texts(wrong)


def test_the_context_is_that_of_slicer() -> None:
    library = update.MODULE / "NODEORegistrationLib"
    assert update.context(MODULE) == "NODEORegistration"
    assert update.context(library / "Options.py") == "NODEORegistrationLib.Options"
    assert update.context(library / "panel" / "RegisterButton.py") == "panel.RegisterButton"


def test_the_panel_speaks_german_and_works(host, german: Path, tmp_path: Path) -> None:
    host.speak(german)
    panel = host.load(MODULE)
    from NODEORegistration import NODEORegistrationTest

    ui, parameters = panel.ui, panel._parameters
    assert (ui.registerButton.text, ui.fixedVolumeLabel.text) == ("Registrieren", "Festes Volumen:")
    assert ui.reasonLabel.text == "Ein festes Volumen wählen: das, das bleibt, wo es ist."
    assert [ui.presetComboBox.itemText(index) for index in range(3)] == ["Schnell", "Ausgewogen", "Genau"]
    parameters.fixedVolume, parameters.movingVolume = NODEORegistrationTest().loadSmallPair(3)
    parameters.preset = type(parameters.preset).FAST
    ui.registerButton.click()
    assert ui.registerButton.text == "Abbrechen"
    host.wait(lambda: panel._run is None, 60)
    assert "Keine Faltung." in ui.verdictLabel.text and ui.stageLabel.text.startswith("Fertig in")
    for name in dir(ui):
        if name.endswith("CollapsibleButton"):
            getattr(ui, name).collapsed = False
    needed, _ = host.grab(panel.parent, tmp_path / "panel.png", WIDTH)
    assert needed <= WIDTH, "A German text is too long for the panel."


def test_without_a_translation_the_panel_is_english_again(host, german: Path) -> None:
    host.speak(german)
    host.speak(None)
    assert host.load(MODULE).ui.registerButton.text == "Register"


def test_a_file_that_is_no_translation_is_told(host, tmp_path: Path) -> None:
    (tmp_path / "x.qm").write_bytes(b"nothing")
    with pytest.raises(AssertionError, match="is no translation"):
        host.speak(tmp_path / "x.qm")
