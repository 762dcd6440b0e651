"""A BIDS folder: which images it holds, and what makes ours a folder of derivatives."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..errors import InputError
from ..files.writing import appearing_file
from ..version import __version__
from .names import DESCRIPTION
from .table import Row

_NAME = re.compile(
    r"sub-(?P<subject>[A-Za-z0-9]+)(?:_ses-(?P<session>[A-Za-z0-9]+))?(?:_[a-z]+-[A-Za-z0-9]+)*_[A-Za-z0-9]+"
)
_IMAGES = (".nii.gz", ".nii")


def find_rows(folder: Path, suffix: str) -> list[Row]:
    """The anatomical images of all subjects and sessions, as lines of a table: ``sub-*[/ses-*]/anat/*_SUFFIX.nii.gz``.

    Raises:
        InputError: the folder is not there, or holds none.
    """
    if not folder.is_dir():
        raise InputError(f"The BIDS folder {folder} does not exist.", "Check the path.")
    found = [
        path
        for pattern in ("sub-*/anat", "sub-*/ses-*/anat")
        for anat in sorted(folder.glob(pattern))
        for ending in _IMAGES
        for path in sorted(anat.glob(f"sub-*_{suffix}{ending}"))
    ]
    rows = []
    for path in found:
        name = _NAME.fullmatch(path.name.removesuffix(".gz").removesuffix(".nii"))
        inside = path.relative_to(folder)
        if name is None:
            raise InputError(f"{inside} in {folder} is no name of BIDS.", "Such as sub-01_ses-1_run-2_T1w.nii.gz.")
        values = {"subject": name["subject"], "moving": str(inside)}
        if name["session"]:
            values["session"] = name["session"]
        rows.append(Row(str(inside), folder, values))
    if not rows:
        raise InputError(
            f"{folder} holds no image sub-*[/ses-*]/anat/*_{suffix}.nii.gz.", "Name another folder, or --suffix T2w."
        )
    return sorted(rows, key=lambda row: row.where)


def describe(output: Path, source: Path | None) -> None:
    """Write ``dataset_description.json``, unless it is there.

    Args:
        source: the folder that the images are from, if it is one of BIDS.
    """
    path = output / DESCRIPTION
    if path.exists():
        return
    description = {
        "Name": "Registrations by NODEO",
        "BIDSVersion": "1.10.0",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "NODEO", "Version": __version__}],
        **({"SourceDatasets": [{"URL": source.absolute().as_uri()}]} if source is not None else {}),
    }
    with appearing_file(path) as partial:
        partial.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
