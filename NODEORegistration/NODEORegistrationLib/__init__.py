"""The parts of the NODEO Registration module: everything that touches Slicer, Qt or MRML.

The engine, ``nodeo``, is not imported here: it runs in a process of its own.
"""

from .panel.ExportDialog import ExportDialog
from .panel.InspectPanel import InspectPanel
from .panel.PresetFollower import PresetFollower
from .panel.ProgressPanel import ProgressPanel
from .panel.WidgetStates import updateWidgetStates
from .Parameters import OUTPUTS, Parameters, forgetNode
from .run import Dependencies
from .run.Readiness import whyNotReady
from .run.Request import requestFromParameters, requestFromScript
from .run.Run import Run
from .run.RunQueue import runQueue
from .scene.Results import resultsOf
from .scene.ResultSummary import summaryHtml
from .scene.SampleDataSource import sampleFolder
from .scene.SceneRepair import repair
from .scene.SliceViews import showResult
from .scene.Startup import onStartup
from .scene.VolumeWatch import VolumeWatch

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
