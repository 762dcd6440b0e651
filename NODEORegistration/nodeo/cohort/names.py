"""What the files and folders of a cohort are called: by the pair's name, or as BIDS names derivatives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

RECORD, THUMBNAIL = "cohort.json", "thumbnail.jpg"  # beside what a registration leaves in its folder
TABLE, PAGE, DESCRIPTION = "cohort.csv", "cohort.html", "dataset_description.json"
IGNORE = ".bidsignore"
STATE = ".cohort"  # a folder: who does what, and what failed
TAKEN = {TABLE, PAGE, DESCRIPTION, IGNORE, STATE}
_ENDINGS = re.compile(r"(\.nii|\.seg)?\.[A-Za-z0-9]+$")
_SKIPPED = ("sub", "ses", "from", "to", "mode", "space", "desc")  # entities that a derivative has for itself


@dataclass(frozen=True)
class Place:
    """Where a subject's results are: a folder below the cohort's, and how the names in it begin."""

    folder: Path
    prefix: str

    def files(self, suffix: str, space: str) -> dict[str, str]:
        """BIDS derivatives' names by those of ``nodeo register``.

        Args:
            suffix: of the moving image, such as T1w; the space it comes from, too.
            space: that of the fixed image.
        """
        there, back = f"from-{suffix}_to-{space}", f"from-{space}_to-{suffix}"
        tails = {
            "transform.h5": f"{there}_mode-image_xfm.h5",
            "inverse.h5": f"{back}_mode-image_xfm.h5",
            "displacement.nrrd": f"{there}_mode-image_desc-displacement_xfm.nrrd",
            "warped.nrrd": f"space-{space}_{suffix}.nii.gz",
            "jacobian.nrrd": f"space-{space}_desc-jacobian_{suffix}.nii.gz",
            "warped_labels.nrrd": f"space-{space}_dseg.nii.gz",
            "metrics.json": "desc-nodeo_metrics.json",
            "settings.json": "desc-nodeo_settings.json",
            "report.html": "desc-nodeo_report.html",
            "report.png": "desc-nodeo_report.png",
            THUMBNAIL: "desc-nodeo_thumbnail.jpg",
            RECORD: "desc-nodeo_cohort.json",
        }
        return {file: f"{self.prefix}_{tail}" for file, tail in tails.items()}


def of_subject(subject: str, session: str, name: str, moving: str) -> Place:
    """Where a subject's results go: ``sub-01/ses-1/anat``, or ``…/run-2/anat`` where the image says more of itself.

    Args:
        name: what tells apart several pairs of one session, or "".
        moving: the image's path; its further entities, such as ``run-2``, tell them apart, too.
    """
    parts = [f"sub-{subject}"] + ([f"ses-{session}"] if session else [])
    more = [part for part in stem(moving).split("_")[:-1] if re.fullmatch(r"[a-z]+-[A-Za-z0-9]+", part)]
    more = [part for part in more if part.split("-")[0] not in _SKIPPED]
    own = re.sub(r"[^A-Za-z0-9]+", "", name)
    if own:
        more.append(f"desc-{own}")
    folder = Path(*parts, *(["_".join(more)] if more else []), "anat")
    return Place(folder, "_".join([*parts, *more]))


def stem(path: str | Path) -> str:
    """A file's name without its ending: ``a.b`` of ``a.b.nii.gz``."""
    return _ENDINGS.sub("", Path(path).name)


def suffix_of(path: str) -> str:
    """The last word of a BIDS name, such as T1w; ``image`` where there is none."""
    word = stem(path).split("_")[-1]
    return word if "_" in stem(path) and re.fullmatch(r"[A-Za-z0-9]+", word) else "image"


def space_of(fixed: str) -> str:
    """What a template's space is called: its label ``tpl-``, or the letters and digits of its file's name."""
    template = re.search(r"(?:^|_)tpl-([A-Za-z0-9]+)", Path(fixed).name)
    return template[1] if template else re.sub(r"[^A-Za-z0-9]+", "", stem(fixed)) or "fixed"
