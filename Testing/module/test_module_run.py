"""A registration from the scene to the scene and everything that can come between, with the real worker process."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
from phantoms import Phantom, bumps, drawn, grid, middle

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"
KINDS = ["transform", "inverse", "warped", "jacobian"]

# A run of a few iterations, and one that ends only when it is ended; one thread each, to be good to the other tests.
SHORT = {"preset": "fast", "start": "none", "levels": [2], "iterations": [4], "steps": [1], "threads": 1}
ENDLESS = {**SHORT, "iterations": [1_000_000], "tolerance": 0}
PATIENCE = 10.0  # seconds: a worker that was told to stop insists on itself after 4 s, and is killed after 8 s


# --- the scene ---


def images() -> tuple[sitk.Image, sitk.Image]:
    """A fixed and a moving ball on grids of their own; every number of their geometry is exact in binary."""
    fixed = grid((24, 26, 22), (1.25, 1.0, 1.5), (-3.0, 2.5, 7.0))
    moving = grid((26, 24, 28), (1.0, 1.25, 1.25), (-1.0, 1.5, 5.0))
    ball = Phantom(middle(fixed), radius=11.0, blobs=60, grain=0.15)
    warp = bumps(middle(fixed), size=1.5)
    return drawn(lambda points: ball(warp(points)), fixed), drawn(ball, moving)


def add_volume(image: sitk.Image, name: str):
    """An image as a volume node: Slicer's world is RAS."""
    import slicer

    ijk_to_ras = np.eye(4)
    ijk_to_ras[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    ijk_to_ras[:3, 3] = image.GetOrigin()
    ijk_to_ras[:2] *= -1.0
    array = sitk.GetArrayFromImage(image)
    node = slicer.util.addVolumeFromArray(array, slicer.util.vtkMatrixFromArray(ijk_to_ras), name)
    node.CreateDefaultDisplayNodes()
    return node


def add_pair() -> SimpleNamespace:
    fixed, moving = (add_volume(image, name) for image, name in zip(images(), ("Anna", "Bert"), strict=True))
    return SimpleNamespace(fixed=fixed, moving=moving)


def pixels(node) -> np.ndarray:
    import slicer

    return slicer.util.arrayFromVolume(node).copy()


def node_ids() -> list[str]:
    import slicer

    return [slicer.mrmlScene.GetNthNode(index).GetID() for index in range(slicer.mrmlScene.GetNumberOfNodes())]


def transform_point(node, point: np.ndarray) -> np.ndarray:
    """Where the transform's FromParent direction takes a point; RAS, mm."""
    return np.array(node.GetTransformFromParent().TransformPoint(point))


# --- processes and files ---


def workers() -> dict[str, int]:
    """The worker processes of this Slicer that are alive: {"launcher" or "python": process id}."""
    import slicer

    found = {}
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            words = entry.read_bytes().decode(errors="replace").split("\0")
            if "nodeo" in words and any(word.startswith(slicer.app.temporaryPath) for word in words):
                found["launcher" if any(word.endswith("PythonSlicer") for word in words) else "python"] = int(
                    entry.parent.name
                )
    return found


def temporary_folders() -> list[Path]:
    import slicer

    return list(Path(slicer.app.temporaryPath).glob("*"))


def is_gone(host) -> bool:
    """Wait until no worker and no temporary file is left."""
    host.wait(lambda: not workers(), PATIENCE)
    return temporary_folders() == []


# --- fixtures ---


def fresh_host():
    """What the fixture ``host`` gives one test, for a class of tests."""
    if not all(importlib.util.find_spec(name) for name in ("PySide6", "slicer")):  # importing them here is too early
        pytest.skip("slicer-core and PySide6-Essentials are not installed")
    from slicer_host import start

    host = start()
    host.reset()
    return host


@pytest.fixture
def pair(host) -> Iterator[SimpleNamespace]:
    """Two volumes in a scene; whatever a test does to a run, in the end no process and no file is left."""
    yield add_pair()
    host.unload("NODEORegistration")  # a run that goes on ends with the module
    assert is_gone(host)


@pytest.fixture
def panel(host, pair):
    return open_panel(host, pair)


@pytest.fixture
def logic(host, pair):
    return open_panel(host, pair).logic


def open_panel(host, pair, preset: str = "Fast"):
    """The module's panel with both volumes and a preset chosen."""
    panel = host.load(MODULE / "NODEORegistration.py")
    panel.ui.fixedVolumeSelector.setCurrentNode(pair.fixed)
    panel.ui.movingVolumeSelector.setCurrentNode(pair.moving)
    panel.ui.presetComboBox.currentText = preset
    panel.ui.startComboBox.currentText = "Start from rest"
    panel.ui.threadsSpinBox.value = 1
    return panel


def choose(panel, settings: dict) -> None:
    """Set the panel to SHORT or ENDLESS."""
    for name, edit in (("levels", "levels"), ("iterations", "iterations"), ("steps", "steps")):
        getattr(panel.ui, f"{edit}LineEdit").text = ", ".join(map(str, settings[name]))
    panel.ui.otherSettingsLineEdit.text = "tolerance=0" if "tolerance" in settings else ""
    panel.logic.getParameterNode().other_settings = panel.ui.otherSettingsLineEdit.text


def press_register(panel, settings: dict):
    """Choose the settings and click; the run that is under way."""
    choose(panel, settings)
    panel.ui.registerButton.click()
    return panel._run


def until_iterating(host, run) -> None:
    host.wait(lambda: run.history or run.isOver())
    assert run.state == "running", run.message


def until_over(host, run) -> None:
    host.wait(run.isOver, 60.0)
    host.wait(0.01)


# --- one run of the panel, looked at from all sides ---


@pytest.fixture(scope="class")
def story() -> Iterator[SimpleNamespace]:
    """The preset Fast, from the click to the result; then the same from a script, then the panel again.

    What it tells was noted on the way; the nodes are still in the scene.
    """
    host = fresh_host()
    import qt
    import slicer

    told = SimpleNamespace(host=host, events=[], ticks=[], snapshots={}, buttons=[])
    pair = told.pair = add_pair()
    pair.moving.GetDisplayNode().AutoWindowLevelOff()
    pair.moving.GetDisplayNode().SetWindowLevelMinMax(50.0, 750.0)
    pair.moving.GetDisplayNode().SetInterpolate(0)
    panel = told.panel = open_panel(host, pair)
    panel.ui.startComboBox.currentText = "Find out"
    panel.ui.seedSpinBox.value = 3
    panel.ui.createInverseCheckBox.checked = True
    timer = qt.QTimer()
    timer.setInterval(20)
    timer.connect("timeout()", lambda: told.ticks.append(time.thread_time()))
    timer.start()

    def on_progress(event: dict) -> None:
        told.events.append(event)
        told.snapshots[event["stage"]] = host.snapshot()

    told.before = host.snapshot()
    told.buttons.append(panel.ui.registerButton.text)
    panel.ui.registerButton.click()
    told.run = panel._run
    told.buttons.append(panel.ui.registerButton.text)
    told.run.progress.connect(on_progress)
    until_over(host, told.run)
    told.buttons.append(panel.ui.registerButton.text)
    timer.stop()
    assert told.run.state == "finished", told.run.message
    told.result = told.run.nodes
    told.panel_pixels = {kind: pixels(told.result[kind]) for kind in ("warped", "jacobian")}

    told.script = panel.logic.register(pair.fixed, pair.moving, preset="fast", seed=3, threads=1)
    told.script_pixels = {kind: pixels(told.script.nodes[kind]) for kind in ("warped", "jacobian")}
    for node in told.script.nodes.values():
        slicer.mrmlScene.RemoveNode(node)
    yield told
    host.reset()


class TestOneRunOfThePanel:
    def test_tells_how_far_it_is(self, story) -> None:
        fractions = [event["fraction"] for event in story.events]
        assert fractions == sorted(fractions)
        assert fractions[0] >= 0.0 and fractions[-1] <= 1.0

    def test_tells_what_it_is_doing(self, story) -> None:
        stages = list(dict.fromkeys(event["stage"] for event in story.events))
        assert stages[0] == "Starting" or stages[0] == "Sending the volumes"
        assert stages[-1] == "Loading the result"
        assert len(stages) >= 5

    def test_tells_the_loss_of_every_level(self, story) -> None:
        levels = {event["level"] for event in story.events if event.get("loss") is not None}
        assert levels == {1, 2}
        first = [event["loss"] for event in story.run.history if event["level"] == 1]
        assert len(first) > 10
        assert first[-1] < first[0]

    def test_leaves_the_application_free(self, story) -> None:
        """Its timer goes on; between two ticks the application's own thread works for less than a second.

        Processor time: how long it has to wait for a core is the machine's affair.
        """
        assert len(story.ticks) > 20
        assert np.diff(story.ticks).max() < 1.0

    def test_turns_register_into_cancel_and_back(self, story) -> None:
        assert story.buttons == ["Register", "Cancel", "Register"]

    def test_changes_nothing_in_the_scene_before_it_has_succeeded(self, story) -> None:
        assert "Loading the result" in story.snapshots
        for stage, snapshot in story.snapshots.items():
            assert snapshot == story.before, stage

    def test_makes_two_transforms_and_two_volumes(self, story) -> None:
        assert {kind: node.GetClassName() for kind, node in story.result.items()} == {
            "transform": "vtkMRMLTransformNode",
            "inverse": "vtkMRMLTransformNode",
            "warped": "vtkMRMLScalarVolumeNode",
            "jacobian": "vtkMRMLScalarVolumeNode",
        }

    def test_names_the_nodes_after_the_volumes(self, story) -> None:
        assert {kind: node.GetName() for kind, node in story.result.items()} == {
            "transform": "Bert to Anna, fast",
            "inverse": "Anna to Bert, fast",
            "warped": "Bert on Anna, fast",
            "jacobian": "Bert on Anna, fast, Jacobian",
        }

    def test_gives_the_volumes_the_fixed_volume_s_grid(self, story) -> None:
        import slicer
        import vtk

        def geometry(node):
            matrix = vtk.vtkMatrix4x4()
            node.GetIJKToRASMatrix(matrix)
            return slicer.util.arrayFromVTKMatrix(matrix)

        for kind in ("warped", "jacobian"):
            np.testing.assert_allclose(geometry(story.result[kind]), geometry(story.pair.fixed), atol=1e-9)
            assert story.panel_pixels[kind].shape == pixels(story.pair.fixed).shape

    def test_brings_the_moving_volume_closer_to_the_fixed_one(self, story) -> None:
        """The fixed ball is known to be a warp of the moving one."""
        fixed = pixels(story.pair.fixed)
        unmoved = sitk.GetArrayFromImage(sitk.Resample(images()[1], images()[0]))
        before, after = (np.abs(array - fixed).mean() for array in (unmoved, story.panel_pixels["warped"]))
        assert after < 0.7 * before

    def test_the_transform_reproduces_the_warped_volume(self, story) -> None:
        """From a voxel of the fixed volume by FromParent to the moving volume, which is read there linearly."""
        moving = images()[1]
        warped = pixels(story.result["warped"])
        for index in ((12, 13, 11), (8, 12, 10), (15, 16, 13), (10, 9, 14)):  # x, y, z, all inside the ball
            lps = np.array(images()[0].TransformIndexToPhysicalPoint(index))
            there = transform_point(story.result["transform"], lps * (-1, -1, 1)) * (-1, -1, 1)
            value = moving.EvaluateAtPhysicalPoint(there.tolist(), sitk.sitkLinear)
            assert warped[index[::-1]] == pytest.approx(value, abs=2.0)  # of 1000: the grid's float32 and its nodes

    def test_the_inverse_leads_back(self, story) -> None:
        point = np.array(middle(images()[0])) * (-1, -1, 1) + (2.0, -3.0, 1.0)
        there = transform_point(story.result["transform"], point)
        assert np.linalg.norm(there - point) > 0.1  # mm
        back = transform_point(story.result["inverse"], there)
        assert np.linalg.norm(back - point) < 0.1  # mm

    def test_interpolates_the_field_as_the_engine_does(self, story) -> None:
        import slicer
        import vtk

        for kind in ("transform", "inverse"):
            parts = vtk.vtkCollection()
            slicer.vtkMRMLTransformNode.FlattenGeneralTransform(parts, story.result[kind].GetTransformFromParent())
            grids = [parts.GetItemAsObject(index) for index in range(parts.GetNumberOfItems())]
            grids = [part for part in grids if part.IsA("vtkGridTransform")]
            assert grids
            assert all(part.GetInterpolationMode() == vtk.VTK_LINEAR_INTERPOLATION for part in grids)

    def test_the_transforms_remember_what_they_lead_to(self, story) -> None:
        def ends(node) -> tuple:
            roles = node.GetMovingNodeReferenceRole(), node.GetFixedNodeReferenceRole()
            return tuple(node.GetNodeReference(role) for role in roles)

        assert ends(story.result["transform"]) == (story.pair.moving, story.pair.fixed)
        assert ends(story.result["inverse"]) == (story.pair.fixed, story.pair.moving)

    def test_puts_the_nodes_into_one_folder(self, story) -> None:
        import slicer

        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        parents = {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in story.result.values()}
        assert [tree.GetItemName(parent) for parent in parents] == ["NODEO: Bert on Anna, fast"]

    def test_shows_det_j_from_0_to_2_around_white(self, story) -> None:
        display = story.result["jacobian"].GetDisplayNode()
        assert not display.GetAutoWindowLevel()
        assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 2.0)
        assert display.GetColorNode().GetClassName() == "vtkMRMLProceduralColorNode"
        white, growing, shrinking = (display.GetColorNode().GetColorTransferFunction().GetColor(j) for j in (1, 2, 0.3))
        assert min(white) > 0.9
        assert growing[0] > 2 * growing[2]
        assert shrinking[2] > 2 * shrinking[0]

    def test_shows_the_warped_volume_as_the_moving_one_is_shown(self, story) -> None:
        display = story.result["warped"].GetDisplayNode()
        assert display is not story.pair.moving.GetDisplayNode()
        assert not display.GetAutoWindowLevel()
        assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (50.0, 750.0)
        assert display.GetInterpolate() == 0
        from NODEORegistrationLib.scene.Loan import ownValue  # Inspect is open, and lends it magenta

        assert ownValue(display, "ColorNodeID") == story.pair.moving.GetDisplayNode().GetColorNodeID()

    def test_shows_fixed_and_warped_in_the_slice_views(self, story) -> None:
        import slicer

        views = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
        assert len(views) >= 3
        for view in views:
            assert view.GetBackgroundVolumeID() == story.pair.fixed.GetID()
            assert view.GetForegroundVolumeID() == story.result["warped"].GetID()
            assert view.GetForegroundOpacity() == 1.0 and view.GetCompositing() == view.Add  # Inspect is open

    def test_sums_up_what_was_measured(self, story) -> None:
        metrics, text = story.run.metrics, re.sub(r"<[^>]+>|&nbsp;", " ", story.panel.ui.resultLabel.text)
        similarity, consistency = metrics["similarity"], metrics["inverse_consistency_mm"]
        assert f"{similarity['before']:.4g} → {similarity['after']:.4g}" in text
        assert re.search(rf"Folded voxels\s+{metrics['folding']['voxels']}\b", text)
        assert f"{metrics['jacobian']['min']:.3g} … {metrics['jacobian']['max']:.3g}" in text
        assert f"{consistency['mean']:.3f} mm" in text
        spent = f"{metrics['seconds']['slicer']:.1f} s"
        assert spent in text and story.panel.ui.stageLabel.text == f"Done in {spent}"
        assert metrics["seconds"]["slicer"] >= metrics["seconds"]["total"]
        assert metrics["device"] in text

    def test_measures_what_it_hands_out(self, story) -> None:
        jacobian = story.panel_pixels["jacobian"]
        measured = story.run.metrics["jacobian"]
        assert measured["min"] == pytest.approx(jacobian.min(), rel=0.02)
        assert measured["max"] == pytest.approx(jacobian.max(), rel=0.02)
        assert story.run.metrics["folding"]["voxels"] == 0
        assert jacobian.min() > 0.0

    def test_keeps_settings_and_measurements_with_every_node(self, story) -> None:
        for node in story.result.values():
            assert json.loads(node.GetAttribute("NODEO.Settings"))["seed"] == 3
            assert json.loads(node.GetAttribute("NODEO.Metrics"))["similarity"] == story.run.metrics["similarity"]

    def test_chooses_the_result_and_leaves_the_next_run_its_own_nodes(self, story) -> None:
        from NODEORegistrationLib import OUTPUTS, resultsOf

        parameters = story.panel.logic.getParameterNode()
        shown = resultsOf(parameters)
        assert {kind: getattr(shown, kind) for kind in OUTPUTS} == story.result
        assert (shown.fixed, shown.moving) == (story.pair.fixed, story.pair.moving)
        assert [getattr(parameters, node) for _create, node in OUTPUTS.values()] == [None] * len(OUTPUTS)

    def test_says_that_it_is_done(self, story) -> None:
        assert story.panel.ui.stageLabel.text.startswith("Done in ")
        assert story.panel.ui.progressBar.value == 100
        assert story.panel.ui.exportButton.enabled

    def test_draws_the_loss_and_makes_room_for_the_result(self, story) -> None:
        assert not story.panel.ui.lossCurveLabel.visible and not story.panel.ui.progressBar.visible
        assert story.panel.ui.lossCurveLabel.pixmap.width() >= 120

    def test_notes_how_the_engine_was_called(self, story) -> None:
        assert "nodeo register " in story.panel.ui.logTextEdit.plainText.splitlines()[0]

    def test_leaves_no_process_and_no_file(self, story) -> None:
        assert workers() == {}
        assert temporary_folders() == []

    def test_gives_a_script_the_same_answer(self, story) -> None:
        for kind, array in story.panel_pixels.items():
            np.testing.assert_array_equal(array, story.script_pixels[kind], kind)

    def test_gives_the_command_line_the_same_answer(self, story, tmp_path: Path) -> None:
        """From the images as they were drawn, which the module has never seen."""
        for image, name in zip(images(), ("fixed", "moving"), strict=True):
            sitk.WriteImage(image, str(tmp_path / f"{name}.nrrd"))
        command = [sys.executable, "-m", "nodeo", "register", "fixed.nrrd", "moving.nrrd", "--output", "out"]
        command += ["--preset", "fast", "--seed", "3", "--threads", "1", "--progress", "none"]
        environment = {**os.environ, "PYTHONPATH": str(MODULE)}
        subprocess.run(command, check=True, cwd=tmp_path, env=environment, timeout=120)
        for kind, array in story.panel_pixels.items():
            from_file = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / f"{kind}.nrrd")))
            np.testing.assert_array_equal(array, from_file, kind)

    def test_another_run_makes_nodes_of_its_own(self, story) -> None:
        """The last of the story: other settings, and the first result is still there."""
        names = {kind: node.GetName() for kind, node in story.result.items()}
        story.panel.ui.lambdaSSpinBox.value = 5.0
        story.panel.ui.registerButton.click()
        run = story.panel._run
        until_over(story.host, run)
        assert run.state == "finished", run.message
        assert not set(run.nodes.values()) & set(story.result.values())
        assert run.nodes["warped"].GetName() == "Bert on Anna, custom"
        assert json.loads(run.nodes["warped"].GetAttribute("NODEO.Settings"))["lambda_s"] == 5.0
        for kind, array in story.panel_pixels.items():
            np.testing.assert_array_equal(array, pixels(story.result[kind]), kind)
        assert {kind: node.GetName() for kind, node in story.result.items()} == names


# --- from a script ---


@pytest.fixture(scope="class")
def script() -> Iterator[SimpleNamespace]:
    """A run that a script starts without waiting for it, with most of what can be asked for."""
    host = fresh_host()
    import slicer

    pair = add_pair()
    told = SimpleNamespace(host=host, pair=pair, signals=[])
    told.existing = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "mine")
    logic = open_panel(host, pair).logic
    told.before = set(node_ids())
    outputs = {"warped": told.existing, "jacobian": None}
    settings = {**SHORT, "lambda_s": 0.75}
    run = told.run = logic.register(pair.fixed, pair.moving, outputs=outputs, wait=False, keepFiles=True, **settings)
    told.state = run.state
    for name in ("progress", "finished", "failed", "cancelled", "ended"):
        getattr(run, name).connect(lambda value, name=name: told.signals.append((name, value)))
    until_over(host, run)
    told.added = set(node_ids()) - told.before
    yield told
    host.reset()
    assert is_gone(host) or all(folder == run.folder for folder in temporary_folders())
    import shutil

    shutil.rmtree(run.folder)


class TestOneRunOfAScript:
    def test_returns_at_once_when_told_not_to_wait(self, script) -> None:
        assert script.state == "preparing"

    def test_signals_progress_then_finished_then_ended(self, script) -> None:
        names = [name for name, _ in script.signals]
        assert "progress" in names
        assert [name for name in names if name != "progress"] == ["finished", "ended"]
        assert all(value is script.run for name, value in script.signals if name != "progress")

    def test_hands_the_settings_to_the_engine(self, script) -> None:
        assert script.run.settings["lambda_s"] == 0.75
        assert script.run.settings["iterations"] == [4]
        assert script.run.settings["levels"] == [2]
        assert script.run.settings["lambda_df"] == 0.45  # what was not said is the preset's

    def test_makes_only_the_outputs_that_were_named(self, script) -> None:
        assert set(script.run.nodes) == {"warped", "jacobian"}
        classes = [script.host.scene.GetNodeByID(name).GetClassName() for name in script.added]
        assert classes.count("vtkMRMLScalarVolumeNode") == 1
        assert "vtkMRMLTransformNode" not in classes

    def test_updates_the_output_that_was_given(self, script) -> None:
        assert script.run.nodes["warped"] is script.existing
        assert script.existing.GetName() == "mine"
        assert pixels(script.existing).shape == pixels(script.pair.fixed).shape

    def test_keeps_the_files_when_asked(self, script) -> None:
        names = {path.name for path in script.run.folder.iterdir()}
        assert {"fixed.nrrd", "moving.nrrd", "request.json", "output"} <= names

    def test_has_the_metrics(self, script) -> None:
        assert script.run.metrics["similarity"]["after"] < script.run.metrics["similarity"]["before"]
        assert script.run.metrics["inputs"] == {"fixed": "Anna", "moving": "Bert"}

    def test_leaves_the_panel_s_outputs_alone(self, script) -> None:
        import slicer

        parameters = slicer.modules.NODEORegistrationWidget.logic.getParameterNode()
        assert parameters.outputWarped is None


def test_an_unknown_setting_gets_one_sentence_and_the_name_that_was_meant(host, pair, logic) -> None:
    before = host.snapshot()
    with pytest.raises(RuntimeError, match=r"^There is no setting 'lambda_q'\. Did you mean 'lambda_\w+'\?$"):
        logic.register(pair.fixed, pair.moving, lambda_q=1.0)
    assert host.snapshot() == before


def test_a_failed_run_signals_failed_then_ended(host, pair, logic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    run = logic.register(pair.fixed, pair.moving, wait=False)
    signals = []
    for name in ("finished", "failed", "cancelled", "ended"):
        getattr(run, name).connect(lambda _, name=name: signals.append(name))
    until_over(host, run)
    assert signals == ["failed", "ended"]


def test_an_error_in_what_a_script_connected_does_not_keep_the_others_waiting(
    host, pair, logic, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    def stumble(_) -> None:
        raise ArithmeticError("the script's own")

    monkeypatch.setenv("PATH", "/nowhere")
    run = logic.register(pair.fixed, pair.moving, wait=False)
    ends = []
    run.failed.connect(stumble)
    run.failed.connect(lambda _: ends.append("failed"))
    run.ended.connect(lambda _: ends.append("ended"))
    until_over(host, run)
    assert ends == ["failed", "ended"]
    assert "the script's own" in caplog.text


@pytest.mark.parametrize(("fixed", "moving"), [(False, True), (True, False)])
def test_a_volume_that_is_missing_is_a_value_error(pair, logic, fixed: bool, moving: bool) -> None:
    missing = "moving" if fixed else "fixed"
    with pytest.raises(ValueError, match=f"Choose a {missing} volume"):
        logic.register(pair.fixed if fixed else None, pair.moving if moving else None)


def test_one_volume_for_both_is_a_value_error(pair, logic) -> None:
    with pytest.raises(ValueError, match="are the same: choose two"):
        logic.register(pair.fixed, pair.fixed)


def test_an_output_of_an_unknown_name_is_a_value_error(pair, logic) -> None:
    with pytest.raises(ValueError, match="warp"):
        logic.register(pair.fixed, pair.moving, outputs={"warp": None}, wait=False, **SHORT)


def test_an_input_is_not_taken_for_an_output(pair, logic) -> None:
    with pytest.raises(ValueError, match="Bert"):
        logic.register(pair.fixed, pair.moving, outputs={"warped": pair.moving}, wait=False, **SHORT)


def test_a_linear_transform_node_cannot_hold_the_result(host, pair, logic) -> None:
    linear = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "straight")
    with pytest.raises(ValueError, match="straight"):
        logic.register(pair.fixed, pair.moving, outputs={"transform": linear}, wait=False, **SHORT)


# --- cancelled ---


def test_cancelled_while_it_iterates_the_scene_is_as_it_was(host, panel) -> None:
    choose(panel, ENDLESS)
    before = host.snapshot()
    panel.ui.registerButton.click()
    run = panel._run
    until_iterating(host, run)
    panel.ui.registerButton.click()
    host.wait(run.isOver, PATIENCE)
    assert run.state == "cancelled"
    assert host.snapshot() == before
    assert is_gone(host)
    assert panel.ui.stageLabel.text == "Cancelled; the scene is as it was"
    assert panel.ui.registerButton.text == "Register"
    assert panel.ui.registerButton.enabled


def test_cancelled_before_the_worker_has_started_none_is_started(host, panel) -> None:
    choose(panel, ENDLESS)
    before = host.snapshot()
    panel.ui.registerButton.click()
    run = panel._run
    assert run.state == "preparing"
    run.cancel()
    assert run.state == "cancelled"
    host.wait(0.1)
    assert workers() == {}
    assert temporary_folders() == []
    assert host.snapshot() == before


def test_cancelled_while_the_volumes_are_sent_the_files_go(host, panel) -> None:
    import qt

    choose(panel, ENDLESS)
    panel.ui.registerButton.click()
    run, seen = panel._run, []

    def look() -> None:
        if run.folder is not None and not seen:
            seen.append((run.state, run.folder))
            run.cancel()

    eager = qt.QTimer()
    eager.setInterval(0)  # as often as the run itself has a turn
    eager.connect("timeout()", look)
    eager.start()
    host.wait(run.isOver)
    eager.stop()
    ((state, folder),) = seen
    assert (state, run.state) == ("preparing", "cancelled")
    assert not folder.exists()
    host.wait(0.1)
    assert workers() == {}


def test_cancelled_while_the_result_is_loaded_nothing_of_it_appears(host, pair, logic) -> None:
    before = host.snapshot()
    run = logic.register(pair.fixed, pair.moving, wait=False, **SHORT)
    run.progress.connect(lambda event: run.cancel() if event["stage"] == "Loading the result" else None)
    until_over(host, run)
    assert run.state == "cancelled"
    assert host.snapshot() == before
    assert is_gone(host)


def test_cancelling_twice_is_cancelling(host, pair, logic) -> None:
    run = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    ends = []
    run.cancelled.connect(lambda _: ends.append("cancelled"))
    run.ended.connect(lambda _: ends.append("ended"))
    host.wait(lambda: run.state == "running")
    run.cancel()
    run.cancel()
    assert run.isCancelling()
    host.wait(run.isOver, PATIENCE)
    run.cancel()
    host.wait(0.05)
    assert ends == ["cancelled", "ended"]


def test_a_double_click_starts_one_run_and_does_not_cancel_it(host, panel) -> None:
    run = press_register(panel, ENDLESS)
    panel.ui.registerButton.click()
    host.wait(lambda: "python" in workers())
    assert panel._run is run
    assert (run.state, run.isCancelling()) == ("running", False)
    assert len(temporary_folders()) == 1


def test_a_script_that_waits_learns_that_it_was_cancelled(host, pair, logic) -> None:
    import NODEORegistrationLib as lib
    import qt

    qt.QTimer.singleShot(0, lambda: [run.cancel() for run in list(lib.runQueue()._runs)])
    with pytest.raises(RuntimeError, match=r"^The registration was cancelled\.$"):
        logic.register(pair.fixed, pair.moving, **ENDLESS)


# --- gone wrong ---


@pytest.mark.parametrize("victim", ["python", "launcher"])
def test_a_worker_that_is_killed_is_told_with_its_last_lines(host, panel, victim: str) -> None:
    choose(panel, ENDLESS)
    before = host.snapshot()
    panel.ui.registerButton.click()
    run = panel._run
    until_iterating(host, run)
    os.kill(workers()[victim], signal.SIGKILL)
    host.wait(run.isOver, PATIENCE)
    assert run.state == "failed"
    (box,) = host.dialogs.seen
    sentence = box.text.splitlines()[0]
    assert re.fullmatch(r"The registration process (crashed|ended unexpectedly \(exit code \d+\))\.", sentence)
    assert "nodeo register" not in box.text and "nodeo register" in box.details
    assert host.snapshot() == before
    assert is_gone(host)
    assert panel.ui.registerButton.text == "Register"
    assert panel.ui.registerButton.enabled


def test_without_pythonslicer_it_says_so_and_runs_when_it_is_back(host, panel, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(panel, SHORT)
    before = host.snapshot()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        run = press_register(panel, SHORT)
        until_over(host, run)
    assert run.state == "failed"
    assert run.message == "PythonSlicer was not found, so the registration could not be started."
    assert any("PythonSlicer was not found" in box for box in host.dialogs.seen)
    assert temporary_folders() == []
    assert host.snapshot() == before
    until_iterating(host, press_register(panel, ENDLESS))


@pytest.mark.parametrize(
    ("value", "message", "remedy"),
    [
        (7.0, "The moving image is constant: every voxel is 7.", "Check that the right volume was chosen."),
        (np.nan, "The moving image holds NaN or infinite values.", "Replace them first, for example by 0."),
    ],
    ids=["constant", "NaN"],
)
def test_an_image_that_cannot_be_registered_gets_the_engine_s_sentence(
    host, pair, panel, value: float, message: str, remedy: str
) -> None:
    import slicer

    slicer.util.updateVolumeFromArray(pair.moving, np.full_like(pixels(pair.moving), value))
    choose(panel, SHORT)
    before = host.snapshot()
    panel.ui.registerButton.click()
    run = panel._run
    until_over(host, run)
    assert (run.state, run.message, run.hint) == ("failed", message, remedy)
    assert [box.text for box in host.dialogs.seen] == [f"{message}\n\n{remedy}"]
    assert panel.ui.stageLabel.text == f"Failed: {message}"
    assert host.snapshot() == before


def test_a_temporary_folder_that_is_not_there_is_told(host, panel) -> None:
    import slicer

    usual, slicer.app.temporaryPath = slicer.app.temporaryPath, "/nowhere/at/all"
    try:
        run = press_register(panel, SHORT)
        until_over(host, run)
    finally:
        slicer.app.temporaryPath = usual
    assert run.state == "failed"
    assert run.message == "The temporary files could not be written or read: No such file or directory."
    assert panel.ui.registerButton.text == "Register"


def test_a_full_disk_is_told_before_anything_starts(host, pair, logic) -> None:
    """No file may become larger than 20 kB: as if the disk were full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    states = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        run = logic.register(pair.fixed, pair.moving, wait=False, **SHORT)
        run.progress.connect(lambda event: states.append(run.state))
        until_over(host, run)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert run.state == "failed"
    assert "written" in run.message
    assert "running" not in states
    assert temporary_folders() == []


def test_a_result_that_cannot_be_read_changes_nothing(host, pair, logic) -> None:
    before = host.snapshot()
    run = logic.register(pair.fixed, pair.moving, wait=False, **SHORT)

    def spoil(event: dict) -> None:
        if event["stage"] == "Loading the result":
            (run.folder / "output" / "jacobian.nrrd").write_bytes(b"not an image")

    run.progress.connect(spoil)
    until_over(host, run)
    assert run.state == "failed"
    assert run.message == "The result jacobian.nrrd could not be read."
    assert host.snapshot() == before


# --- the world changes meanwhile ---


def test_a_closed_scene_ends_the_run(host, panel) -> None:
    run = press_register(panel, ENDLESS)
    until_iterating(host, run)
    host.scene.Clear(0)
    empty = host.snapshot()
    host.wait(run.isOver, PATIENCE)
    host.wait(0.05)
    assert run.state == "cancelled"
    assert host.snapshot() == empty
    assert is_gone(host)
    assert panel.ui.registerButton.text == "Register"
    assert not panel.ui.registerButton.enabled
    assert panel.ui.registerButton.toolTip == "Choose a fixed volume: the one that stays where it is."


def test_a_reloaded_module_ends_the_run_and_can_run_again(host, panel) -> None:
    run = press_register(panel, ENDLESS)
    until_iterating(host, run)
    before = host.snapshot()
    fresh = host.reload("NODEORegistration")
    assert run.state == "cancelled"
    assert is_gone(host)
    assert host.snapshot() == before
    assert fresh is not panel
    assert fresh.ui.registerButton.text == "Register"
    until_iterating(host, press_register(fresh, ENDLESS))


def test_the_application_does_not_end_before_the_worker_has(host, pair, logic) -> None:
    running = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    waiting = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    until_iterating(host, running)
    host.quit()
    assert workers() == {}
    assert temporary_folders() == []
    assert (running.state, waiting.state) == ("cancelled", "cancelled")


@pytest.mark.parametrize("which", ["fixed", "moving"])
def test_a_volume_that_is_deleted_meanwhile_does_not_lose_the_result(host, pair, logic, which: str) -> None:
    run = logic.register(pair.fixed, pair.moving, wait=False, **SHORT)
    host.wait(lambda: run.state == "running")
    host.scene.RemoveNode(getattr(pair, which))
    until_over(host, run)
    assert run.state == "finished", run.message
    role = getattr(run.nodes["transform"], f"Get{which.capitalize()}NodeReferenceRole")()
    assert run.nodes["transform"].GetNodeReferenceID(role) is None
    assert run.nodes["warped"].GetDisplayNode() is not None


def test_a_volume_that_is_deleted_while_its_run_waits_is_told(host, pair, logic) -> None:
    first = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    second = logic.register(pair.moving, pair.fixed, wait=False, **SHORT)
    host.wait(lambda: first.state == "running")
    host.scene.RemoveNode(pair.moving)
    first.cancel()
    until_over(host, second)
    assert second.state == "failed"
    assert second.message == "Bert is no longer in the scene."


def test_an_output_that_is_deleted_meanwhile_is_made_anew(host, pair, logic) -> None:
    output = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "short-lived")
    run = logic.register(pair.fixed, pair.moving, outputs={"warped": output}, wait=False, **SHORT)
    host.wait(lambda: run.state == "running")
    host.scene.RemoveNode(output)
    until_over(host, run)
    assert run.state == "finished", run.message
    assert run.nodes["warped"] is not output
    assert run.nodes["warped"].GetScene() is host.scene


def test_a_volume_that_is_renamed_meanwhile_gives_the_result_its_new_name(host, pair, panel) -> None:
    run = press_register(panel, SHORT)
    host.wait(lambda: run.state == "running")
    pair.moving.SetName("Cleo")
    until_over(host, run)
    assert run.nodes["warped"].GetName() == "Cleo on Anna, custom"
    assert run.metrics["inputs"]["moving"] == "Cleo"


def test_the_run_goes_on_while_another_module_is_open(host, panel) -> None:
    run = press_register(panel, SHORT)
    host.wait(lambda: run.state == "running")
    panel.parent.exit()
    until_over(host, run)
    assert run.state == "finished", run.message
    panel.parent.enter()
    assert panel.ui.resultComboBox.currentText == run.nodes["warped"].GetName()
    assert "Folded voxels" in panel.ui.resultLabel.text
    assert panel.ui.registerButton.text == "Register"
    assert panel.ui.registerButton.enabled


# --- several ---


def test_the_panel_s_and_a_script_s_run_take_turns(host, pair, panel) -> None:
    """The second is the other way round: each has the grid of its own fixed volume."""
    order = []
    first = press_register(panel, SHORT)
    second = panel.logic.register(pair.moving, pair.fixed, wait=False, **SHORT)
    first.ended.connect(lambda run: order.append(("first", second.state)))
    second.ended.connect(lambda run: order.append(("second", first.state)))
    host.wait(lambda: first.state == "running")
    assert second.state == "waiting"
    until_over(host, second)
    assert [name for name, _ in order] == ["first", "second"]
    assert (first.state, second.state) == ("finished", "finished")
    assert pixels(first.nodes["warped"]).shape == pixels(pair.fixed).shape
    assert pixels(second.nodes["warped"]).shape == pixels(pair.moving).shape


def test_a_waiting_run_can_be_cancelled(host, pair, logic) -> None:
    running = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    waiting = logic.register(pair.fixed, pair.moving, wait=False, **SHORT)
    host.wait(lambda: running.state == "running")
    waiting.cancel()
    assert waiting.state == "cancelled"
    host.wait(0.1)
    assert running.state == "running"
    assert len(temporary_folders()) == 1


def test_cancelling_the_running_one_starts_the_next(host, pair, logic) -> None:
    running = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    waiting = logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    host.wait(lambda: running.state == "running")
    running.cancel()
    until_iterating(host, waiting)
    assert (running.state, waiting.state) == ("cancelled", "running")


def test_a_waiting_run_says_what_it_waits_for(host, pair, panel) -> None:
    other = panel.logic.register(pair.fixed, pair.moving, wait=False, **ENDLESS)
    press_register(panel, SHORT)
    assert panel.ui.stageLabel.text == "Waiting for another registration"
    assert panel.ui.registerButton.text == "Cancel"
    assert other.state == "preparing"


def test_what_follows_on_a_finished_run_may_register_again(host, pair, logic) -> None:
    """A script chains two runs in the signal ``finished`` and waits there for the second."""
    states = []

    def chain(_) -> None:
        second = logic.register(pair.moving, pair.fixed, wait=False, **ENDLESS)
        with contextlib.suppress(AssertionError):
            host.wait(lambda: second.state == "running", 1.5)
        states.append(second.state)

    first = logic.register(pair.fixed, pair.moving, wait=False, **SHORT)
    first.finished.connect(chain)
    until_over(host, first)
    host.wait(lambda: states)
    assert states == ["running"]


def test_a_message_that_nobody_has_read_holds_no_other_run_up(host, pair, panel) -> None:
    import slicer

    slicer.util.updateVolumeFromArray(pair.moving, np.full_like(pixels(pair.moving), 7.0))
    other = add_volume(images()[1], "Cleo")
    states = []

    def read(box) -> None:
        with contextlib.suppress(AssertionError):
            host.wait(lambda: second.state == "running", 1.5)
        states.append((second.state, panel.ui.registerButton.text))
        box.accept()

    host.dialogs.answer("constant", read)
    first = press_register(panel, SHORT)
    second = panel.logic.register(pair.fixed, other, wait=False, **ENDLESS)
    until_over(host, first)
    host.wait(lambda: states)
    assert states == [("running", "Register")]
