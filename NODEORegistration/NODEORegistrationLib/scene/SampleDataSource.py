"""The pair that comes with the extension, in the Sample Data module."""

from slicer.i18n import tr as _

from ..EngineSettings import MODULE_FOLDER

CATEGORY = "NODEO"
SAMPLE = "NODEO: Colin27 → MNI152"
FIXED_NAME, MOVING_NAME = "MNI152", "Colin27"
_CHECKSUMS = [
    "SHA256:ea11dd7c7a77e422f602bbfde2d3b4c7abd73561c89efdf1f4e692c1f59f9e6e",
    "SHA256:91e538f0dc958be351cfaa28677bc66f9b658f35978d647c362fc43e97000146",
]


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
        checksums=_CHECKSUMS,
        loadFileTypes=["VolumeFile", "VolumeFile"],
    )
