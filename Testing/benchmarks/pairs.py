"""The pairs that are registered: which files, how they start, which structures count.

The sample pair ships with the project, the others lie in ``../shared/data`` beside a checkout. Small pairs are taken in
both directions; slices are cut out of the large ones to have many cases for the statistics. The hard pairs are there
twice: each method from a start of its own, and all from the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "Resources" / "SampleData"
SHARED = ROOT.parent / "shared" / "data"
OASIS27 = "2,3,4,7,8,10,11,12,13,14,15,16,17,18,28,41,42,43,46,47,49,50,51,52,53,54,60"  # the paper's 28 without CSF
BRAIN = {"27": OASIS27, "35": "all"}
PUBLISHED = {"28": "oasis28", "all": "all"}


@dataclass(frozen=True)
class Cut:
    """One slice of both images, which lie on one grid.

    Attributes:
        axis: the world axis it stands on: 1 coronal, 2 axial or short-axis.
        index: of the slice along the images' own axis nearest to that.
    """

    axis: int
    index: int


@dataclass(frozen=True)
class Pair:
    """Two images, and what is known of them.

    Attributes:
        name: unique, fit for a folder.
        fixed, moving: image files.
        fixed_labels, moving_labels: label maps, or None.
        points: title of a set of landmarks to its two files, fixed and moving: header x,y,z, world mm, row to row.
        kind: what the plan goes by: main, brain, published, small, slice, extra, hard or hard-same; empty: small or
            brain, by size.
        group: cases that the statistics take together.
        initial: identity; affine or auto, which this engine finds once, for all methods alike; or own, every method
            finds one of its own, from where the files lie.
        settings: of this engine, over those of its presets, as KEY=VALUE.
        structures: title of a set to what :mod:`nodeo.evaluation.structures` understands; the first is compared.
        cut: one slice instead of the whole.
        case: pairs of one case are not independent of each other: the two directions of the same two images.
    """

    name: str
    fixed: Path
    moving: Path
    fixed_labels: Path | None = None
    moving_labels: Path | None = None
    points: Mapping[str, tuple[Path, Path]] = field(default_factory=dict)
    kind: str = ""
    group: str = ""
    initial: str = "identity"
    settings: tuple[str, ...] = ()
    structures: Mapping[str, str] = field(default_factory=lambda: {"all": "all"})
    cut: Cut | None = None
    case: str = ""

    @property
    def present(self) -> bool:
        """Whether all its files are here."""
        files = (self.fixed, self.moving, self.fixed_labels, self.moving_labels, *chain(*self.points.values()))
        return all(file is None or file.is_file() for file in files)

    def reversed(self, name: str) -> Pair:
        """The same two images, the other way round."""
        return replace(
            self,
            name=name,
            fixed=self.moving,
            moving=self.fixed,
            fixed_labels=self.moving_labels,
            moving_labels=self.fixed_labels,
            points={title: (moving, fixed) for title, (fixed, moving) in self.points.items()},
            case=self.case or self.name,
        )


def _pair(name: str, folder: Path, names: tuple[str, str] = ("fixed", "moving"), **options) -> Pair:
    suffix = ".nrrd" if folder == SAMPLE else ".nii.gz"
    images = [folder / f"{stem}{suffix}" for stem in names]
    labels = [folder / f"{stem}_labels{suffix}" for stem in names]
    return Pair(name, images[0], images[1], labels[0], labels[1], **options)


def _both_ways(folder: str, one: str, other: str, group: str) -> list[Pair]:
    short = one.removeprefix("oasis_"), other.removeprefix("oasis_")
    there = _pair(f"{folder}_{one}_{short[1]}", SHARED / folder, (one, other), kind="small", group=group)
    return [there, there.reversed(f"{folder}_{other}_{short[0]}")]


def _slices(pair: Pair, axis: int, indices: range) -> list[Pair]:
    """Slices of a pair, every other one the other way round: both directions, and each slice only once."""
    cut = []
    for count, index in enumerate(indices):
        name = f"slice_{pair.name}_{index:03d}"
        one = replace(pair, name=name, kind="slice", group="slices", structures={"all": "all"}, cut=Cut(axis, index))
        cut.append(one.reversed(name) if count % 2 else one)
    return cut


def _hard(name: str) -> list[Pair]:
    """A pair of ``../shared/data/hard``: each method from a start of its own, and all from the same."""
    folder = SHARED / "hard" / name
    labelled, sets = _TRUTH[name]
    labels = [folder / f"{role}_labels.nii.gz" for role in ("fixed", "moving") if labelled]
    points = {title: (folder / f"fixed_{file}.csv", folder / f"moving_{file}.csv") for title, file in sets.items()}
    at_rest = name.startswith("liver")  # states of one person: an affine would only follow what slides
    start = "identity" if at_rest else "auto"
    pair = Pair(name, folder / "fixed.nii.gz", folder / "moving.nii.gz", *labels, points=points, case=name)
    return [
        replace(pair, kind="hard", initial="own", settings=(f"initial={start}", "similarity=auto")),
        replace(pair, name=f"{name}_same", kind="hard-same", initial=start, settings=("similarity=auto",)),
    ]


_SLIDING = {"liver": "points_liver", "outside": "points_outside"}
_TRUTH: dict[str, tuple[bool, Mapping[str, str]]] = {  # whether there are label maps, and the landmarks
    "liver_mr4d_s18": (False, _SLIDING),
    "liver_mr4d_s23": (False, _SLIDING),
    "lung_ct_breath": (True, {"points": "points"}),
    "abdomen_ct_knownwarp": (True, {"points": "points"}),
    "abdomen_mr_ct_intersubject": (True, {}),
    "brain_flair_vs_t1atlas": (True, {}),
    "brain_t1_pet_knownwarp": (False, {"points": "points"}),
    "prostate_mr_trus_a": (True, {"points": "points"}),
    "mouse_brain_mr": (True, {}),
    "spine_t2_atlas": (True, {"points": "points"}),
    "histology_kidney_he_panck": (False, {"points": "points"}),
}
HARD: list[Pair] = [pair for name in _TRUTH for pair in _hard(name)]

_OASIS = _pair("oasis_pair", SHARED / "oasis_pair", kind="main", structures=BRAIN)
_MALF = _pair("malf_1000_1001", SHARED / "malf_1000_1001", kind="brain", structures=PUBLISHED)
_CARDIAC = _pair("cardiac_p1", SHARED / "cardiac_p1", kind="small")
_NATIVE = _pair("malf_native", SHARED / "malf_native", ("1000", "1001"), kind="extra", initial="affine")
_PAPER = _pair("oasis_paper_grid", SHARED / "oasis_paper_grid", kind="published", structures=PUBLISHED)

DEFAULT: list[Pair] = [
    _OASIS,
    _MALF,
    _PAPER,
    _CARDIAC,
    *_both_ways("hippocampus", "001", "003", "hippocampus"),
    *_both_ways("hippocampus", "001", "004", "hippocampus"),
    *_both_ways("hippocampus", "003", "004", "hippocampus"),
    *_both_ways("slices2d", "oasis_fixed", "oasis_moving", "slices2d"),
    *_both_ways("slices2d", "trt_1", "trt_2", "slices2d"),
    *_slices(_OASIS, 1, range(40, 200, 32)),
    *_slices(_MALF, 1, range(40, 184, 32)),
    *_slices(_CARDIAC, 2, range(6, 22, 4)),
    _pair("sample", SAMPLE, kind="extra"),
    _NATIVE,
]
NAMED = {pair.name: pair for pair in (*DEFAULT, *HARD)}
GROUPS = {
    "hippocampus": [pair.name for pair in DEFAULT if pair.group == "hippocampus"],
    "slices2d": [pair.name for pair in DEFAULT if pair.group == "slices2d"],
    "slices": [pair.name for pair in DEFAULT if pair.group == "slices"],
    "small": [pair.name for pair in DEFAULT if pair.kind in ("small", "slice")],
    "hard": [pair.name for pair in HARD],
    "hard-own": [pair.name for pair in HARD if pair.kind == "hard"],
    "hard-same": [pair.name for pair in HARD if pair.kind == "hard-same"],
}
