"""What the module does when Slicer has started, whether its panel is opened or not."""

import slicer

from .SampleDataSource import registerSampleData
from .SceneImport import restoreInterpolation


def onStartup():
    """Offer the sample pair, and keep an eye on scenes that are opened."""
    registerSampleData()
    slicer.mrmlScene.AddObserver(slicer.mrmlScene.EndImportEvent, lambda caller, event: restoreInterpolation())
