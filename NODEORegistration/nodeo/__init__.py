"""NODEO: diffeomorphic image registration by neural ordinary differential equations (after Wu et al., CVPR 2022).

>>> import nodeo, SimpleITK as sitk
>>> result = nodeo.register(sitk.ReadImage("fixed.nrrd"), sitk.ReadImage("moving.nrrd"))  # doctest: +SKIP
>>> sitk.WriteTransform(result.transform, "transform.h5")  # doctest: +SKIP

Names are imported when they are first used: ``nodeo --help`` does not wait for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import Cancelled, InputError
from .settings import Settings
from .version import __version__

if TYPE_CHECKING:
    from .engine.further_channels import ChannelImages
    from .engine.guidance import Guidance
    from .engine.registration import register
    from .engine.result import Result
    from .evaluation.labels import evaluate
    from .geometry.point_pairs import PointPairs
    from .sequence.reading import read_series
    from .sequence.registration import register_sequence
    from .sequence.result import SequenceResult
    from .sequence.series import Series

__all__ = [
    "Cancelled",
    "ChannelImages",
    "Guidance",
    "InputError",
    "PointPairs",
    "Result",
    "SequenceResult",
    "Series",
    "Settings",
    "__version__",
    "evaluate",
    "read_series",
    "register",
    "register_sequence",
]

_HOME = {
    "register": "engine.registration",
    "Result": "engine.result",
    "evaluate": "evaluation.labels",
    "ChannelImages": "engine.further_channels",
    "Guidance": "engine.guidance",
    "PointPairs": "geometry.point_pairs",
    "Series": "sequence.series",
    "SequenceResult": "sequence.result",
    "read_series": "sequence.reading",
    "register_sequence": "sequence.registration",
}


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
