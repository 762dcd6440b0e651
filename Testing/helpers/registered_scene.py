"""A scene with a registered pair, made once a test file, and opened anew for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"


def open_registered_scene(host, scene_file: Path, step: int, choose: Callable = lambda parameters: None):
    """The panel over the small sample pair, registered, saved and opened again.

    Args:
        scene_file: where the scene is kept; it is made if it is not there.
        step: every so many-th voxel of the sample pair.
        choose: sets parameters before the registration; the preset is Fast.
    """
    import slicer

    panel = host.load(MODULE)
    if not scene_file.exists():
        from NODEORegistration import NODEORegistrationTest

        parameters = panel._parameters
        parameters.fixedVolume, parameters.movingVolume = NODEORegistrationTest().loadSmallPair(step)
        parameters.preset = type(parameters.preset).FAST
        parameters.start = type(parameters.start).NONE
        parameters.createInverse = True
        choose(parameters)
        panel.ui.registerButton.click()
        host.wait(lambda: panel._run is None, 120)
        assert slicer.util.saveScene(str(scene_file)), panel.ui.logTextEdit.plainText
        slicer.mrmlScene.Clear(0)
    panel.parent.exit()
    slicer.util.loadScene(str(scene_file), {"clear": True})
    panel.parent.enter()
    return panel
