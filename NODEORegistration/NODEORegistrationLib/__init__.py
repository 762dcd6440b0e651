"""The parts of the NODEO Registration module: everything that touches Slicer, Qt or MRML.

The engine, ``nodeo``, is not imported here: it runs in a process of its own.
"""

from . import Dependencies
from .ExportDialog import ExportDialog
from .InspectPanel import InspectPanel
from .Parameters import OUTPUTS, Parameters, forgetNode
from .PresetFollower import PresetFollower
from .ProgressPanel import ProgressPanel
from .Readiness import whyNotReady
from .Request import requestFromParameters, requestFromScript
from .Results import resultsOf
from .ResultSummary import summaryHtml
from .Run import Run
from .RunQueue import runQueue
from .SampleDataSource import sampleFolder
from .SceneRepair import repair
from .SliceViews import showResult
from .Startup import onStartup
from .VolumeWatch import VolumeWatch
from .WidgetStates import updateWidgetStates

__all__ = [
    "OUTPUTS",
    "Dependencies",
    "ExportDialog",
    "InspectPanel",
    "Parameters",
    "PresetFollower",
    "ProgressPanel",
    "Run",
    "VolumeWatch",
    "forgetNode",
    "onStartup",
    "repair",
    "requestFromParameters",
    "requestFromScript",
    "resultsOf",
    "runQueue",
    "sampleFolder",
    "showResult",
    "summaryHtml",
    "updateWidgetStates",
    "whyNotReady",
]
