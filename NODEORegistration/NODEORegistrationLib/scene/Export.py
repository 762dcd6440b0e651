"""Results to files, from what the scene holds: it works the same for a scene that was saved and opened again."""

import json
import os
import re
import tempfile
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from .Report import reportHtml
from .ResultMarks import storedSettings

TRANSFORM, INVERSE, FIELD, WARPED, JACOBIAN, SETTINGS, REPORT = (
    "transform",
    "inverse",
    "displacement",
    "warped",
    "jacobian",
    "settings",
    "report",
)
FORMATS = {
    TRANSFORM: (".h5", ".tfm"),
    INVERSE: (".h5", ".tfm"),
    FIELD: (".nrrd", ".nii.gz"),
    WARPED: (".nrrd", ".nii.gz"),
    JACOBIAN: (".nrrd", ".nii.gz"),
    SETTINGS: (".json",),
    REPORT: (".html",),
}


class ExportFailed(RuntimeError):
    """A file that could not be written, in one sentence."""


def possibleKinds(results):
    """The kinds of files that can be written from a :class:`~NODEORegistrationLib.scene.Results.Results`."""
    there = {
        TRANSFORM: results.transform is not None,
        INVERSE: results.inverse is not None,
        FIELD: results.transform is not None and _grid(results) is not None,
        WARPED: results.warped is not None,
        JACOBIAN: results.jacobian is not None,
        SETTINGS: results.documented() is not None,
        REPORT: results.documented() is not None,
    }
    return [kind for kind in FORMATS if there[kind]]


def _grid(results):
    """A volume on the voxels of the fixed one, in the world."""
    return results.warped or results.jacobian


def isPath(prefix):
    """Whether a beginning of file names leads into another folder."""
    return any(sign in prefix for sign in "/\\")


def asFileName(text):
    """A text without what cannot be in the name of a file."""
    return re.sub(r'[\s/\\:*?"<>|]+', "-", text)


def exportPaths(folder, prefix, formats):
    """{kind: path} for {kind: file name extension}."""
    return {kind: Path(folder) / f"{prefix}{kind}{extension}" for kind, extension in formats.items()}


def export(results, paths):
    """Write files; each appears under its name only when it is complete.

    Args:
        results: a :class:`~NODEORegistrationLib.scene.Results.Results`.
        paths: {kind: path}, see :func:`exportPaths`.

    Raises:
        ExportFailed: a file could not be written; those written before stay.
    """
    for kind, path in paths.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".nodeo-", dir=path.parent) as partial:
                file = Path(partial) / path.name
                _WRITERS[kind](results, file)
                os.replace(file, path)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ExportFailed(_("{file} could not be written: {reason}.").format(file=path, reason=reason)) from error


def _writeTransform(node, path):
    _write(slicer.vtkMRMLTransformStorageNode(), node, path)


def _writeVolume(node, path):
    _write(slicer.vtkMRMLVolumeArchetypeStorageNode(), node, path)


def _write(storage, node, path):
    """With a storage node of its own: the scene's keeps its file name."""
    storage.SetFileName(str(path))
    if not storage.WriteData(node) or not path.exists():
        raise RuntimeError(_("{name} cannot be stored in this format").format(name=node.GetName()))


def _writeField(results, path):
    """φ(x) - x in mm (LPS) at every voxel of the fixed grid, as other programs expect a displacement field."""
    import SimpleITK as sitk  # takes a while, and Slicer starts without it

    with tempfile.TemporaryDirectory(prefix="NODEO-", dir=slicer.app.temporaryPath) as folder:
        transformFile, gridFile = Path(folder) / "transform.h5", Path(folder) / "grid.nrrd"
        _writeTransform(results.transform, transformFile)
        _write(slicer.vtkMRMLNRRDStorageNode(), _grid(results), gridFile)
        grid = sitk.ImageFileReader()
        grid.SetFileName(str(gridFile))
        grid.ReadImageInformation()
        if 1 in grid.GetSize() and path.suffix == ".gz":
            raise RuntimeError(_("others would read the vectors of a single slice wrongly from NIfTI; choose .nrrd"))
        field = sitk.TransformToDisplacementField(
            sitk.ReadTransform(str(transformFile)),
            sitk.sitkVectorFloat32,
            grid.GetSize(),
            grid.GetOrigin(),
            grid.GetSpacing(),
            grid.GetDirection(),
        )
    sitk.WriteImage(field, str(path), useCompression=True)


def _writeSettings(results, path):
    settings = storedSettings(results.documented())
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _writeReport(results, path):
    path.write_text(reportHtml(results), encoding="utf-8")


_WRITERS = {
    TRANSFORM: lambda results, path: _writeTransform(results.transform, path),
    INVERSE: lambda results, path: _writeTransform(results.inverse, path),
    FIELD: _writeField,
    WARPED: lambda results, path: _writeVolume(results.warped, path),
    JACOBIAN: lambda results, path: _writeVolume(results.jacobian, path),
    SETTINGS: _writeSettings,
    REPORT: _writeReport,
}
