"""What every peer's script shares: its arguments, and the files it leaves.

A script is run by the peers' own Python, in a process of its own:

    python run_greedy.py FIXED MOVING OUTPUT --variant 100x50x10 --threads 2 --device cpu

It writes ``displacement.nrrd``, the pull-back map φ(x) = x + u(x) as u on the fixed grid, world mm in LPS;
``inverse.nrrd``, likewise for φ⁻¹, if the method gives one; and ``peer.json``. Nothing here knows of the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import SimpleITK as sitk


class CannotRunError(Exception):
    """The method is not made for these images or this device; the message is a sentence that says why."""


@dataclass
class Task:
    """One registration to do.

    Attributes:
        fixed, moving: files of scalar float32 images, 2-D or 3-D, that share one world.
        output: an existing folder.
        variant: one of the script's own.
        threads: how many CPU threads it may use.
        device: cpu or cuda.
        seconds: filled in by :meth:`timed`: the registration itself, without imports and files.
    """

    fixed: Path
    moving: Path
    output: Path
    variant: str
    threads: int
    device: str
    seconds: float = 0.0

    def images(self) -> tuple[sitk.Image, sitk.Image]:
        """Both images, float32."""
        return sitk.ReadImage(str(self.fixed), sitk.sitkFloat32), sitk.ReadImage(str(self.moving), sitk.sitkFloat32)

    @property
    def ndim(self) -> int:
        """Dimension of the fixed image."""
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(self.fixed))
        reader.ReadImageInformation()
        return reader.GetDimension()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the seconds of the block."""
        start = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - start


@dataclass
class Outcome:
    """What a method found.

    Attributes:
        displacement: u on the fixed grid, world mm.
        inverse: the displacement of φ⁻¹ on a grid of its own choice, or None.
        measured: anything more for ``peer.json``.
    """

    displacement: sitk.Image
    inverse: sitk.Image | None = None
    measured: dict[str, float] = field(default_factory=dict)


def dense(transform: sitk.Transform, grid: sitk.Image) -> sitk.Image:
    """T(x) - x at every pixel of ``grid``, world mm."""
    return sitk.TransformToDisplacementField(
        transform, sitk.sitkVectorFloat64, grid.GetSize(), grid.GetOrigin(), grid.GetSpacing(), grid.GetDirection()
    )


def run(register: Callable[[Task], Outcome], variants: Sequence[str], packages: Sequence[str]) -> None:
    """The whole script: read the arguments, register, write.

    Args:
        register: the method.
        variants: that it knows, the default first.
        packages: whose versions are recorded.
    """
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("fixed", type=Path)
    parser.add_argument("moving", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--variant", choices=variants, default=variants[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    task = Task(**vars(parser.parse_args()))
    task.output.mkdir(parents=True, exist_ok=True)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(task.threads)
    try:
        outcome = register(task)
    except CannotRunError as reason:
        sys.exit(str(reason))
    _write(outcome.displacement, task.output / "displacement.nrrd")
    if outcome.inverse is not None:
        _write(outcome.inverse, task.output / "inverse.nrrd")
    record = {
        "variant": task.variant,
        "seconds": task.seconds,
        "versions": {name: version(name) for name in packages},
        **outcome.measured,
    }
    (task.output / "peer.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _write(field: sitk.Image, path: Path) -> None:
    sitk.WriteImage(sitk.Cast(field, sitk.sitkVectorFloat32), str(path))
