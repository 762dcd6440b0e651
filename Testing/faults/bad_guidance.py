"""Points, labels and further images that cannot guide; and points that cannot be carried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .case import ANSWERED, REFUSED, Case
from .engine import register

GOOD = "x,y,z\n10,10,9\n12,8,11\n9,12,10\n"  # in both images of the desk
HEAD = "# CoordinateSystem = LPS\n# columns = id,x,y,z,label\n"
TABLES: dict[str, tuple[str, str]] = {
    "empty": ("", REFUSED),
    "only a header": ("x,y,z\n", REFUSED),
    "no header": ("10,10,9\n12,8,11\n9,12,10\n", ANSWERED),
    "semicolons": (GOOD.replace(",", ";"), ANSWERED),
    "blanks": (GOOD.replace(",", " "), ANSWERED),
    "other columns": ("a,b,c\n1,2,3\n", REFUSED),
    "one column": ("10\n12\n9\n", REFUSED),
    "two columns": ("10,10\n12,8\n9,12\n", REFUSED),
    "seven columns": ("1,2,3,4,5,6,7\n", REFUSED),
    "a cell too few": (GOOD + "1,2\n", REFUSED),
    "a word": (GOOD.replace("11", "eleven"), REFUSED),
    "nan": (GOOD.replace("11", "nan"), REFUSED),
    "infinite": (GOOD.replace("11", "1e999"), REFUSED),
    "one too many": (GOOD + "11,11,11\n", REFUSED),
    "outside": (GOOD.replace("12,8", "12000,8"), REFUSED),
    "far outside": (GOOD.replace("12,8", "1e300,8"), REFUSED),
    "the same twice": (GOOD.replace("12,8,11", "10,10,9"), REFUSED),
    "a line without an end": (GOOD.rstrip(), ANSWERED),
    "lines as on old Macs": (GOOD.replace("\n", "\r"), ANSWERED),
    "a quotation mark that never closes": ('x,y,z,label\n10,10,9,"a\n12,8,11,b\n9,12,10,c\n', REFUSED),
    "zero bytes": (GOOD.replace("11", "1\x001"), REFUSED),
    "a label without a partner": ("x,y,z,label\n10,10,9,a\n12,8,11,b\n9,12,10,d\n", REFUSED),
}
MARKUPS: dict[str, tuple[str, str]] = {
    "no JSON": ("{", REFUSED),
    "another JSON": ("[1, 2]", REFUSED),
    "no lists": ('{"markups": []}', REFUSED),
    "a list of nothing": ('{"markups": [{"controlPoints": []}]}', REFUSED),
    "a list of numbers": ('{"markups": [{"controlPoints": [1, 2, 3]}]}', REFUSED),
    "a position of text": ('{"markups": [{"controlPoints": [{"position": "here"}]}]}', REFUSED),
    "IJK": ('{"markups": [{"coordinateSystem": "IJK", "controlPoints": [{"position": [1, 2, 3]}]}]}', REFUSED),
    "nested without end": ("[" * 100_000, REFUSED),
}
FCSV: dict[str, tuple[str, str]] = {
    "no points": (HEAD, REFUSED),
    "no columns": ("# columns = id\n1\n", REFUSED),
    "too short": (HEAD + "1,10\n", REFUSED),
    "good": (HEAD + "1,10,10,9,a\n2,12,8,11,b\n3,9,12,10,c\n", ANSWERED),
}
OPTIONS: dict[str, list[str]] = {
    "points of one image": ["--fixed-points", "good.csv"],
    "missing points": ["--fixed-points", "good.csv", "--moving-points", "nowhere.csv"],
    "an image for points": ["--fixed-points", "good.csv", "--moving-points", "moving.nrrd"],
    "a folder for points": ["--fixed-points", "good.csv", "--moving-points", "."],
    "a start from no points": ["--initial", "points"],
    "guiding labels that are not there": ["--labels-for", "guide"],
    "one guiding label map": ["--labels-for", "guide", "--moving-labels", "moving_labels.nrrd"],
    "an image that guides as labels": ["--labels-for=both", "--fixed-labels=fixed.nrrd", "--moving-labels=labels.nrrd"],
    "labels of 2-D": ["--labels-for=guide", "--fixed-labels=labels.nrrd", "--moving-labels=flat_labels.nrrd"],
    "a channel of one image": ["--channel", "fixed.nrrd"],
    "a channel of three images": ["--channel", "fixed.nrrd", "moving.nrrd", "labels.nrrd"],
    "a channel of 2-D": ["--channel", "flat_fixed.nrrd", "flat_moving.nrrd"],
    "a channel half of 2-D": ["--channel", "fixed.nrrd", "flat_moving.nrrd"],
    "a missing channel": ["--channel", "fixed.nrrd", "nowhere.nrrd"],
    "a channel without a weight": ["--channel", "fixed.nrrd", "moving.nrrd", "weight="],
    "a channel of weight nan": ["--channel", "fixed.nrrd", "moving.nrrd", "weight=nan"],
    "a channel of weight -1": ["--channel", "fixed.nrrd", "moving.nrrd", "weight=-1"],
    "a channel of another similarity": ["--channel", "fixed.nrrd", "moving.nrrd", "similarity=ssim"],
    "a channel called image": ["--channel", "fixed.nrrd", "moving.nrrd", "name=image"],
    "a channel with a missing mask": ["--channel", "fixed.nrrd", "moving.nrrd", "fixed_mask=nowhere.nrrd"],
    "a channel with a mask of 2-D": ["--channel", "fixed.nrrd", "moving.nrrd", "moving_mask=flat_mask.nrrd"],
}


def _points(name: str, text: str) -> Callable[[], list[str]]:
    """A registration whose fixed points are in such a file."""

    def make() -> list[str]:
        Path(name).write_text(text, encoding="utf-8")
        head, *rows = GOOD.splitlines()
        named = [f"{head},label", *(f"{row},{label}" for row, label in zip(rows, "abc", strict=True))]
        Path("good.csv").write_text("\n".join(named) + "\n", encoding="utf-8")
        return register("--fixed-points", name, "--moving-points", "good.csv")

    return make


def _carried(name: str, text: str) -> Callable[[], list[str]]:
    def make() -> list[str]:
        Path(name).write_text(text, encoding="utf-8")
        return ["apply", "shift.tfm", name, "--output", "carried.csv"]

    return make


def _option(more: list[str]) -> Callable[[], list[str]]:
    def make() -> list[str]:
        Path("good.csv").write_text(GOOD, encoding="utf-8")
        return register(*more)

    return make


def cases() -> Iterator[Case]:
    """Each file of points as a guide, those that are no points through ``apply`` too; then what else is wrong."""
    for ending, files in (("bad.csv", TABLES), ("bad.mrk.json", MARKUPS), ("bad.fcsv", FCSV)):
        for name, (text, promise) in files.items():
            yield Case("guidance", f"{ending}: {name}", _points(ending, text), promise)
    for name in ("empty", "other columns", "a word", "nan", "zero bytes"):
        yield Case("guidance", f"apply: points: {name}", _carried("bad.csv", TABLES[name][0]))
    for name, more in OPTIONS.items():
        yield Case("guidance", name, _option(more))
