"""Inspect: what the slice views show in each mode, as pictures, and that they are given back as they were."""

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
    open_inspect,
    picture,
    registered_panel,
    results_of,
    state,
    use_everything,
)
from registered_scene import MODULE


@pytest.fixture
def panel(host, scene_file):
    with registered_panel(host, scene_file) as panel:
        yield panel


def pure(panel, host):
    """Pictures of the fixed volume alone and of the warped one alone, in gray; then the section is open."""
    fixed, warped = (alone(host, node) for node in (results_of(panel).fixed, results_of(panel).warped))
    open_inspect(panel)
    return fixed, warped


def alone(host, volume, view="Red"):
    import slicer

    slicer.util.setSliceViewerLayers(background=volume, foreground=None)
    return picture(host, view)


# --- what is seen ---


def test_opened_it_shows_the_warped_volume_on_the_fixed_one(panel):
    open_inspect(panel)
    results = results_of(panel)
    assert panel.ui.inspectModeComboBox.currentText == AFTER
    assert {shown[:3] for shown in layers().values()} == {(results.fixed.GetID(), results.warped.GetID(), None)}


def test_all_modes_are_offered(panel):
    open_inspect(panel)
    box = panel.ui.inspectModeComboBox
    assert [box.itemText(index) for index in range(box.count)] == list(MODES)


@pytest.mark.parametrize("view", ["Red", "Green", "Yellow"])
def test_after_looks_more_like_the_fixed_volume_than_before(view, panel, host):
    open_inspect(panel, AFTER)
    after = picture(host, view)
    panel.ui.inspectModeComboBox.currentText = BEFORE
    before = picture(host, view)
    assert before.max() > 100  # it is not a black picture
    # Where they agree it is gray. On this coarse pair, voxels of 5 mm, the run takes 14 to 23 % off the difference.
    assert np.ptp(after, axis=-1).mean() < 0.9 * np.ptp(before, axis=-1).mean()


def test_the_button_switches_before_and_after(panel):
    open_inspect(panel)
    results = results_of(panel)
    for expected, mode in ((results.moving, BEFORE), (results.warped, AFTER), (results.moving, BEFORE)):
        panel.ui.beforeAfterButton.click()
        assert panel.ui.inspectModeComboBox.currentText == mode
        assert {shown[1] for shown in layers().values()} == {expected.GetID()}


def test_the_jacobian_s_opacity_blends_it_with_the_fixed_volume(panel, host):
    open_inspect(panel, JACOBIAN, 0.0)
    fixed = picture(host)
    panel.ui.overlayOpacitySlider.value = 1.0
    jacobian = picture(host)
    panel.ui.overlayOpacitySlider.value = 0.25
    np.testing.assert_allclose(picture(host), 0.75 * fixed + 0.25 * jacobian, atol=2.0)  # bytes, rounded twice


def test_the_checkerboard_has_tiles_of_both(panel, host):
    fixed, warped = pure(panel, host)
    panel.ui.inspectModeComboBox.currentText = CHECKERBOARD
    board = picture(host)
    is_fixed, is_warped = (np.abs(board - single).max(-1) < 4 for single in (fixed, warped))
    differ = np.abs(fixed - warped).max(-1) > 12
    # Between two voxels of different tiles the view interpolates: with 5-voxel tiles that is a fifth along each axis.
    assert (is_fixed | is_warped)[differ].mean() > 0.5
    for tile in (is_fixed, is_warped):
        assert tile[differ].mean() > 0.2


def test_the_difference_is_gray_where_both_agree_and_half_of_it_elsewhere(panel, host):
    fixed, warped = pure(panel, host)
    panel.ui.inspectModeComboBox.currentText = DIFFERENCE
    shown = picture(host)
    where = shown.max(-1) > 0  # the view is larger than the volume
    expected = 127.5 + (fixed - warped) / 2
    # Clipping to the window comes before the interpolation here and after it there: a few edges differ.
    assert np.percentile(np.abs(shown - expected)[where], 95) < 6.0
    empty = where & (fixed.max(-1) == 0) & (warped.max(-1) == 0)
    assert empty.sum() > 1000
    np.testing.assert_allclose(shown[empty], 127.5, atol=1.5)


def test_the_jacobian_is_drawn_in_its_colors(panel, host):
    import slicer

    results = results_of(panel)
    open_inspect(panel, JACOBIAN, 1.0)
    panel.ui.smallestButton.click()
    center = picture(host)[145:155, 145:155].mean((0, 1))
    smallest = slicer.util.arrayFromVolume(results.jacobian).min()
    colors = results.jacobian.GetDisplayNode().GetColorNode().GetColorTransferFunction()
    expected = 255 * np.array(colors.GetColor(smallest))
    assert smallest < 0.9
    np.testing.assert_allclose(center, expected, atol=40)  # the view interpolates towards the voxels around
    assert center[2] > center[0] + 15  # blue: it shrinks


def test_the_jacobian_is_white_where_volume_is_kept(panel, host):
    open_inspect(panel, JACOBIAN, 1.0)
    shown = picture(host)
    corner = shown[shown.max(-1) > 0][:50]  # the first rows of the volume are outside the head
    assert np.ptp(corner, axis=-1).max() < 30
    assert corner.mean() > 200


def test_a_mode_that_cannot_blend_has_no_opacity_and_no_flicker(panel):
    open_inspect(panel, AFTER)
    panel.ui.flickerCheckBox.checked = True
    panel.ui.inspectModeComboBox.currentText = CHECKERBOARD
    assert not panel.ui.flickerCheckBox.checked
    assert not panel.ui.flickerCheckBox.enabled and not panel.ui.overlayOpacitySlider.enabled
    panel.ui.inspectModeComboBox.currentText = AFTER
    assert panel.ui.flickerCheckBox.enabled and panel.ui.overlayOpacitySlider.enabled


def test_flicker_switches_between_the_two_in_gray_and_ends_at_the_overlay_that_was(panel, host):
    fixed, warped = pure(panel, host)
    open_inspect(panel, AFTER, 0.3)
    overlaid = layers()
    panel.ui.flickerCheckBox.checked = True
    seen = {}

    def look():
        opacities = {shown[3] for shown in layers().values()}
        seen.setdefault(opacities.pop(), picture(host))
        return {0.0, 1.0} <= set(seen)

    host.wait(look, 3.0)
    np.testing.assert_array_equal(seen[0.0], fixed)
    np.testing.assert_allclose(seen[1.0], warped, atol=1.0)
    panel.ui.flickerCheckBox.checked = False
    host.wait(0.6)
    assert layers() == overlaid


def test_the_opacity_chosen_while_it_flickers_counts_afterwards(panel, host):
    open_inspect(panel, AFTER, 0.8)
    chosen = layers()
    panel.ui.overlayOpacitySlider.value = 0.3
    panel.ui.flickerCheckBox.checked = True
    panel.ui.overlayOpacitySlider.value = 0.8
    panel.ui.flickerCheckBox.checked = False
    assert layers() == chosen


# --- the grid ---


def test_the_grid_is_drawn_in_the_slice_views_only(panel):
    import slicer

    open_inspect(panel)
    panel.ui.gridSpacingSpinBox.value = 7.0
    panel.ui.gridCheckBox.checked = True
    display = results_of(panel).transform.GetDisplayNode()
    assert display.GetVisibility() and display.GetVisibility2D() and not display.GetVisibility3D()
    assert display.GetVisualizationMode() == slicer.vtkMRMLTransformDisplayNode.VIS_MODE_GRID
    assert display.GetGridSpacingMm() == 7.0
    panel.ui.gridSpacingSpinBox.value = 12.0
    assert display.GetGridSpacingMm() == 12.0


def test_unticked_the_grid_s_display_goes_as_it_came(panel, host):
    open_inspect(panel)
    before = state(host)
    panel.ui.gridCheckBox.checked = True
    assert state(host) != before
    panel.ui.gridCheckBox.checked = False
    assert state(host) == before


def test_a_display_that_the_user_had_made_is_put_back(panel, host):
    import slicer

    transform = results_of(panel).transform
    transform.CreateDefaultDisplayNodes()
    display = transform.GetDisplayNode()
    display.SetVisualizationMode(slicer.vtkMRMLTransformDisplayNode.VIS_MODE_CONTOUR)
    display.SetVisibility3D(True)
    display.SetGridSpacingMm(33.0)
    before = state(host)
    open_inspect(panel)
    panel.ui.gridCheckBox.checked = True
    assert state(host) != before
    close_inspect(panel)
    assert state(host) == before


def test_the_grid_does_not_hide_the_anatomy(panel):
    open_inspect(panel)
    panel.ui.gridCheckBox.checked = True
    display = results_of(panel).transform.GetDisplayNode()
    assert display.GetSliceIntersectionThickness() == 1 and display.GetGridLineDiameterMm() < 1.0
    assert display.GetOpacity() < 1.0
    assert not display.GetScalarVisibility()  # dark gray where it hardly moves
    assert min(display.GetColor()) < 0.5 < max(display.GetColor())


def test_the_colors_that_slicer_makes_for_a_grid_go_with_it(panel, host):
    """The Transforms module's panel asks for them, and so does drawing with scalars."""
    import slicer

    open_inspect(panel)
    before = state(host)
    for _ in range(3):
        panel.ui.gridCheckBox.checked = True
        results_of(panel).transform.GetDisplayNode().SetScalarVisibility(True)
        assert slicer.util.getNodes("Displacement to color*")
        panel.ui.gridCheckBox.checked = False
    assert state(host) == before


def test_colors_that_somebody_else_uses_stay(panel):
    import slicer

    open_inspect(panel)
    panel.ui.gridCheckBox.checked = True
    display = results_of(panel).transform.GetDisplayNode()
    display.GetColorMap()
    colors = display.GetColorNode()
    results_of(panel).fixed.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    panel.ui.gridCheckBox.checked = False
    assert colors.GetScene() is slicer.mrmlScene


def test_a_display_that_had_no_colors_has_none_afterwards(panel, host):
    transform = results_of(panel).transform
    transform.CreateDefaultDisplayNodes()
    before = state(host)
    open_inspect(panel)
    panel.ui.gridCheckBox.checked = True
    transform.GetDisplayNode().GetColorMap()
    close_inspect(panel)
    assert state(host) == before


# --- going to the extremes ---


@pytest.mark.parametrize("button", ["smallestButton", "largestButton"])
def test_every_view_goes_to_the_extreme_voxel_of_the_head(button, panel):
    import slicer

    results = results_of(panel)
    array, head = slicer.util.arrayFromVolume(results.jacobian), slicer.util.arrayFromVolume(results.fixed) > 0
    open_inspect(panel, JACOBIAN)
    getattr(panel.ui, button).click()
    toWorld = np.linalg.inv(slicer.util.arrayFromVTKMatrix(matrix_of(results.jacobian)))
    node = slicer.util.getNodesByClass("vtkMRMLSliceNode")[0]
    x, y, z = slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS())[:3, 3]
    i, j, k = np.round((toWorld @ (x, y, z, 1.0))[:3]).astype(int)
    assert head[k, j, i]
    extremes = array[head].min(), array[head].max()
    assert array[k, j, i] == pytest.approx(extremes[button == "largestButton"], abs=0.02)  # dark voxels count for air
    for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        to_slice = np.linalg.inv(slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()))
        np.testing.assert_allclose((to_slice @ (x, y, z, 1.0))[:3], 0.0, atol=1e-6)  # in the middle of the view
    assert panel.ui.jumpLabel.text == f"det J = {array[k, j, i]:.3f} here"


def matrix_of(volume):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return matrix


def test_an_extreme_in_the_air_is_of_no_interest(panel):
    import slicer

    results = results_of(panel)
    open_inspect(panel, JACOBIAN)
    panel.ui.largestButton.click()
    found = panel.ui.jumpLabel.text
    slicer.util.arrayFromVolume(results.jacobian)[0, 0, 0] = 99.0
    assert slicer.util.arrayFromVolume(results.fixed)[0, 0, 0] == 0
    panel.ui.largestButton.click()
    assert panel.ui.jumpLabel.text == found


@pytest.mark.parametrize("kind", ["vtkMRMLLabelMapVolumeNode", "vtkMRMLSegmentationNode"])
def test_with_a_mask_only_its_voxels_count(kind, panel):
    import slicer

    results = results_of(panel)
    values = slicer.util.arrayFromVolume(results.jacobian)
    voxels = np.zeros(values.shape, np.uint8)
    voxels[4:7, 5:9, 3:8] = 1
    mask = slicer.util.addVolumeFromArray(
        voxels,
        slicer.util.arrayFromVTKMatrix(matrix_of(results.fixed)),
        "mask",
        "vtkMRMLLabelMapVolumeNode",
    )
    if kind == "vtkMRMLSegmentationNode":
        segmentation = slicer.mrmlScene.AddNewNodeByClass(kind)
        slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(mask, segmentation)
        mask = segmentation
    inspection = panel._parts.inspectPanel.inspection
    open_inspect(panel, JACOBIAN)
    assert inspection.goToExtreme(True, mask) == pytest.approx(values[voxels == 1].max())
    assert inspection.goToExtreme(False, mask) == pytest.approx(values[voxels == 1].min())


def test_the_crosshair_shows_the_place_until_the_section_is_closed(panel, host):
    import slicer

    crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    crosshair.SetCrosshairMode(crosshair.ShowHashmarks)
    crosshair.SetCrosshairRAS((1.0, 2.0, 3.0))
    before = state(host)
    open_inspect(panel, JACOBIAN)
    panel.ui.smallestButton.click()
    assert crosshair.GetCrosshairMode() == crosshair.ShowBasic
    place = slicer.util.getNodesByClass("vtkMRMLSliceNode")[0].GetSliceToRAS()
    np.testing.assert_allclose(crosshair.GetCrosshairRAS(), [place.GetElement(row, 3) for row in range(3)])
    close_inspect(panel)
    assert crosshair.GetCrosshairMode() == crosshair.ShowHashmarks
    assert crosshair.GetCrosshairRAS() == (1.0, 2.0, 3.0)
    assert state(host) == before


# --- the legend ---


def test_the_jacobian_has_its_legend_while_it_is_looked_at(panel, host):
    import slicer

    legend_of = slicer.modules.colors.logic().GetColorLegendDisplayNode
    jacobian = results_of(panel).jacobian
    open_inspect(panel, AFTER)
    assert legend_of(jacobian) is None
    panel.ui.inspectModeComboBox.currentText = JACOBIAN
    legend = legend_of(jacobian)
    assert legend.GetTitleText() == "det J" and legend.GetVisibility()
    assert legend.GetPrimaryDisplayNode() is jacobian.GetDisplayNode()
    panel.ui.inspectModeComboBox.currentText = AFTER
    assert legend_of(jacobian) is None


def test_a_legend_that_the_user_had_made_stays_as_it_was(panel, host):
    import slicer

    colors = slicer.modules.colors.logic()
    legend = colors.AddDefaultColorLegendDisplayNode(results_of(panel).jacobian)
    legend.SetTitleText("mine")
    legend.SetVisibility(False)
    before = state(host)
    open_inspect(panel, JACOBIAN)
    assert legend.GetTitleText() == "det J" and legend.GetVisibility()
    close_inspect(panel)
    assert state(host) == before


def test_closing_goes_back_to_where_the_views_were(panel, host):
    before = state(host)
    open_inspect(panel, JACOBIAN)
    panel.ui.largestButton.click()
    assert state(host)[3] != before[3]
    close_inspect(panel)
    assert state(host) == before


# --- giving the views back ---


LEAVING = {
    "closing the section": lambda panel, host: close_inspect(panel),
    "another module": lambda panel, host: panel.parent.exit(),
    "reload": lambda panel, host: host.reload("NODEORegistration"),
}


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
def test_leaving_gives_everything_back(leave, panel, host):
    before = state(host)
    use_everything(panel)
    leave(panel, host)
    host.wait(0.6)  # a flicker that had not been stopped would show
    assert state(host) == before


def test_closing_gives_everything_back_from_every_mode(panel, host):
    before = state(host)
    for mode in (BEFORE, AFTER, CHECKERBOARD, DIFFERENCE, JACOBIAN):
        use_everything(panel)
        panel.ui.inspectModeComboBox.currentText = mode
        close_inspect(panel)
        assert state(host) == before, mode


def test_what_the_user_showed_before_comes_back_and_not_the_result(panel, host):
    import slicer

    results = results_of(panel)
    slicer.util.setSliceViewerLayers(background=results.moving, foreground=None, label=None)
    before = state(host)
    shown = picture(host)
    use_everything(panel)
    close_inspect(panel)
    assert state(host) == before
    np.testing.assert_array_equal(picture(host), shown)


def test_views_that_differ_from_each_other_come_back_as_they_were(panel, host):
    import slicer

    results = results_of(panel)
    red, green, yellow = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    red.SetBackgroundVolumeID(results.moving.GetID())
    green.SetForegroundVolumeID(None)
    yellow.SetForegroundOpacity(0.125)
    before = state(host)
    use_everything(panel)
    close_inspect(panel)
    assert state(host) == before


def test_opened_a_second_time_it_gives_back_what_was_shown_in_between(panel, host):
    import slicer

    use_everything(panel)
    close_inspect(panel)
    slicer.util.setSliceViewerLayers(background=results_of(panel).warped, foreground=None)
    before = state(host)
    use_everything(panel)
    close_inspect(panel)
    assert state(host) == before


def test_a_scene_that_is_closed_meanwhile_is_forgotten(panel, host):
    import slicer

    use_everything(panel)
    slicer.mrmlScene.Clear(0)
    host.wait(0.6)
    assert not slicer.util.getNodes("*inspection*", useLists=True)
    assert not panel.ui.inspectCollapsibleButton.enabled
    assert panel.ui.inspectCollapsibleButton.collapsed
    host.check()


def test_a_scene_saved_during_inspection_has_nothing_of_it(panel, host, tmp_path):
    import slicer

    open_inspect(panel, CHECKERBOARD)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrml"))
    assert "NODEO inspection" not in (tmp_path / "scene.mrml").read_text(encoding="utf-8")


# --- with less than everything ---


@pytest.mark.parametrize(
    ("gone", "mode"),
    [
        ("fixed", DIFFERENCE),
        ("moving", BEFORE),
        ("warped", CHECKERBOARD),
        ("warped", AFTER),
        ("jacobian", JACOBIAN),
        ("transform", AFTER),
    ],
)
def test_a_node_deleted_while_it_is_looked_at_raises_nothing(gone, mode, panel, host):
    import slicer

    use_everything(panel)
    panel.ui.inspectModeComboBox.currentText = mode
    slicer.mrmlScene.RemoveNode(getattr(results_of(panel), gone))
    host.wait(0.02)
    for index in range(panel.ui.inspectModeComboBox.count):
        panel.ui.inspectModeComboBox.currentIndex = index
    for button in (panel.ui.smallestButton, panel.ui.largestButton, panel.ui.beforeAfterButton):
        button.click()
    close_inspect(panel)
    host.check()


@pytest.mark.parametrize("gone", ["warped", "jacobian", "transform", "inverse"])
def test_a_deleted_output_is_not_replaced_by_another_node(gone, panel, host):
    """The panel's selector must not go on to the next node, which never was a result."""
    import slicer

    slicer.mrmlScene.RemoveNode(getattr(results_of(panel), gone))
    host.wait(0.02)
    assert getattr(results_of(panel), gone) is None


@pytest.mark.parametrize("gone", ["fixed", "moving"])
def test_a_deleted_input_is_not_replaced_by_another_volume(gone, panel, host):
    import slicer

    slicer.mrmlScene.RemoveNode(getattr(results_of(panel), gone))
    host.wait(0.02)
    assert getattr(results_of(panel), gone) is None
    assert not panel.ui.registerButton.enabled


def test_with_the_jacobian_alone_it_can_be_looked_at(panel, host):
    import slicer

    results = results_of(panel)
    panel.parent.exit()
    for node in (results.warped, results.transform, results.inverse):
        slicer.mrmlScene.RemoveNode(node)
    panel.parent.enter()
    open_inspect(panel)
    box = panel.ui.inspectModeComboBox
    assert [box.itemText(index) for index in range(box.count)] == [BEFORE, JACOBIAN]
    assert not panel.ui.gridCheckBox.enabled and not panel.ui.beforeAfterButton.enabled
    box.currentText = JACOBIAN
    panel.ui.smallestButton.click()
    close_inspect(panel)


def test_without_results_there_is_nothing_to_inspect(host):
    panel = host.load(MODULE)
    assert not panel.ui.inspectCollapsibleButton.enabled


def test_a_volume_chosen_as_output_is_no_result_before_the_run(host):
    """To update an existing node, it is chosen first: nothing is known of it yet."""
    import slicer

    panel = host.load(MODULE)
    panel._parameters.outputWarped = slicer.util.addVolumeFromArray(np.zeros((9, 9, 9), np.uint8), None, "mine")
    assert panel.ui.verdictLabel.text == "Nothing registered yet."
    assert not panel.ui.inspectCollapsibleButton.enabled
