"""Many moving volumes, one after the other: the section Batch."""

import time

import qt
import slicer
from slicer.i18n import tr as _

from ..run import Dependencies
from ..run.Batch import Batch
from ..run.BatchRequests import batchRequests, whyNotBatch
from ..scene.NodeChoices import BATCHED, chooseNodes
from ..scene.VolumeChoice import movableVolumes
from ..scene.VolumeFolders import foldersOf
from ..Signal import Signal
from .NodeList import NodeList
from .RegisterButton import DOUBLE_CLICK_SECONDS

_WIDTHS = (110, 80, 45)  # pixels of the first columns; the last has the rest


class BatchBox:
    """The list of volumes, the button that says Register all or Cancel, and the table of what comes of it.

    Args:
        ui: the widgets of the panel.
        logic: the module's logic, which queues runs.

    Signals:
        starting(): the views are to be given back.
        started(Run): a run has begun.
        chosen(str): a person wants to see the results of that mark.

    Attributes:
        batch: what was started here and has not ended, or None.
    """

    def __init__(self, ui, logic):
        self.starting, self.started, self.chosen = Signal(), Signal(), Signal()
        self.batch = None
        self.rows = []
        self._ui, self._logic = ui, logic
        self._list = NodeList(ui.batchList, BATCHED, lambda node: node.GetName())
        self._parameters = None
        self._folders = []
        self._begun = 0.0
        ui.batchFolderComboBox.connect("activated(int)", self._onFolder)
        ui.batchButton.connect("clicked()", self._onClicked)
        ui.batchCollapsibleButton.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.batchTable.connect("cellDoubleClicked(int,int)", self._onRow)
        ui.batchTable.setHorizontalHeaderLabels([_("Moving volume"), _("State"), _("Folds"), _("Dice or loss")])
        for column, width in enumerate(_WIDTHS):
            ui.batchTable.setColumnWidth(column, width)
        ui.batchTable.horizontalHeader().setStretchLastSection(True)
        self.clear()

    def follow(self, parameters):
        """Show what ``parameters`` choose; None: hold on to nothing, a batch goes on."""
        self._parameters = parameters
        if parameters is None:
            self._list.forget()
            self._folders = []
        self.update()

    def update(self):
        """Look what can be registered now; nobody does where the section is closed."""
        if self._parameters is None or self._ui.batchCollapsibleButton.collapsed:
            return
        volumes = movableVolumes(self._parameters.fixedVolume)
        self._list.show(self._parameters, volumes)
        self._ui.batchList.enabled = self.batch is None
        self._listFolders(volumes)
        self._updateButton()

    def clear(self):
        """Forget the last batch: its scene is gone."""
        self.batch, self.rows = None, []
        self._fill()

    def _listFolders(self, volumes):
        box = self._ui.batchFolderComboBox
        self._folders = [(_("All"), volumes), (_("None"), []), *foldersOf(volumes)]
        titles = [_("{name} ({count})").format(name=name, count=len(held)) for name, held in self._folders]
        self._folders = [[node.GetID() for node in held] for _name, held in self._folders]
        if titles != [box.itemText(index) for index in range(1, box.count)]:
            box.clear()
            for title in (_("Tick …"), *titles):
                box.addItem(title)
        box.currentIndex = 0
        box.enabled = self.batch is None

    def _updateButton(self):
        button, reasonLabel = self._ui.batchButton, self._ui.batchReasonLabel
        if self.batch is not None:
            button.text, reasonLabel.text = _("Cancel"), ""
            button.enabled = not self.batch.isCancelling()
        else:
            ticked = self._list.ticked()
            reason = whyNotBatch(self._parameters, ticked)
            button.text = _("Register all ({count})").format(count=len(ticked)) if ticked else _("Register all")
            button.enabled, reasonLabel.text = not reason, str(reason)
        reasonLabel.visible = bool(reasonLabel.text)

    def _onFolder(self, index):
        if self._parameters is None or not 0 < index <= len(self._folders):
            return
        nodes = [slicer.mrmlScene.GetNodeByID(nodeId) for nodeId in self._folders[index - 1]]
        chooseNodes(self._parameters, BATCHED, [node for node in nodes if node is not None])
        self.update()

    def _onClicked(self):
        if self.batch is None:
            self._start()
        elif time.monotonic() - self._begun > DOUBLE_CLICK_SECONDS:
            self.batch.cancel()
            self._updateButton()

    def _start(self):
        self._ui.batchButton.enabled = False  # an installation may let a second click through
        reason = Dependencies.ensure() or whyNotBatch(self._parameters, self._list.ticked())
        if reason:
            self.update()
            slicer.util.warningDisplay(str(reason), windowTitle=_("NODEO Registration"))
            return
        self.starting.emit()
        requests = batchRequests(self._parameters, self._list.ticked())
        self.batch, self._begun = Batch(requests, self._logic.submit), time.monotonic()
        self.rows = self.batch.rows
        self._fill()
        self.batch.started.connect(self.started.emit)
        self.batch.changed.connect(self._fillRow)
        self.batch.ended.connect(self._onEnded)
        self.batch.start()
        self.update()

    def _onEnded(self, batch):
        if batch is self.batch:  # else it was another scene's
            self.batch = None
        self.update()

    def _onCollapsed(self, collapsed):
        if not collapsed:
            self.update()

    def _onRow(self, row, column):
        """Show the results of a row."""
        if self._parameters is not None and 0 <= row < len(self.rows) and self.rows[row].mark:
            self.chosen.emit(self.rows[row].mark)

    def _fill(self):
        table = self._ui.batchTable
        table.setRowCount(len(self.rows))
        for widget in (table, self._ui.batchTableLabel, self._ui.batchTableNoteLabel):
            widget.visible = bool(self.rows)
        for index in range(len(self.rows)):
            self._fillRow(index)

    def _fillRow(self, index):
        if index >= len(self.rows):
            return
        row = self.rows[index]
        for column, text in enumerate((row.name, _stateOf(row), row.folds, row.measure)):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(text)
            self._ui.batchTable.setItem(index, column, item)


def _stateOf(row):
    if row.state == "failed":
        return _("Failed: {message}").format(message=row.message)
    if row.state in ("preparing", "running", "loading"):
        return _("{percent} %").format(percent=row.percent)
    return {"waiting": _("Waiting"), "finished": _("Done"), "cancelled": _("Cancelled")}[row.state]
