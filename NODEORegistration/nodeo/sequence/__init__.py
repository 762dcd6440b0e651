"""A series in time: every frame of it onto a reference, each beginning with what its neighbour has found."""

from .reading import read_series
from .registration import register_sequence
from .result import Frame, SequenceResult
from .series import Series

__all__ = ["Frame", "SequenceResult", "Series", "read_series", "register_sequence"]
