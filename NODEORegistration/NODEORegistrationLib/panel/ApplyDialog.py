"""The dialog that asks what else is to follow the moving volume under the transform."""

import qt
from slicer.i18n import tr as _

from ..scene.Companions import companionsOf, putUnder, takeOut, titleOf


class ApplyDialog:
    """Ticks beside nodes: those that are ticked lie under the transform when Apply is pressed, the others do not.

    Args:
        results: a :class:`~NODEORegistrationLib.scene.Results.Results`.
        parent: the window it belongs to, or None.
    """

    def __init__(self, results, parent=None):
        self._transform = results.transform
        self.dialog = qt.QDialog(parent)
        self.dialog.setWindowTitle(_("Apply the transform"))
        layout = qt.QVBoxLayout(self.dialog)
        introduction = qt.QLabel(_("Under {transform}:").format(transform=results.transform.GetName()))
        layout.addWidget(introduction)
        self.boxes = []
        for companion in companionsOf(results):
            node = companion.node
            box = qt.QCheckBox(titleOf(node))
            box.checked = companion.belongs or self._isUnder(node)
            layout.addWidget(box)
            self.boxes.append((box, node))
        note = qt.QLabel(_("Nothing is resampled: take a node out of the transform, and it is as it was."))
        note.wordWrap = True
        layout.addWidget(note)
        buttons = qt.QDialogButtonBox()
        buttons.setStandardButtons(qt.QDialogButtonBox.Apply | qt.QDialogButtonBox.Cancel)
        layout.addWidget(buttons)
        buttons.button(qt.QDialogButtonBox.Apply).connect("clicked()", self.dialog.accept)
        buttons.connect("rejected()", self.dialog.reject)

    def run(self):
        """Show the dialog, and do what was ticked if Apply is pressed."""
        if self.dialog.exec_() == qt.QDialog.Accepted:
            self.apply()
        self.dialog.deleteLater()
        self.boxes = []

    def apply(self):
        """Put what is ticked under the transform, and take out what is not."""
        putUnder([node for box, node in self.boxes if box.checked], self._transform)
        takeOut([node for box, node in self.boxes if not box.checked and self._isUnder(node)])

    def _isUnder(self, node):
        return node.GetParentTransformNode() is self._transform
