"""What the module does when Slicer has started, whether its panel is opened or not."""

import logging

import slicer

from .Loan import settleLoans
from .ResultMarks import separateMarks
from .SampleDataSource import registerSampleData
from .SceneImport import restoreInterpolation
from .TemporaryFolder import sweep


def onStartup():
    """Offer the sample pair, and keep an eye on scenes that are opened."""
    slicer.mrmlScene.AddObserver(slicer.mrmlScene.EndImportEvent, _onImported)
    registerSampleData()
    try:
        sweep()
    except OSError:
        logging.exception("NODEO: what an earlier Slicer left could not be removed.")


def _onImported(caller, event):
    restoreInterpolation()
    settleLoans()
    separateMarks()
