"""The parts of the NODEO Registration module: everything that touches Slicer, Qt or MRML.

The engine, ``nodeo``, is not imported here: it runs in a process of its own.
"""

from .Later import later
from .panel.EngineBox import EngineBox
from .panel.ExportDialog import ExportDialog
from .panel.ImagesBox import ImagesBox
from .panel.InspectPanel import InspectPanel
from .panel.ParameterBinding import ParameterBinding
from .panel.Preview import Preview
from .panel.ProgressPanel import ProgressPanel
from .panel.RegisterButton import RegisterButton
from .panel.ResultPanel import ResultPanel
from .Parameters import OUTPUTS, Parameters, forgetNode
from .run import Dependencies
from .run.Request import requestFromParameters, requestFromScript
from .run.Run import Run
from .run.RunQueue import runQueue
from .run.StandingWorker import standingWorker
from .scene.Results import resultsInScene, resultsOf
from .scene.SceneRepair import repair
from .scene.SmallPair import loadSmallPair
from .scene.Startup import onStartup
from .scene.VolumeChoice import chooseVolumes

__all__ = [
    "OUTPUTS",
    "Dependencies",
    "EngineBox",
    "ExportDialog",
    "ImagesBox",
    "InspectPanel",
    "ParameterBinding",
    "Parameters",
    "Preview",
    "ProgressPanel",
    "RegisterButton",
    "ResultPanel",
    "Run",
    "chooseVolumes",
    "forgetNode",
    "later",
    "loadSmallPair",
    "onStartup",
    "repair",
    "requestFromParameters",
    "requestFromScript",
    "resultsInScene",
    "resultsOf",
    "runQueue",
    "standingWorker",
]
