"""The pair that comes with the extension, in the Sample Data module."""

import hashlib
from pathlib import Path

from slicer.i18n import tr as _

from .EngineSettings import MODULE_FOLDER

CATEGORY = "NODEO"
SAMPLE = "NODEO: Colin27 → MNI152"
FIXED_NAME, MOVING_NAME = "MNI152", "Colin27"


def sampleFolder():
    """The folder of the pair: beside the module when installed, in the repository's Resources in a checkout."""
    candidates = (MODULE_FOLDER / "Resources" / "SampleData", MODULE_FOLDER.parent / "Resources" / "SampleData")
    return next((folder for folder in candidates if (folder / "fixed.nrrd").is_file()), candidates[0])


def registerSampleData():
    """Offer the pair in the Sample Data module."""
    import SampleData

    files = [sampleFolder() / "fixed.nrrd", sampleFolder() / "moving.nrrd"]
    if not all(file.is_file() for file in files):
        return
    if hasattr(SampleData.SampleDataLogic, "registerCustomSampleDataCategory"):  # newer than Slicer 5.10
        SampleData.SampleDataLogic.registerCustomSampleDataCategory(CATEGORY, title=_("NODEO Registration"))
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=SAMPLE,
        thumbnailFileName=str(MODULE_FOLDER / "Resources" / "Icons" / "NODEOSample.png"),
        uris=[file.as_uri() for file in files],
        fileNames=["NODEO-MNI152.nrrd", "NODEO-Colin27.nrrd"],
        nodeNames=[FIXED_NAME, MOVING_NAME],
        checksums=[f"SHA256:{_digest(file)}" for file in files],
        loadFileTypes=["VolumeFile", "VolumeFile"],
    )


def _digest(file: Path):
    return hashlib.sha256(file.read_bytes()).hexdigest()
