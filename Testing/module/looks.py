"""Draws the panel as others see it: `python Testing/module/looks.py [--output build/looks]`.

In Slicer's light and dark style, and at 125 % and 200 % of the usual size. Each is a process of its own, since Qt reads
the scale when it starts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"
WIDTH = 400  # of the panel, as Slicer opens it
DARK = {  # as qSlicerStyle's "Dark Slicer" has them
    "Window": "#323232", "WindowText": "#ffffff", "Base": "#232323", "AlternateBase": "#2d2d2d", "Text": "#ffffff",
    "Button": "#353535", "ButtonText": "#ffffff", "ToolTipBase": "#323232", "ToolTipText": "#ffffff",
    "Highlight": "#2a82da", "HighlightedText": "#ffffff", "PlaceholderText": "#aaaaaa", "Mid": "#2b2b2b",
    "Light": "#505050", "Midlight": "#424242", "Dark": "#1e1e1e",
}  # fmt: skip
LOOKS = {"light": ("light", "1"), "dark": ("dark", "1"), "light-125": ("light", "1.25"), "dark-200": ("dark", "2")}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--output", type=Path, default=ROOT / "build" / "looks")
    options.add_argument("--only", choices=("light", "dark"), help="draw this one in this process")
    options.add_argument("--name", default="light")
    given = options.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    if given.only:
        draw(given.only == "dark", given.output, given.name)
        return
    for name, (style, scale) in LOOKS.items():
        environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, __file__, "--only", style, "--name", name, "--output", str(given.output)]
        subprocess.run(command, env=environment, check=True)


def draw(dark: bool, output: Path, name: str) -> None:
    """The panel with a finished registration, and with its other sections open."""
    sys.path[:0] = [str(ROOT / "Testing"), str(ROOT / "Testing" / "helpers"), str(MODULE)]
    from slicer_host import start

    host = start()
    host.reset()
    if dark:
        darken()
    panel = host.load(MODULE / "NODEORegistration.py")
    from NODEORegistration import NODEORegistrationTest

    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = NODEORegistrationTest().loadSmallPair(4)
    parameters.preset = type(parameters.preset).FAST
    panel.ui.registerButton.click()
    host.wait(lambda: panel._run is None, 120)
    panel.ui.detailsCollapsibleButton.collapsed = False
    print(f"{name}-finished.png", *host.grab(panel.parent, output / f"{name}-finished.png", WIDTH))
    for section in ("inputs", "result", "inspect"):
        getattr(panel.ui, f"{section}CollapsibleButton").collapsed = True
    for section in ("regularization", "guidance"):
        getattr(panel.ui, f"{section}CollapsibleButton").collapsed = False
    parameters.fixedPoints = None
    print(f"{name}-options.png", *host.grab(panel.parent, output / f"{name}-options.png", WIDTH))
    host.reset()


def darken() -> None:
    """The colors of Slicer's dark style, for all that is drawn from now on."""
    from PySide6 import QtGui, QtWidgets

    palette = QtGui.QPalette()
    for role, color in DARK.items():
        palette.setColor(getattr(QtGui.QPalette, role), QtGui.QColor(color))
    QtWidgets.QApplication.instance().setPalette(palette)
    QtWidgets.QApplication.instance().setStyle("Fusion")


if __name__ == "__main__":
    main()
