"""What a registration hands out, and how it reaches the disk: all of it, under its final names, or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import SimpleITK as sitk

from ..errors import InputError
from ..settings import Settings

FILES = (
    "transform.h5",
    "inverse.h5",
    "displacement.nrrd",
    "warped.nrrd",
    "jacobian.nrrd",
    "warped_labels.nrrd",
    "metrics.json",
    "settings.json",
    "report.html",
    "report.png",
)  # all that a registration may leave in its folder


@dataclass
class Result:
    """A finished registration.

    Attributes:
        transform: φ, a pull-back map fixed world -> moving world: the displacement, then the initial transform.
        inverse: φ⁻¹, moving world -> fixed world.
        displacement: u in φ(x) = A(x + u(x)), world mm, float32, on the velocity nodes or (``dense_field``) the voxels.
        warped: the moving image on the fixed grid, in the moving image's pixel type.
        jacobian: det J of φ on the fixed grid, float32.
        initial: A.
        background: the value of ``warped`` where φ leads out of the moving image.
        metrics: what was measured; JSON-able.
        history: one record an iteration: level, iteration, loss, similarity, penalties.
        settings: with which it was made.
    """

    transform: sitk.Transform
    inverse: sitk.Transform
    displacement: sitk.Image
    warped: sitk.Image
    jacobian: sitk.Image
    initial: sitk.Transform
    background: float
    metrics: dict[str, Any]
    history: list[dict[str, Any]]
    settings: Settings

    def write(self, folder: Path) -> None:
        """Write every file into ``folder``, which exists; see :func:`appearing` for doing so all at once.

        ``transform.h5``, ``inverse.h5``, ``displacement.nrrd``, ``warped.nrrd``, ``jacobian.nrrd``, ``settings.json``,
        ``metrics.json`` with the history in it.
        """
        sitk.WriteTransform(self.transform, str(folder / "transform.h5"))
        sitk.WriteTransform(self.inverse, str(folder / "inverse.h5"))
        sitk.WriteImage(self.displacement, str(folder / "displacement.nrrd"))
        sitk.WriteImage(self.warped, str(folder / "warped.nrrd"))
        sitk.WriteImage(self.jacobian, str(folder / "jacobian.nrrd"))
        self.settings.write(folder / "settings.json")
        self.write_metrics(folder / "metrics.json")

    def write_metrics(self, path: Path) -> None:
        """Write what was measured, and the history, as JSON."""
        path.write_text(json.dumps({**self.metrics, "history": self.history}, indent=2) + "\n", encoding="utf-8")


def check_output(folder: Path, overwrite: bool) -> None:
    """Refuse an output folder that cannot be used, before any work is done.

    Raises:
        InputError: it is a file, not empty (without ``overwrite``), or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"The output {folder} is a file.", "Name a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise InputError(f"The output folder {folder} is not empty.", "Name another, or add --overwrite.")
    _check_writable(folder, folder)


@contextmanager
def appearing(folder: Path, known: Sequence[str] = FILES) -> Iterator[Path]:
    """A fresh folder to write into, whose files move to ``folder`` only when the block ends well.

    An earlier run's files in ``folder``, those named in ``known``, are replaced or removed; anything else in it stays.

    Raises:
        InputError: the disk is full, or refuses for another reason.
    """
    folder = folder.absolute()
    made = [parent for parent in folder.parents if not parent.exists()]
    partial: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        yield partial
        partial.chmod(0o777 & ~_umask())
        if folder.is_dir():
            new = sorted(file.name for file in partial.iterdir())
            for name in new:
                os.replace(partial / name, folder / name)
            for name in set(known).difference(new):  # an earlier run's would lie beside this run's
                (folder / name).unlink(missing_ok=True)
        else:
            os.replace(partial, folder)
        made = []
    except (OSError, RuntimeError) as error:
        raise _disk_error(folder, error) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


@contextmanager
def appearing_file(path: Path) -> Iterator[Path]:
    """A name to write to, of a file that moves to ``path`` only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = "".join(path.suffixes[-2:]) if path.name.endswith(".gz") else path.suffix
    handle, name = tempfile.mkstemp(suffix=suffix, prefix=f".{path.stem}.", dir=path.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o666 & ~_umask())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def check_file(path: Path) -> None:
    """Refuse an output file that cannot be written, before any work is done.

    Raises:
        InputError: it is a folder, or its folder cannot be written.
    """
    if path.is_dir():
        raise InputError(f"The output {path} is a folder.", "Name a file.")
    _check_writable(path.parent, path)


def _check_writable(folder: Path, output: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"The output {output} cannot be written.", "Choose a folder of your own.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _disk_error(folder: Path, error: BaseException) -> InputError:
    free = shutil.disk_usage(next(p for p in [folder, *folder.parents] if p.exists())).free / 1e6
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "writing failed"
    return InputError(
        f"The results could not be written to {folder}: {reason} ({free:.0f} MB are free there).",
        "Free some space or choose another folder; nothing was left behind.",
    )
