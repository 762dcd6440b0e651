"""The parts of the NODEO Registration module: everything that touches Slicer, Qt or MRML.

The engine, ``nodeo``, is not imported here: it runs in a process of its own.
"""

from . import Dependencies
from .EngineSettings import applyPreset, followsPreset
from .ExportDialog import ExportDialog
from .InspectPanel import InspectPanel
from .Parameters import OUTPUTS, InitialTransform, Parameters, Preset
from .PresetFollower import PresetFollower
from .ProgressPanel import ProgressPanel
from .Readiness import whyNotReady, whyNotRegistrable
from .Request import Request, requestFromParameters
from .Results import resultsOf
from .ResultSummary import summaryHtml
from .Run import Run
from .RunQueue import runQueue
from .SampleDataSource import sampleFolder
from .SceneRepair import repair
from .SliceViews import showResult
from .Startup import onStartup

__all__ = [
    "OUTPUTS",
    "Dependencies",
    "ExportDialog",
    "InitialTransform",
    "InspectPanel",
    "Parameters",
    "Preset",
    "PresetFollower",
    "ProgressPanel",
    "Request",
    "Run",
    "applyPreset",
    "followsPreset",
    "onStartup",
    "repair",
    "requestFromParameters",
    "resultsOf",
    "runQueue",
    "sampleFolder",
    "showResult",
    "summaryHtml",
    "whyNotReady",
    "whyNotRegistrable",
]
