"""The panel for hands without a mouse and eyes that see colors otherwise."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import colour_vision
import numpy as np
import pytest

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"
UI = MODULE.parent / "Resources" / "UI" / "NODEORegistration.ui"
INPUTS = (
    "QPushButton", "QToolButton", "QCheckBox", "QComboBox", "QSpinBox", "QDoubleSpinBox", "QLineEdit", "QTableWidget",
    "ctkSliderWidget", "qMRMLNodeComboBox",
)  # fmt: skip
FIELDS = [kind for kind in INPUTS if kind not in ("QPushButton", "QToolButton", "QCheckBox")]
LIGHT, DARK = "#efefef", "#323232"  # behind the words in Slicer's two styles


@pytest.fixture
def panel(host):
    return host.load(MODULE)


def inputs(panel) -> list:
    """Every widget of the .ui file that takes an input, in the order of the file."""
    names = [entry.get("name") for entry in ElementTree.parse(UI).iter("widget") if entry.get("class") in INPUTS]
    return [getattr(panel.ui, name) for name in names]


def test_everything_that_takes_an_input_has_a_tool_tip(panel):
    found = inputs(panel)
    assert len(found) > 70
    assert [widget.objectName for widget in found if not widget.toolTip] == []


def test_a_screen_reader_is_told_what_each_field_is(panel):
    nameless, seen = [], 0
    for form in ElementTree.parse(UI).iterfind(".//layout[@class='QFormLayout']"):
        cells = {(item.get("row"), item.get("column")): item for item in form.findall("item")}
        for (row, column), item in cells.items():
            label = item.find("./widget[@class='QLabel']")
            field = next(cells[row, "1"].iter("widget"), None) if (row, "1") in cells else None
            if column != "0" or label is None or field is None or field.get("class") not in FIELDS:
                continue
            seen += 1
            said, meant = getattr(panel.ui, label.get("name")), getattr(panel.ui, field.get("name"))
            if said.buddy() is not meant or not said.toolTip:
                nameless.append(f"{label.get('name')} and {field.get('name')}")
    assert seen > 40
    assert nameless == [], "Call them alike: seedLabel, seedSpinBox."


def test_the_tab_key_goes_down_the_panel(host, panel):
    import qt

    for name in dir(panel.ui):
        if name.endswith("CollapsibleButton"):
            getattr(panel.ui, name).collapsed = False
    host.wait(0.05)
    places, widget = [], panel.parent
    for _ in range(2000):
        widget = widget.nextInFocusChain()
        if widget is panel.parent:
            break
        if widget.visible and widget.enabled and widget.focusPolicy & qt.Qt.TabFocus and widget.objectName:
            places.append((widget.mapTo(panel.parent, qt.QPoint(0, 0)).y(), widget.objectName))
    names = [name for _, name in places]
    assert len(places) > 50 and names.index("presetComboBox") < names.index("lambdaJSpinBox") < names.index(
        "seedSpinBox"
    )
    up = [(one, other) for one, other in pairwise(places) if other[0] < one[0] - 20]
    assert up == []


def test_register_has_a_key_of_its_own_also_when_it_has_been_cancel(host, panel):
    import qt

    from NODEORegistration import NODEORegistrationTest

    key = qt.QKeySequence("Ctrl+Return")
    assert panel.ui.registerButton.shortcut == key
    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = NODEORegistrationTest().loadSmallPair(2)
    panel.ui.registerButton.click()
    assert panel.ui.registerButton.text == "Cancel" and panel.ui.registerButton.shortcut == key
    host.wait(lambda: panel._run is None, 60)
    assert panel.ui.registerButton.text == "Register" and panel.ui.registerButton.shortcut == key


# --- colors -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def jacobian(panel):
    from NODEORegistrationLib.scene import JacobianColors

    return JacobianColors


@pytest.mark.parametrize("eyes", colour_vision.EYES)
def test_det_j_can_be_read_with_any_eyes(eyes: str, jacobian):
    smaller, larger = np.linspace(0.01, 0.75, 50), np.linspace(1.25, 2.0, 50)
    fold = jacobian.jacobianColor(np.array([-1.0, 0.0]))
    ramp = jacobian.jacobianColor(np.linspace(0.01, 2.0, 200))
    assert colour_vision.apart(fold, ramp, eyes).min() > 35.0
    assert colour_vision.apart(jacobian.jacobianColor(smaller), jacobian.jacobianColor(larger), eyes).min() > 20.0
    kept = jacobian.jacobianColor(np.array([1.0]))
    assert colour_vision.apart(kept, jacobian.jacobianColor(np.array([0.75, 1.25])), eyes).min() > 10.0


def test_magenta_beside_the_blues_would_be_found_out(jacobian):
    """The color that folds had before."""
    ramp = jacobian.jacobianColor(np.linspace(0.01, 2.0, 200))
    assert colour_vision.apart(np.array([[1.0, 0.0, 1.0]]), ramp, "deuteranopia").min() < 25.0


@pytest.mark.parametrize("eyes", ["all receptors", "protanopia", "deuteranopia"])
def test_folds_in_a_report_can_be_told_from_the_rest(eyes: str):
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb
    from nodeo.report.canvas import FOLD, JACOBIAN_COLOURS

    ramp = colormaps[JACOBIAN_COLOURS](np.linspace(0.0, 1.0, 200))[:, :3]
    assert colour_vision.apart(np.array([to_rgb(FOLD)]), ramp, eyes).min() > 35.0


def test_words_and_lights_can_be_read_in_both_styles(panel):
    from NODEORegistrationLib.panel import RegisterButton
    from NODEORegistrationLib.scene import Verdict

    marked = RegisterButton._MARKED.split()[-1]
    assert min(colour_vision.contrast(marked, behind) for behind in (LIGHT, DARK)) > 3.0
    assert len(set(Verdict.SHAPES.values())) == 3
    for light in Verdict.SHAPES:
        assert min(colour_vision.contrast(light, behind) for behind in (LIGHT, DARK)) > 2.2  # beside words that say it


def test_contrast_is_that_of_the_standard():
    assert colour_vision.contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert colour_vision.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
