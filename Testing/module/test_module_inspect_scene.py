"""Inspect and the scene: what is saved meanwhile, views that come meanwhile, and that no volume is held."""

from __future__ import annotations

import numpy as np
import pytest
from inspected import (
    AFTER,
    BEFORE,
    CHECKERBOARD,
    DIFFERENCE,
    JACOBIAN,
    MODES,
    close_inspect,
    layers,
    lines_apart,
    node_ids,
    open_inspect,
    picture,
    places,
    registered_panel,
    results_of,
    state,
    told_saving,
    use_everything,
)


@pytest.fixture
def panel(host, scene_file):
    with registered_panel(host, scene_file) as panel:
        yield panel


# --- saving ---


@pytest.mark.parametrize("mode", MODES)
def test_a_saving_that_is_told_sees_the_user_s_views_and_then_goes_on(mode, panel, host):
    import slicer

    before = host.snapshot(), layers(), places()
    use_everything(panel)
    panel.ui.flickerCheckBox.checked = False
    panel.ui.inspectModeComboBox.currentText = mode
    shown = layers(), places(), picture(host), panel._parts.inspectPanel.inspection._crosshair.place
    with told_saving():
        assert not lines_apart(before[0], host.snapshot())
        assert (layers(), places()) == before[1:]
    assert places() == shown[1]
    if mode not in (CHECKERBOARD, DIFFERENCE):  # the picture of these is drawn anew
        assert layers() == shown[0]
    np.testing.assert_array_equal(picture(host), shown[2])
    assert slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode").GetCrosshairRAS() == shown[3]
    assert results_of(panel).transform.GetDisplayNode().GetVisibility()
    close_inspect(panel)
    assert (host.snapshot(), layers(), places()) == before


def test_flicker_goes_on_after_a_saving_that_is_told(panel, host):

    open_inspect(panel, AFTER)
    panel.ui.flickerCheckBox.checked = True
    with told_saving():
        host.wait(0.6)
        assert {shown[3] for shown in layers().values()} == {0.5}
    host.wait(lambda: {shown[3] for shown in layers().values()} == {0.0}, 2.0)


@pytest.mark.parametrize("mode", MODES)
def test_a_scene_saved_meanwhile_opens_with_the_user_s_views(mode, panel, host, tmp_path):
    """Slicer does not tell that it saves: what is on loan is written into the scene."""
    import slicer
    from NODEORegistrationLib.scene.Loan import settleLoans

    transform = results_of(panel).transform
    transform.CreateDefaultDisplayNodes()
    transform.GetDisplayNode().SetGridSpacingMm(33.0)
    before, nodes = layers(), len(node_ids())
    use_everything(panel)
    panel.ui.flickerCheckBox.checked = False
    panel.ui.inspectModeComboBox.currentText = mode
    name = transform.GetName()
    host.saveAndReload(tmp_path / "scene.mrb")
    settleLoans()
    assert layers() == before
    assert len(node_ids()) == nodes
    display = slicer.util.getNode(name).GetDisplayNode()
    assert display.GetGridSpacingMm() == 33.0 and not display.GetVisibility()
    assert "borrowed" not in host.snapshot()
    assert "Green" not in {node.GetColorNode().GetName() for node in volume_displays()}
    crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    assert crosshair.GetCrosshairMode() == crosshair.NoCrosshair


def volume_displays():
    import slicer

    return slicer.util.getNodesByClass("vtkMRMLScalarVolumeDisplayNode")


def test_a_scene_saved_meanwhile_has_no_node_of_the_inspection(panel, host, tmp_path):
    before = len(node_ids())
    use_everything(panel)
    host.saveAndReload(tmp_path / "scene.mrb")
    assert len(node_ids()) == before


def test_a_scene_that_is_added_finds_the_views_given_back(panel, host, tmp_path):
    import slicer

    volume = slicer.util.addVolumeFromArray(np.zeros((3, 3, 3), np.uint8), None, "more")
    assert slicer.util.saveNode(volume, str(tmp_path / "more.nrrd"))
    (tmp_path / "more.mrml").write_text("<MRML></MRML>", encoding="utf-8")
    before = layers()
    use_everything(panel)
    panel.ui.inspectModeComboBox.currentText = CHECKERBOARD
    slicer.util.loadScene(str(tmp_path / "more.mrml"))
    assert layers() == before
    assert not slicer.util.getNodes("*inspection*", useLists=True)


# --- views that come meanwhile ---


def compare_layout():
    import slicer

    slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutThreeByThreeSliceView)


def test_the_stand_in_has_the_views_of_a_new_layout(panel):
    import slicer

    manager = slicer.app.layoutManager()
    told = []
    manager.layoutChanged.connect(lambda layout: told.append(len(layers())))
    compare_layout()
    assert len(manager.sliceViewNames()) == len(layers()) == 9
    assert told == [9]
    assert manager.sliceWidget("Slice4").mrmlSliceCompositeNode().GetBackgroundVolumeID() is None
    slicer.mrmlScene.Clear(0)
    assert len(layers()) == 3


@pytest.mark.parametrize("mode", MODES)
def test_a_new_view_shows_what_is_inspected(mode, panel, host):
    open_inspect(panel, mode)
    (shown,) = set(layers().values())
    compare_layout()
    host.wait(0.02)
    assert len(layers()) == 9 and set(layers().values()) == {shown}


@pytest.mark.parametrize("mode", [BEFORE, DIFFERENCE, JACOBIAN])
def test_a_new_view_is_left_with_the_layers_of_the_first_one(mode, panel, host):
    (before,) = set(layers().values())
    open_inspect(panel, mode)
    compare_layout()
    host.wait(0.02)
    close_inspect(panel)
    assert len(layers()) == 9 and set(layers().values()) == {before}
    assert "borrowed" not in host.snapshot()


def test_a_new_view_that_was_given_a_volume_keeps_it(panel, host):
    import slicer

    open_inspect(panel, JACOBIAN)
    compare_layout()
    node = slicer.app.layoutManager().sliceWidget("Slice5").mrmlSliceCompositeNode()
    node.SetBackgroundVolumeID(results_of(panel).moving.GetID())
    host.wait(0.02)
    assert node.GetForegroundVolumeID() == results_of(panel).jacobian.GetID()
    close_inspect(panel)
    assert node.GetBackgroundVolumeID() == results_of(panel).moving.GetID()
    assert node.GetForegroundVolumeID() is None


def test_a_view_that_comes_after_the_inspection_stays_empty(panel, host):
    open_inspect(panel)
    close_inspect(panel)
    compare_layout()
    host.wait(0.02)
    assert [shown[0] for shown in layers().values()].count(None) == 6


# --- no volume is held ---


def watched(node):
    """A list that gets an entry when the node's memory is freed."""
    gone = []
    node.AddObserver("DeleteEvent", lambda caller, event: gone.append(True))
    return gone


@pytest.mark.parametrize("output", ["warped", "jacobian", "transform"])
def test_a_deleted_output_is_held_by_nobody(output, panel, host):
    import slicer

    use_everything(panel)
    gone = watched(getattr(results_of(panel), output))
    panel.parent.exit()  # another module is shown: the panel hears nothing
    slicer.mrmlScene.RemoveNode(slicer.mrmlScene.GetNodeByID(identifier(panel, output)))
    host.wait(0.02)
    assert gone


def identifier(panel, output):
    return getattr(panel._parts.inspectPanel._resultIds, output)


def test_of_a_closed_scene_nothing_is_held(panel, host):
    import slicer

    use_everything(panel)
    results = results_of(panel)
    gone = [watched(node) for node in (results.fixed, results.moving, results.warped, results.jacobian)]
    del results
    slicer.mrmlScene.Clear(0)
    host.wait(0.02)
    assert all(gone)
    assert panel._parts.inspectPanel.inspection.results == type(panel._parts.inspectPanel.inspection.results)()


def test_forgotten_the_panel_is_closed_and_knows_nothing(panel, host):
    before = state(host)
    use_everything(panel)
    panel._parts.inspectPanel.forget()
    assert state(host) == before
    assert panel.ui.inspectCollapsibleButton.collapsed
    assert panel._parts.inspectPanel.inspection.modes() == []
