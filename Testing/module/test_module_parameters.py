"""What a person chooses: panel, parameter node and engine say the same, also in a scene that is opened again."""

from __future__ import annotations

import gc
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from nodeo import settings as engine

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"
UI = MODULE.parent / "Resources" / "UI" / "NODEORegistration.ui"
PRESETS = tuple(json.loads((MODULE.parent / "nodeo" / "presets.json").read_text(encoding="utf-8")))
BOUND = {  # parameter: (class of its widget, name of its widget)
    entry.find("./property[@name='SlicerParameterName']/string").text: (entry.get("class"), entry.get("name"))
    for entry in ElementTree.parse(UI).iter("widget")
    if entry.find("./property[@name='SlicerParameterName']") is not None
}
NODES = {
    "fixedVolume": "vtkMRMLScalarVolumeNode",
    "movingVolume": "vtkMRMLScalarVolumeNode",
    "fixedMask": "vtkMRMLSegmentationNode",
    "movingMask": "vtkMRMLLabelMapVolumeNode",
    "initialTransform": "vtkMRMLLinearTransformNode",
    "fixedPoints": "vtkMRMLMarkupsFiducialNode",
    "movingPoints": "vtkMRMLMarkupsFiducialNode",
    "fixedStructures": "vtkMRMLSegmentationNode",
    "movingStructures": "vtkMRMLLabelMapVolumeNode",
    **{f"channel{number}{side}": "vtkMRMLScalarVolumeNode" for number in (2, 3, 4, 5) for side in ("Fixed", "Moving")},
    "outputTransform": "vtkMRMLTransformNode",
    "outputWarped": "vtkMRMLScalarVolumeNode",
    "outputJacobian": "vtkMRMLScalarVolumeNode",
    "outputInverse": "vtkMRMLTransformNode",
}
CHANGED = {  # a value that is no default, in every parameter that holds no node
    "initial": "RIGID",
    "seriesScope": "SHOWN",
    "seriesReference": "MEAN",
    "seriesFrame": 4,
    "seriesMode": "TRAJECTORY",
    "seriesCyclic": True,
    "pointsFor": "GUIDE",
    "structuresFor": "MEASURE",
    **{f"channel{number}Weight": 0.25 * number for number in (2, 3, 5)},
    "channel4Weight": 0.5,
    "carryCopies": True,
    "detail": 1.5,
    "preset": "CUSTOM",
    "kernel": "AVERAGING",
    "kernel_window": 4.25,
    "kernel_window_unit": "MM",
    "kernel_passes": 3,
    "lambda_J": 125.5,
    "jacobian_floor": 0.25,
    "lambda_df": 0.625,
    "lambda_v": 0.0375,
    "lambda_s": 1.125,
    "unfold": False,
    "model": "PAPER",
    "bottleneck": 24,
    "decoder_downsampling": 3,
    "velocity_gain": 0.0125,
    "published_arithmetic": True,
    "similarity": "MIND",
    "lncc_window": 11,
    "start": "NONE",
    "penalty": "CHARBONNIER",
    "levels": "2",
    "iterations": "7",
    "solver": "RK4",
    "steps": "3",
    "time_modes": 4,
    "learning_rate": 0.125,
    "tolerance": 0.0125,
    "match_histograms": True,
    "device": "CPU",
    "threads": 3,
    "seed": 77,
    "other_settings": "crop=false",
    "createTransform": False,
    "createWarped": False,
    "createJacobian": False,
    "createInverse": True,
}


@pytest.fixture
def panel(host):
    panel = host.load(MODULE)
    yield panel
    panel.parent.exit()
    let_go(panel)  # Python may keep it, and it would look at the parameters of the next test


def volumes(*names):
    """Volumes of noise."""
    import slicer

    random = np.random.default_rng(0)
    return [slicer.util.addVolumeFromArray(random.random((9, 9, 9)).astype(np.float32), None, name) for name in names]


def widget(panel, parameter):
    return getattr(panel.ui, BOUND[parameter][1])


def shown(panel, parameter):
    """What a person reads from the widget of a parameter."""
    there = widget(panel, parameter)
    kind = BOUND[parameter][0]
    if kind == "qMRMLNodeComboBox":
        return there.currentNodeID
    name = {"QCheckBox": "checked", "QComboBox": "currentText", "QLineEdit": "text"}.get(kind, "value")
    return getattr(there, name)


def typed(panel, parameter):
    """``CHANGED[parameter]`` in the parameter's own type."""
    kind = type(getattr(panel._parameters, parameter))
    value = CHANGED[parameter]
    return kind[value] if hasattr(kind, "__members__") else value


def choose(panel, preset):
    """Choose a preset in the panel, as a person does."""
    from NODEORegistrationLib.Parameters import Preset

    panel.ui.presetComboBox.currentText = Preset(preset).label()


def everything(panel):
    """{parameter: what its widget shows}"""
    return {parameter: shown(panel, parameter) for parameter in BOUND}


# --- panel, parameters and engine agree ---


def test_every_parameter_has_a_widget_and_every_widget_a_parameter(panel):
    assert set(BOUND) == set(panel._parameters.allParameters) - FILLED
    assert set(CHANGED) | set(NODES) == set(BOUND)  # the tests below know them all


def test_the_defaults_are_the_engine_s_own(panel):
    from NODEORegistrationLib.EngineSettings import engineSettings

    told = engineSettings(panel._parameters)
    assert engine.Settings.from_dict(told, engine.Settings()) == engine.Settings()
    assert panel._parameters.preset.value == "balanced"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_chosen_in_the_panel_is_the_engine_s_preset(preset, panel):
    """From whichever base the settings are read, so that nothing of the preset hides in what was not told."""
    from NODEORegistrationLib.EngineSettings import engineSettings

    choose(panel, "accurate" if preset != "accurate" else "fast")
    choose(panel, preset)
    told = engineSettings(panel._parameters)
    assert engine.Settings.from_dict(told, engine.Settings()) == engine.Settings.preset(preset)
    assert panel._parameters.preset.value == preset


@pytest.mark.parametrize("preset", PRESETS)
def test_the_widgets_can_hold_what_a_preset_sets(preset, panel):
    """A spin box clips to its range and rounds to its decimals: what is shown must be what is meant."""
    choose(panel, preset)
    for parameter, (kind, _) in BOUND.items():
        if kind in ("QSpinBox", "QDoubleSpinBox", "QLineEdit", "QCheckBox"):
            assert shown(panel, parameter) == getattr(panel._parameters, parameter), parameter


def test_parameters_of_the_engine_have_the_engine_s_names(panel):
    from NODEORegistrationLib.EngineSettings import engineSettings

    assert set(engineSettings(panel._parameters)) <= {option.name for option in fields(engine.Settings)}


def test_every_choice_of_the_panel_is_one_of_the_engine(panel):
    from NODEORegistrationLib.Parameters import (
        Device,
        InitialTransform,
        Kernel,
        Penalty,
        Preset,
        Similarity,
        Solver,
        Start,
        WindowUnit,
    )

    for choices, known in (
        (Kernel, engine.KERNELS),
        (Similarity, engine.SIMILARITIES),
        (Start, engine.STARTS),
        (Penalty, engine.PENALTIES),
        (Solver, engine.SOLVERS),
        (Preset, {*engine.PRESETS, "custom"}),
    ):
        assert {choice.value for choice in choices} == set(known)
    for unit in WindowUnit:
        engine.Settings(kernel_window=f"3.5{unit.value}")
    assert {choice.value for choice in Device} == {"auto", "cpu", "cuda"}
    assert {choice.value for choice in InitialTransform} == {
        "identity", "center", "auto", "rigid", "similarity", "affine", "points", "node",
    }  # fmt: skip


def test_changed_values_reach_the_engine_unchanged(panel):
    from NODEORegistrationLib.EngineSettings import engineSettings

    unlike = {"published_arithmetic", "detail"}  # one is refused with half of the rest, the other shifts some
    for parameter in set(CHANGED) - unlike:
        setattr(panel._parameters, parameter, typed(panel, parameter))
    told = json.loads(json.dumps(engineSettings(panel._parameters)))  # it travels as a file
    understood = engine.Settings.from_dict(told)
    assert understood.kernel_window == "4.25mm"
    assert (understood.kernel, understood.similarity, understood.solver) == ("averaging", "mind", "rk4")
    assert (understood.start, understood.penalty) == ("none", "charbonnier")
    assert (understood.levels, understood.iterations, understood.steps) == ((2,), (7,), (3,))
    same = [name for name, value in CHANGED.items() if not isinstance(value, str) and hasattr(understood, name)]
    assert len(same) > 15
    for name in same:
        if name not in ("kernel_window", "published_arithmetic"):
            assert getattr(understood, name) == CHANGED[name], name
    assert understood.crop is False


@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_the_ends_of_every_range_are_allowed_by_the_engine(bound, panel):
    from NODEORegistrationLib.EngineSettings import engineSettings

    for parameter in [name for name, (kind, _) in BOUND.items() if "SpinBox" in kind]:
        there = widget(panel, parameter)
        before, there.value = there.value, getattr(there, bound)
        assert getattr(panel._parameters, parameter) == getattr(there, bound), parameter
        engine.Settings.from_dict(engineSettings(panel._parameters))
        there.value = before


def test_a_custom_panel_tells_the_run_all_of_it(panel):
    """The preset that the worker is given is then only a base, of which nothing may remain visible."""
    from NODEORegistrationLib import requestFromParameters

    choose(panel, "accurate")
    panel.ui.lambdaSSpinBox.value = 0.75
    request = requestFromParameters(panel._parameters)
    merged = engine.Settings.from_dict(request.settings, engine.Settings.preset(request.preset))
    assert merged == engine.Settings.preset("accurate").replace(lambda_s=0.75)


# --- presets follow the values ---


FILLED = {"result", "structuresLeftOut", "channels"}  # their widgets list what the scene holds
OWN = (
    "initial", "similarity", "start", "penalty", "detail", "device", "threads", "seed", "match_histograms",
    "other_settings", "pointsFor", "structuresFor", "carryCopies",
    "seriesScope", "seriesReference", "seriesFrame", "seriesMode", "seriesCyclic",
    *(f"channel{number}Weight" for number in (2, 3, 4, 5)),
)  # fmt: skip


def test_any_value_changed_by_hand_makes_the_preset_custom(panel):
    for parameter in set(CHANGED) - {*OWN, "preset"} - {name for name in CHANGED if name.startswith("create")}:
        choose(panel, "accurate")
        setattr(panel._parameters, parameter, typed(panel, parameter))
        assert panel._parameters.preset.value == "custom", parameter
        assert panel.ui.presetComboBox.currentText == "Custom"


def test_what_is_the_user_s_own_leaves_the_preset(panel):
    for parameter in (*OWN, *(name for name in CHANGED if name.startswith("create"))):
        setattr(panel._parameters, parameter, typed(panel, parameter))
        assert panel._parameters.preset.value == "balanced", parameter


def test_blanks_in_a_list_are_no_change(panel):
    panel.ui.levelsLineEdit.text = "4,2,1"
    assert panel._parameters.preset.value == "balanced"


def test_choosing_custom_keeps_the_values(panel):
    choose(panel, "accurate")
    choose(panel, "custom")
    assert panel._parameters.iterations == "80, 60, 40"


# --- widgets and parameters follow each other ---


def test_every_widget_follows_its_parameter(panel):
    for parameter in CHANGED:
        before, value = shown(panel, parameter), typed(panel, parameter)
        setattr(panel._parameters, parameter, value)
        after = shown(panel, parameter)
        assert after != before or parameter == "preset"  # that is custom by then
        assert after == (value.label() if hasattr(value, "label") else value), parameter


def test_every_parameter_follows_its_widget(panel):
    for parameter in CHANGED:
        value, there, kind = typed(panel, parameter), widget(panel, parameter), BOUND[parameter][0]
        name = {"QCheckBox": "checked", "QComboBox": "currentText", "QLineEdit": "text"}.get(kind, "value")
        setattr(there, name, value.label() if hasattr(value, "label") else value)
        assert getattr(panel._parameters, parameter) == value, parameter


def test_node_selectors_and_parameters_follow_each_other(panel):
    import slicer

    for parameter, kind in NODES.items():
        one, other = (slicer.mrmlScene.AddNewNodeByClass(kind, f"{parameter} {name}") for name in "ab")
        widget(panel, parameter).setCurrentNode(one)
        assert getattr(panel._parameters, parameter) is one, parameter
        setattr(panel._parameters, parameter, other)
        assert widget(panel, parameter).currentNode() is other, parameter


@pytest.mark.parametrize("name", ["fixedVolumeSelector", "movingVolumeSelector", "outputWarpedSelector"])
def test_volume_selectors_offer_neither_label_maps_nor_color_volumes(name, panel):
    import slicer

    there = getattr(panel.ui, name)
    for kind in ("vtkMRMLLabelMapVolumeNode", "vtkMRMLVectorVolumeNode"):
        slicer.mrmlScene.AddNewNodeByClass(kind)
    assert there.nodeCount() == 0


def test_a_value_finer_than_the_widget_shows_survives_the_panel(panel):
    """A script may say 0.12345; looking at it must not round it."""
    panel._parameters.lambda_s = 0.12345
    panel.exit()
    panel.enter()
    panel.ui.seedSpinBox.value = 5
    assert panel._parameters.lambda_s == 0.12345


def test_the_panel_follows_a_script_at_once(panel):
    """VTK calls the first observer of an event last: here that of the parameters which the panel reads."""
    import slicer

    from NODEORegistration import NODEORegistrationLogic

    panel.parent.exit()
    slicer.mrmlScene.RemoveNode(panel.logic.getParameterNode().parameterNode)
    let_go(panel)
    panel.parent.enter()  # a node that nobody observed before
    parameters = NODEORegistrationLogic().getParameterNode()
    parameters.fixedVolume, parameters.movingVolume = volumes("one", "other")
    assert readiness(panel) == ""
    parameters.levels = "coarse"
    assert readiness(panel).startswith("Levels needs whole numbers")


# --- scenes ---


def test_a_saved_scene_opens_with_the_same_panel(panel, host, tmp_path):
    import slicer

    for parameter in CHANGED:
        setattr(panel._parameters, parameter, typed(panel, parameter))
    for index, (parameter, kind) in enumerate(NODES.items()):
        node = slicer.mrmlScene.AddNewNodeByClass(kind, f"node {index}")
        if node.IsA("vtkMRMLVolumeNode"):
            slicer.util.updateVolumeFromArray(node, np.full((9, 9, 9), index, np.uint8))
        setattr(panel._parameters, parameter, node)
    before = everything(panel)
    names = {parameter: getattr(panel._parameters, parameter).GetName() for parameter in NODES}
    host.saveAndReload(tmp_path / "scene.mrb")
    panel.parent.exit()
    panel.parent.enter()
    assert everything(panel) == before
    assert {parameter: getattr(panel._parameters, parameter).GetName() for parameter in NODES} == names


def test_a_closed_scene_leaves_a_fresh_panel(panel):
    import slicer

    fresh = everything(panel)
    panel._parameters.lambda_J = 5.0
    panel._parameters.fixedVolume, panel._parameters.movingVolume = volumes("one", "other")
    slicer.mrmlScene.Clear(0)
    assert everything(panel) == fresh


def test_leaving_and_entering_the_module_shows_what_changed_meanwhile(panel):
    panel.exit()
    panel.ui.seedSpinBox.value = 99  # bound to nothing now
    from NODEORegistration import NODEORegistrationLogic

    parameters = NODEORegistrationLogic().getParameterNode()
    assert parameters.seed == 0
    parameters.threads = 2
    panel.enter()
    assert (panel.ui.seedSpinBox.value, panel.ui.threadsSpinBox.value) == (0, 2)


def reopen_with(tmp_path, **replaced):
    """Save the scene, change the stored parameters as an older version might have written them, and open it.

    A value of None takes the parameter out.
    """
    import slicer

    path = tmp_path / "older.mrml"
    assert slicer.util.saveScene(str(path))
    text = path.read_text(encoding="utf-8")
    for name, value in replaced.items():
        stored = "" if value is None else f"{name} {value}"
        text, count = re.subn(rf'(parameter\d+= "){name} [^"]*"', rf'\g<1>{stored}"', text)
        assert count == 1, name
    path.write_text(text, encoding="utf-8")
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(path), {"clear": True})


OLDER = {
    "unknown names": {
        "kernel": ("UNHEARD_OF", "gaussian"),
        "kernel_window_unit": ("INCH", "vox"),
        "similarity": ("SSD", "auto"),
        "start": ("WARM", "auto"),
        "penalty": ("HUBER", "auto"),
        "solver": ("TSIT5", "midpoint"),
        "initial": ("MAGIC", "identity"),
        "device": ("TPU", "auto"),
        "model": ("UNET", "flow"),
    },
    "no numbers": {
        "kernel_window": ("wide", 2.5),
        "kernel_passes": ("1.5", 1),
        "lambda_df": ("", 0.45),
        "time_modes": ("many", 2),
        "match_histograms": ("perhaps", False),
    },
    "numbers that are none": {"kernel_window": ("nan", 2.5), "lambda_J": ("inf", 3000.0), "lambda_s": ("nan", 0.25)},
    "out of range": {
        "kernel_window": ("-2.0", 2.5),
        "kernel_passes": ("0", 1),
        "lambda_df": ("1e9", 0.45),
        "lncc_window": ("1", 9),
        "learning_rate": ("0.0", 0.08),
        "threads": ("-3", 0),
        "seed": ("2147483648", 0),
        "tolerance": ("-1.0", 0.0001),
    },
    "larger than an integer": {"seed": ("99999999999", 0)},
    "missing": {
        "kernel_window": (None, 2.5),
        "start": (None, "auto"),
        "penalty": (None, "auto"),
        "lambda_df": (None, 0.45),
        "iterations": (None, "80, 60, 40"),
        "unfold": (None, True),
        "createWarped": (None, True),
    },
}


@pytest.mark.parametrize("wrong", ["unknown names", "no numbers", "missing"])
def test_in_an_open_panel_an_older_scene_falls_back_to_its_preset(wrong, panel, host, tmp_path):
    assert_falls_back(OLDER[wrong], panel, host, tmp_path)


@pytest.mark.parametrize("wrong", OLDER)
def test_what_an_older_scene_has_wrong_falls_back_to_its_preset(wrong, panel, host, tmp_path):
    assert_falls_back(OLDER[wrong], panel, host, tmp_path, leave=True)


def let_go(panel):
    """Leave no trace of the parameters in a panel that is not shown, and wherever else they were named."""
    panel._presetFollower = None
    panel.logic.forgetParameterNode()
    gc.collect()


def assert_falls_back(wrong, panel, host, tmp_path, leave=False):
    """The stored preset is Accurate: its values are taken, not the defaults; the rest stays; nothing is raised.

    Args:
        wrong: {parameter: (text in the scene, value afterwards)}
        leave: open the scene while another module is shown, with no trace of the panel before.
    """
    choose(panel, "accurate")
    if leave:
        panel.parent.exit()
        let_go(panel)
    reopen_with(tmp_path, **{name: stored for name, (stored, _) in wrong.items()})
    panel.parent.enter()
    found = {name: getattr(panel._parameters, name) for name in (*wrong, "preset", "steps")}
    panel.parent.exit()
    let_go(panel)  # a test that fails is kept, and its panel with it
    faults = list(host.faults)
    host.faults.clear()  # told here, not once more by the fixture
    assert {name: getattr(value, "value", value) for name, value in found.items()} == {
        **{name: expected for name, (_, expected) in wrong.items()},
        "preset": "accurate",
        "steps": "1",
    }
    assert not faults, faults[0]


def test_an_unknown_preset_becomes_custom_and_keeps_its_values(panel, tmp_path):
    """The values that were saved say more than a name that nobody knows any more."""
    choose(panel, "accurate")
    panel.parent.exit()
    let_go(panel)
    reopen_with(tmp_path, preset="ULTRA")
    panel.parent.enter()
    assert panel._parameters.iterations == "80, 60, 40"
    assert panel._parameters.preset.value == "custom"


def test_an_empty_list_of_an_older_scene_is_told_at_the_button(panel, tmp_path):
    """Free text cannot be out of range; it is judged where it is used."""
    panel._parameters.fixedVolume, panel._parameters.movingVolume = volumes("one", "other")
    reopen_with(tmp_path, levels="coarse")
    panel._parameters.fixedVolume, panel._parameters.movingVolume = volumes("one", "other")
    assert panel.ui.registerButton.toolTip.startswith("Levels needs whole numbers")


def test_references_to_nodes_that_are_not_in_the_scene_are_none(panel, tmp_path):
    import slicer

    one, other = volumes("one", "other")
    panel._parameters.fixedVolume, panel._parameters.movingVolume = one, other
    path = tmp_path / "older.mrml"
    assert slicer.util.saveScene(str(path))
    text = path.read_text(encoding="utf-8").replace(f":{one.GetID()};", ":vtkMRMLScalarVolumeNode987;")
    path.write_text(re.sub(r"<Volume[^>]*?name=\"one\".*?</Volume>", "", text, flags=re.S), encoding="utf-8")
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(path), {"clear": True})
    assert panel._parameters.fixedVolume is None
    assert panel.ui.registerButton.toolTip.startswith("Choose a fixed volume")


def test_a_reference_to_a_node_of_another_kind_is_not_taken_for_a_volume(panel):
    import slicer

    node = panel._parameters.parameterNode
    panel.exit()
    wrong = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "no volume")
    node.SetNodeReferenceID("fixedVolume", wrong.GetID())
    panel.enter()
    assert not panel.ui.registerButton.enabled
    assert panel.ui.registerButton.toolTip.startswith("Choose a fixed volume")


# --- why Register cannot be pressed ---


def readiness(panel):
    button = panel.ui.registerButton
    return "" if button.enabled else button.toolTip


def test_the_first_thing_asked_for_is_a_fixed_volume(panel):
    assert readiness(panel).startswith("Choose a fixed volume")


def test_with_two_volumes_register_is_ready_at_once(panel, host):
    one, other = volumes("one", "other")
    host.wait(lambda: panel.ui.registerButton.enabled, 2.0)
    assert (panel._parameters.fixedVolume, panel._parameters.movingVolume) == (one, other)


def test_with_three_volumes_nothing_is_guessed(panel, host):
    volumes("one", "two", "three")
    host.wait(0.05)
    assert panel._parameters.fixedVolume is None


WRONG = [
    ({"movingVolume": None}, "Choose a moving volume"),
    ({"initial": "NODE"}, "Choose the transform to start from"),
    ({"initial": "POINTS"}, "Choose points of both volumes under Guidance"),
    ({"levels": ""}, "Levels needs whole numbers"),
    ({"levels": "4; 2"}, "Levels needs whole numbers"),
    ({"levels": "4, 3"}, "Levels lists shrink factors"),
    ({"levels": "1, 2, 4"}, "Levels lists shrink factors"),
    ({"iterations": "50, 40"}, "Iterations has 2 values for 3 levels"),
    ({"iterations": "fifty"}, "Iterations needs whole numbers"),
    ({"iterations": "0, 1, 1"}, "Iterations needs whole numbers"),
    ({"steps": "1, 2, 3, 4"}, "Solver steps has 4 values for 3 levels"),
    ({"model": "PAPER"}, "The model Paper has one level"),
    ({"model": "PAPER", "levels": "1", "iterations": "9", "start": "SEARCH"}, "The model Paper starts from rest"),
    ({"lncc_window": 6}, "The correlation window must be odd"),
    ({"other_settings": "crop"}, "'crop' under Other settings"),
    ({"other_settings": "=3"}, "'=3' under Other settings"),
    (dict.fromkeys(("createTransform", "createWarped", "createJacobian", "createInverse"), False), "Choose at least"),
]


def test_a_wrong_choice_is_told_in_a_sentence_and_put_right_it_is_forgotten(panel):
    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = volumes("one", "other")
    assert readiness(panel) == ""
    for changes, sentence in WRONG:
        before = {name: getattr(parameters, name) for name in changes}
        for name, value in changes.items():
            kind = type(before[name])
            setattr(parameters, name, kind[value] if hasattr(kind, "__members__") else value)
        assert readiness(panel).startswith(sentence), changes
        assert readiness(panel).endswith(".")
        for name, value in before.items():
            setattr(parameters, name, value)
        assert readiness(panel) == "", changes


def test_one_volume_cannot_be_both(panel):
    one, _ = volumes("one", "other")
    panel._parameters.fixedVolume = panel._parameters.movingVolume = one
    assert "are the same" in readiness(panel)


def test_an_input_is_no_output(panel):
    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = volumes("one", "other")
    parameters.outputWarped = parameters.movingVolume
    assert readiness(panel) == "other is an input: choose another output."
    parameters.createWarped = False  # then it does not matter
    assert readiness(panel) == ""


def test_two_outputs_need_two_nodes(panel):
    import slicer

    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = volumes("one", "other")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "both")
    parameters.createInverse = True
    parameters.outputTransform = parameters.outputInverse = node
    assert readiness(panel) == "both is chosen for two outputs: choose two nodes."


def test_a_transform_node_that_cannot_hold_the_result_is_refused(panel):
    import slicer

    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = volumes("one", "other")
    for kind in ("Linear", "Grid", "BSpline"):
        parameters.outputTransform = slicer.mrmlScene.AddNewNodeByClass(f"vtkMRML{kind}TransformNode", "narrow")
        assert readiness(panel).startswith("narrow is a "), kind


def test_other_settings_that_the_engine_does_not_know_are_refused_by_it(panel):
    """The panel checks the form only; the engine knows the names."""
    from nodeo.errors import InputError
    from NODEORegistrationLib.EngineSettings import engineSettings

    for text in ("nonsense=1", "lambda_j=3", "crop=perhaps"):
        panel._parameters.other_settings = text
        with pytest.raises(InputError):
            engine.Settings.from_dict(engineSettings(panel._parameters))
