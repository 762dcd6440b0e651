"""Inspect: what the slice views show in each mode, as pictures, and that they are given back as they were."""

from __future__ import annotations

import numpy as np
import pytest
from registered_scene import MODULE, open_registered_scene

BEFORE, AFTER = "Before: moving on fixed", "After: warped on fixed"
CHECKERBOARD, DIFFERENCE, JACOBIAN = "Checkerboard: fixed, warped", "Difference: fixed − warped", "Jacobian determinant"


@pytest.fixture
def panel(host, scene_file):
    """The panel over a scene with a registered pair, fresh from the disk for each test."""
    panel = open_registered_scene(host, scene_file, step=5)
    import slicer

    results = results_of(panel)
    slicer.util.setSliceViewerLayers(
        background=results.fixed, foreground=results.warped, foregroundOpacity=0.5, fit=True
    )
    host.wait(0.02)
    yield panel
    panel.parent.exit()
    panel.logic.forgetParameterNode()  # Python may keep the panel, and it would go on looking at its parameters


def results_of(panel):
    from NODEORegistrationLib import resultsOf

    return resultsOf(panel._parameters)


def open_inspect(panel, mode=None, opacity=None):
    panel.ui.inspectCollapsibleButton.collapsed = False
    if mode is not None:
        panel.ui.inspectModeComboBox.currentText = mode
        assert panel.ui.inspectModeComboBox.currentText == mode
    if opacity is not None:
        panel.ui.overlayOpacitySlider.value = opacity


def close_inspect(panel):
    panel.ui.inspectCollapsibleButton.collapsed = True


def picture(host, view="Red"):
    return host.renderSlice(view).astype(float)


def layers():
    """{view: (background, foreground, label, opacity of the foreground)}"""
    import slicer

    return {
        node.GetName(): (
            node.GetBackgroundVolumeID(),
            node.GetForegroundVolumeID(),
            node.GetLabelVolumeID(),
            node.GetForegroundOpacity(),
        )
        for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    }


def state(host):
    """The scene as it would be saved, and what of it would not be: every node and what the views show."""
    import slicer

    scene = slicer.mrmlScene
    nodes = sorted(scene.GetNthNode(index).GetID() for index in range(scene.GetNumberOfNodes()))
    places = {
        node.GetID(): (slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()).round(9).tolist(), node.GetFieldOfView())
        for node in slicer.util.getNodesByClass("vtkMRMLSliceNode")
    }
    return host.snapshot(), nodes, layers(), places


def pure(panel, host):
    """Pictures of the fixed volume alone and of the warped one alone."""
    open_inspect(panel, AFTER, 0.0)
    fixed = picture(host)
    panel.ui.overlayOpacitySlider.value = 1.0
    return fixed, picture(host)


# --- what is seen ---


def test_opened_it_shows_the_warped_volume_on_the_fixed_one(panel):
    open_inspect(panel)
    results = results_of(panel)
    assert panel.ui.inspectModeComboBox.currentText == AFTER
    assert set(layers().values()) == {(results.fixed.GetID(), results.warped.GetID(), None, 0.5)}


def test_all_modes_are_offered(panel):
    open_inspect(panel)
    box = panel.ui.inspectModeComboBox
    assert [box.itemText(index) for index in range(box.count)] == [BEFORE, AFTER, CHECKERBOARD, DIFFERENCE, JACOBIAN]


@pytest.mark.parametrize("view", ["Red", "Green", "Yellow"])
def test_after_looks_more_like_the_fixed_volume_than_before(view, panel, host):
    open_inspect(panel, AFTER, 0.0)
    fixed = picture(host, view)
    panel.ui.overlayOpacitySlider.value = 1.0
    after = picture(host, view)
    panel.ui.inspectModeComboBox.currentText = BEFORE
    before = picture(host, view)
    assert fixed.max() > 100  # it is not a black picture
    # On this coarse pair, voxels of 5 mm, the run takes 14 to 23 % off the difference of these three slices.
    assert np.abs(after - fixed).mean() < 0.9 * np.abs(before - fixed).mean()


def test_the_button_switches_before_and_after(panel):
    open_inspect(panel)
    results = results_of(panel)
    for expected, mode in ((results.moving, BEFORE), (results.warped, AFTER), (results.moving, BEFORE)):
        panel.ui.beforeAfterButton.click()
        assert panel.ui.inspectModeComboBox.currentText == mode
        assert {shown[1] for shown in layers().values()} == {expected.GetID()}


def test_opacity_blends_the_two(panel, host):
    fixed, warped = pure(panel, host)
    panel.ui.overlayOpacitySlider.value = 0.25
    np.testing.assert_allclose(picture(host), 0.75 * fixed + 0.25 * warped, atol=2.0)  # bytes, rounded twice


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


def test_flicker_switches_between_the_two_and_ends_at_the_opacity_that_was(panel, host):
    open_inspect(panel, AFTER, 0.3)
    panel.ui.flickerCheckBox.checked = True
    seen = set()

    def look():
        seen.update(shown[3] for shown in layers().values())
        return {0.0, 1.0} <= seen

    host.wait(look, 3.0)
    panel.ui.flickerCheckBox.checked = False
    host.wait(0.6)
    assert {shown[3] for shown in layers().values()} == {0.3}


def test_the_opacity_chosen_while_it_flickers_counts_afterwards(panel, host):
    open_inspect(panel, AFTER, 0.3)
    panel.ui.flickerCheckBox.checked = True
    panel.ui.overlayOpacitySlider.value = 0.8
    panel.ui.flickerCheckBox.checked = False
    assert {shown[3] for shown in layers().values()} == {0.8}


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


# --- going to the extremes ---


@pytest.mark.parametrize("button", ["smallestButton", "largestButton"])
def test_every_view_goes_to_the_extreme_voxel(button, panel):
    import slicer
    import vtk

    jacobian = results_of(panel).jacobian
    array = slicer.util.arrayFromVolume(jacobian)
    index = np.argwhere(array == (array.min() if button == "smallestButton" else array.max()))[0]
    matrix = vtk.vtkMatrix4x4()
    jacobian.GetIJKToRASMatrix(matrix)
    place = np.array(matrix.MultiplyPoint((*(float(n) for n in index[::-1]), 1.0)))
    open_inspect(panel, JACOBIAN)
    getattr(panel.ui, button).click()
    for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        to_slice = np.linalg.inv(slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()))
        np.testing.assert_allclose((to_slice @ place)[:3], 0.0, atol=1e-6)  # in the middle of the view
    assert panel.ui.jumpLabel.text == f"det J = {array[tuple(index)]:.3f} here"


def test_closing_goes_back_to_where_the_views_were(panel, host):
    before = state(host)
    open_inspect(panel, JACOBIAN)
    panel.ui.largestButton.click()
    assert state(host)[3] != before[3]
    close_inspect(panel)
    assert state(host) == before


# --- giving the views back ---


def use_everything(panel):
    open_inspect(panel)
    for mode in (BEFORE, CHECKERBOARD, DIFFERENCE, JACOBIAN, AFTER):
        panel.ui.inspectModeComboBox.currentText = mode
    panel.ui.overlayOpacitySlider.value = 0.9
    panel.ui.gridCheckBox.checked = True
    panel.ui.flickerCheckBox.checked = True
    panel.ui.smallestButton.click()


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
    assert panel.ui.resultLabel.text == "Nothing registered yet."
    assert not panel.ui.inspectCollapsibleButton.enabled
