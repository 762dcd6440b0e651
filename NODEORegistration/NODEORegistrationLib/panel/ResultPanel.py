"""What the last registration achieved, and what can be done with it: export it, inspect it."""

import slicer
from slicer.i18n import tr as _

from ..scene.Results import resultsOf
from ..scene.ResultSummary import summaryHtml
from .ExportDialog import ExportDialog


class ResultPanel:
    """Shows the results that the parameters name.

    Args:
        ui: the widgets of the panel.
        inspectPanel: told of them, too.
    """

    def __init__(self, ui, inspectPanel):
        self.ui = ui
        self._inspectPanel = inspectPanel
        self._parameters = None
        ui.exportButton.connect("clicked()", self._onExport)

    def follow(self, parameters):
        """Show what ``parameters`` name; None: hold on to nothing."""
        self._parameters = parameters
        if parameters is None:
            return
        results = resultsOf(parameters)
        metrics = results.metrics()
        self.ui.resultLabel.text = _("Nothing registered yet.") if metrics is None else summaryHtml(metrics)
        self.ui.exportButton.enabled = metrics is not None
        self._inspectPanel.update(results)

    def _onExport(self):
        ExportDialog(resultsOf(self._parameters), slicer.util.mainWindow()).run()
