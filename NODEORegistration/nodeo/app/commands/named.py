"""Files that a command writes under names of a person's choice: whole, and lying where they should."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import SimpleITK as sitk

from ...errors import InputError
from ...files import reading
from ...files.hushed import hushed
from ...files.writing import appearing_file, gathering
from ...geometry.grid import Grid

_REMEDIES = {
    "image": "Use a name such as warped.nrrd or warped.nii.gz.",
    "displacement": "Use a name such as warp.nrrd or warp.nii.gz.",
    "transform": "Use a name such as warp.h5.",
    "points": "",
    "file": "",
}
_NEAR = 0.01  # voxels: NIfTI rounds to single precision


@contextmanager
def telling(path: Path, what: str) -> Iterator[None]:
    """Make a sentence of what goes wrong while ``what``, one of those with a remedy, is written to ``path``.

    Raises:
        InputError: it cannot be written.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise InputError(f"The {what} could not be written to {path}.", _REMEDIES[what]) from error


@contextmanager
def appearing(path: Path, what: str) -> Iterator[Path]:
    """A name to write ``what`` to, which becomes ``path`` when the block ends well.

    Raises:
        InputError: it cannot be written.
    """
    with telling(path, what), appearing_file(path) as partial:
        yield partial


@contextmanager
def appearing_together(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Names to write to, of files in one folder, which become ``paths`` when the block ends well, and then all of them.

    Raises:
        InputError: they cannot be written.
    """
    with gathering(paths[0].parent) as aside:
        partials = [aside / str(number) / path.name for number, path in enumerate(paths)]
        for partial, path in zip(partials, paths, strict=True):
            with telling(path, "file"):
                partial.parent.mkdir()
        yield partials
        for partial, path in zip(partials, paths, strict=True):
            with appearing(path, "file") as there:
                for file in partial.parent.iterdir():
                    file.replace(there.with_name(file.name))


def put_image(image: sitk.Image, path: Path, compress: bool) -> bool:
    """Write an image; whether it lies where it did when it is read again.

    Raises:
        OSError, RuntimeError: it cannot be written, or not be read then.
    """
    with hushed():
        sitk.WriteImage(image, str(path), useCompression=compress)
        found = reading.header_of(path)
    written = Grid(found.GetSize(), found.GetSpacing(), found.GetOrigin(), found.GetDirection())
    return written.agrees(Grid.of(image), _NEAR)


def put_displacement(displacement: sitk.Image, path: Path) -> None:
    """Write a displacement, which means nothing elsewhere.

    Raises:
        InputError: its format does not keep where it lies.
        OSError, RuntimeError: it cannot be written, or not be read then.
    """
    if not put_image(sitk.Cast(displacement, sitk.sitkVectorFloat32), path, compress=True):
        raise InputError(
            f"{path.name} would not keep where the displacement lies: its format has no place for origin or direction.",
            _REMEDIES["displacement"],
        )
