"""A BIDS folder: which images it holds, and what makes ours a folder of derivatives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files.table import Row
from ..files.writing import appearing_file
from ..version import __version__
from .names import DESCRIPTION, IGNORE, PAGE, STATE, TABLE
from .pair import Pair

_NAME = re.compile(
    r"sub-(?P<subject>[A-Za-z0-9]+)(?:_ses-(?P<session>[A-Za-z0-9]+))?(?:_[a-z]+-[A-Za-z0-9]+)*_[A-Za-z0-9]+"
)
_IMAGES = (".nii.gz", ".nii")
_WARPED = re.compile(r"_(?P<space>space-[A-Za-z0-9]+)_(?P<suffix>[A-Za-z0-9]+)\.nii\.gz$")
_UNKNOWN = (TABLE, PAGE, "*_xfm.h5", "*_xfm.nrrd", "*_desc-nodeo_*", f"{STATE}/")


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


def describe(output: Path, source: Path | None, pairs: Iterable[Pair]) -> None:
    """Write what makes ``output`` a folder of derivatives, each file unless it is there.

    Those are ``dataset_description.json``, what the warped images of each space refer to, and in ``.bidsignore`` what
    BIDS has no names for yet, transforms above all.

    Args:
        source: the folder that the images are from, if it is one of BIDS.
        pairs: whose results lie there.
    """
    description = {
        "Name": "Registrations by NODEO",
        "BIDSVersion": "1.10.0",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "NODEO", "Version": __version__}],
        **({"SourceDatasets": [{"URL": source.absolute().as_uri()}]} if source is not None else {}),
    }
    files = {DESCRIPTION: _json(description), IGNORE: "".join(f"{pattern}\n" for pattern in _UNKNOWN)}
    for pair in pairs:
        warped = _WARPED.search(pair.name_of("warped.nrrd"))
        if warped is not None:  # raw images, which BIDS asks for, have their skulls
            about = {"SpatialReference": Path(pair.files["fixed"]).absolute().as_uri(), "SkullStripped": False}
            files[f"{warped['space']}_{warped['suffix']}.json"] = _json(about)
            if "moving_labels" in pair.files:
                files[f"{warped['space']}_dseg.json"] = _json({"SpatialReference": about["SpatialReference"]})
    for name, text in files.items():
        if not (output / name).exists():
            with appearing_file(output / name) as partial:
                partial.write_text(text, encoding="utf-8")


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, indent=2) + "\n"
