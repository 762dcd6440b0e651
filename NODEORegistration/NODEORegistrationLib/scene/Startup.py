"""What the module does when Slicer has started, whether its panel is opened or not."""

import slicer

from .Loan import settleLoans
from .SampleDataSource import registerSampleData
from .SceneImport import restoreInterpolation
from .TemporaryFolder import sweep


def onStartup():
    """Offer the sample pair, and keep an eye on scenes that are opened."""
    registerSampleData()
    sweep()
    slicer.mrmlScene.AddObserver(slicer.mrmlScene.EndImportEvent, _onImported)


def _onImported(caller, event):
    restoreInterpolation()
    settleLoans()
