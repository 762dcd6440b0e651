"""The parts of the NODEO Registration module: everything that touches Slicer, Qt or MRML.

The engine, ``nodeo``, is not imported here: it runs in a process of its own.
"""

from .Later import later
from .panel.ExportDialog import ExportDialog
from .panel.Parts import Parts
from .Parameters import OUTPUTS, Parameters, forgetNode
from .run import Dependencies
from .run.Request import requestFromParameters
from .run.RunQueue import runQueue
from .run.Script import Scripting
from .run.StandingWorker import standingWorker
from .scene.Results import resultsInScene, resultsOf
from .scene.SceneRepair import repair
from .scene.SmallPair import loadSmallPair
from .scene.Startup import onStartup
from .scene.VolumeChoice import chooseVolumes

__all__ = [
    "OUTPUTS",
    "Dependencies",
    "ExportDialog",
    "Parameters",
    "Parts",
    "Scripting",
    "chooseVolumes",
    "forgetNode",
    "later",
    "loadSmallPair",
    "onStartup",
    "repair",
    "requestFromParameters",
    "resultsInScene",
    "resultsOf",
    "runQueue",
    "standingWorker",
]
