"""A series in time: every frame of it onto a reference, each beginning with what its neighbour has found.

Or all at once: one flow whose time is the series' own (the files ``trajectory``).
"""

from .reading import read_series
from .registration import register_sequence
from .result import Frame, SequenceResult
from .series import Series
from .trajectory.trajectory import Trajectory, fit_trajectory

__all__ = [
    "Frame",
    "SequenceResult",
    "Series",
    "Trajectory",
    "fit_trajectory",
    "read_series",
    "register_sequence",
]
