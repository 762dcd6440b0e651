"""A registered pair under the Inspect section: opening and closing it, and what the slice views show."""

from __future__ import annotations

from contextlib import contextmanager
from difflib import unified_diff

from registered_scene import open_registered_scene

BEFORE, AFTER = "Before: moving on fixed", "After: warped on fixed"
CHECKERBOARD, DIFFERENCE, JACOBIAN = "Checkerboard: fixed, warped", "Difference: fixed − warped", "Jacobian determinant"
MODES = (BEFORE, AFTER, CHECKERBOARD, DIFFERENCE, JACOBIAN)


@contextmanager
def told_saving():
    """A saving of the scene that is told; told to be over whatever comes of it, or no later one would be heard of."""
    import slicer

    scene = slicer.mrmlScene
    scene.StartState(scene.SaveState)
    try:
        yield
    finally:
        scene.EndState(scene.SaveState)


def lines_apart(before, now):
    """What two snapshots of a scene do not have in common, line by line: empty if they are the same."""
    return list(unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=0))


@contextmanager
def registered_panel(host, scene_file):
    """The panel over a scene with a registered pair, fresh from the disk, the result half transparent in the views."""
    panel = open_registered_scene(host, scene_file, step=5)
    show(panel)
    host.wait(0.02)
    yield panel
    panel.parent.exit()
    panel.logic.forgetParameterNode()  # Python may keep the panel, and it would go on looking at its parameters


def show(panel):
    import slicer

    results = results_of(panel)
    slicer.util.setSliceViewerLayers(
        background=results.fixed, foreground=results.warped, foregroundOpacity=0.5, fit=True
    )


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


def use_everything(panel):
    open_inspect(panel)
    for mode in (BEFORE, CHECKERBOARD, DIFFERENCE, JACOBIAN, AFTER):
        panel.ui.inspectModeComboBox.currentText = mode
    panel.ui.overlayOpacitySlider.value = 0.9
    panel.ui.gridCheckBox.checked = True
    panel.ui.flickerCheckBox.checked = True
    panel.ui.smallestButton.click()


def picture(host, view="Red"):
    return host.renderSlice(view).astype(float)


def layers():
    """{view: (background, foreground, label, opacity of the foreground, compositing)}"""
    import slicer

    return {
        node.GetName(): (
            node.GetBackgroundVolumeID(),
            node.GetForegroundVolumeID(),
            node.GetLabelVolumeID(),
            node.GetForegroundOpacity(),
            node.GetCompositing(),
        )
        for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    }


def places():
    """{view: (matrix, field of view)}"""
    import slicer

    return {
        node.GetID(): (slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()).round(9).tolist(), node.GetFieldOfView())
        for node in slicer.util.getNodesByClass("vtkMRMLSliceNode")
    }


def node_ids():
    import slicer

    scene = slicer.mrmlScene
    return sorted(scene.GetNthNode(index).GetID() for index in range(scene.GetNumberOfNodes()))


def state(host):
    """The scene as it would be saved, and what of it would not be: every node and what the views show."""
    return host.snapshot(), node_ids(), layers(), places()
