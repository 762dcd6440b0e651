"""The dialog that asks what to export, in which format, and where to."""

import logging

import ctk
import qt
import slicer
from slicer.i18n import tr as _

from ..scene import Export

_TITLES = {
    Export.TRANSFORM: _("Transform"),
    Export.INVERSE: _("Inverse transform"),
    Export.FIELD: _("Displacement field"),
    Export.WARPED: _("Warped volume"),
    Export.JACOBIAN: _("Jacobian volume"),
    Export.SETTINGS: _("Settings"),
    Export.REPORT: _("Report"),
}
_FOLDER_SETTING = "NODEO/ExportFolder"
_ABSENT = _("This output is not in the scene: tick it under Outputs and register again.")


_FOLDER_WIDTH = 420  # pixels


def prefixOf(results):
    """What the names of the files begin with, after the names of the volumes."""
    fixed, moving = results.inputNames()
    return Export.asFileName(f"{moving}-on-{fixed}-")


class ExportDialog:
    """Choices for :func:`Export.export`.

    Args:
        results: what the scene holds.
        parent: the window it belongs to, or None.
    """

    def __init__(self, results, parent=None):
        self.results = results
        self.dialog = qt.QDialog(parent)
        self.dialog.setWindowTitle(_("Export the registration"))
        layout = qt.QVBoxLayout(self.dialog)
        grid = qt.QGridLayout()
        layout.addLayout(grid)
        self.boxes, self.formats = {}, {}
        possible = Export.possibleKinds(results)
        for row, (kind, extensions) in enumerate(Export.FORMATS.items()):
            box = qt.QCheckBox(_TITLES[kind])
            box.checked = kind in possible and kind != Export.FIELD
            box.enabled = kind in possible
            if kind not in possible:
                box.toolTip = _ABSENT
            grid.addWidget(box, row, 0)
            grid.addWidget(self._format(kind, extensions, kind in possible), row, 1)
            self.boxes[kind] = box
        form = qt.QFormLayout()
        layout.addLayout(form)
        self.folderEdit = ctk.ctkPathLineEdit()
        self.folderEdit.filters = ctk.ctkPathLineEdit.Dirs
        self.folderEdit.currentPath = slicer.util.settingsValue(_FOLDER_SETTING, slicer.app.defaultScenePath)
        self.folderEdit.minimumWidth = _FOLDER_WIDTH
        self.prefixEdit = qt.QLineEdit(prefixOf(results))
        self.openBox = qt.QCheckBox(_("Open the folder afterwards"))
        form.addRow(_("Folder:"), self.folderEdit)
        form.addRow(_("File names begin with:"), self.prefixEdit)
        layout.addWidget(self.openBox)
        buttons = qt.QDialogButtonBox()
        buttons.setStandardButtons(qt.QDialogButtonBox.Save | qt.QDialogButtonBox.Cancel)
        layout.addWidget(buttons)
        buttons.connect("accepted()", self.dialog.accept)
        buttons.connect("rejected()", self.dialog.reject)

    def _format(self, kind, extensions, possible):
        """A choice of formats, or the name of the only one."""
        if len(extensions) == 1:
            return qt.QLabel(extensions[0])
        combo = qt.QComboBox()
        for extension in extensions:
            combo.addItem(extension)
        combo.enabled = possible
        self.formats[kind] = combo
        return combo

    def run(self):
        """Show the dialog, and save if Save is pressed; back to the dialog if nothing could be written."""
        while self.dialog.exec_() == qt.QDialog.Accepted:
            if self.save():
                break
        self.dialog.deleteLater()

    def paths(self):
        """{kind: path} of what is ticked."""
        formats = {
            kind: self.formats[kind].currentText if kind in self.formats else Export.FORMATS[kind][0]
            for kind, box in self.boxes.items()
            if box.checked
        }
        return Export.exportPaths(self.folderEdit.currentPath, self.prefixEdit.text, formats)

    def save(self):
        """Write what is ticked, ask before files are replaced, say where they went; whether it was done."""
        paths = self.paths()
        if not self.folderEdit.currentPath.strip():
            slicer.util.infoDisplay(_("Choose the folder to export to."))
            return False
        if Export.isPath(self.prefixEdit.text):
            slicer.util.infoDisplay(_("The names of files cannot begin with a folder: take the slash away."))
            return False
        if not paths:
            slicer.util.infoDisplay(_("Nothing was ticked, so nothing was exported."))
            return False
        existing = [path.name for path in paths.values() if path.exists()]
        if existing and not slicer.util.confirmYesNoDisplay(
            _("These files exist in {folder}. Replace them?").format(folder=self.folderEdit.currentPath)
            + "\n\n"
            + "\n".join(existing)
        ):
            return False
        try:
            with slicer.util.WaitCursor():
                Export.export(self.results, paths)
        except Export.ExportFailed as error:
            slicer.util.errorDisplay(str(error))
            return False
        except Exception as error:
            logging.exception("NODEO: the export failed.")
            slicer.util.errorDisplay(_("The export failed: {error}.").format(error=error))
            return False
        qt.QSettings().setValue(_FOLDER_SETTING, self.folderEdit.currentPath)
        if self.openBox.checked:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self.folderEdit.currentPath))
            return True
        slicer.util.infoDisplay(
            _("Exported to {folder}:").format(folder=self.folderEdit.currentPath)
            + "\n\n"
            + "\n".join(path.name for path in paths.values())
        )
        return True
