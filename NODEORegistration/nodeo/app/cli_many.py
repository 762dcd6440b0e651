"""The command line of many images: studies of a pair, cohorts of pairs and templates of them, series in time."""

from __future__ import annotations

import argparse

from ..settings import ALIGNED
from ..study import REGULARIZERS_PRESET, SWEEP_PRESET
from .arguments import (
    crew_options,
    more_options,
    output_options,
    path,
    process_options,
    run_options,
    settings_options,
)


def add_study(commands) -> None:
    sub = commands.add_parser("study", help="register one pair many times and compare (needs matplotlib)")
    studies = sub.add_subparsers(dest="study", metavar="STUDY", required=True)
    about = (
        "Without FIXED and MOVING: the middle axial slices of the sample pair. Every run has a folder of its own in "
        "DIR/runs; a study that was interrupted goes on where it stopped when it is called again. Exit code 1: some "
        "runs failed, the table names them."
    )
    one = studies.add_parser(
        "regularizers",
        help="the kernel K and the penalty J: both, either, neither",
        description="Register with and without the kernel K (kernel) and the penalty J (lambda_J). " + about,
    )
    one.set_defaults(run=("study", "regularizers"))
    _study_options(one, REGULARIZERS_PRESET)
    many = studies.add_parser(
        "sweep", help="a grid of settings", description="Register with every combination of some settings. " + about
    )
    many.set_defaults(run=("study", "sweep"))
    many.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="KEY=VALUES",
        help="values of a setting, or of preset: lambda_J=0,0.5,1; where a value is a list itself, semicolons "
        "stand between the values: 'iterations=40,20;80,40'",
    )
    many.add_argument("--repeat", type=int, default=1, metavar="N", help="seeds, each combination (default: 1)")
    _study_options(many, SWEEP_PRESET)


def _study_options(sub: argparse.ArgumentParser, preset: str) -> None:
    sub.add_argument("fixed", type=path, nargs="?", metavar="FIXED", help="image that stays")
    sub.add_argument("moving", type=path, nargs="?", metavar="MOVING", help="image that is deformed")
    sub.add_argument(
        "--slice",
        metavar="VIEW[:N]",
        help="take 2-D slices: axial, coronal or sagittal; N from 1 (default: the middle)",
    )
    run_options(sub, preset)


def add_cohort(commands) -> None:
    """Many pairs."""
    sub = commands.add_parser("cohort", help="register many pairs, on one computer or on many (needs dask.distributed)")
    cohorts = sub.add_subparsers(dest="cohort", metavar="WHAT", required=True)
    run = cohorts.add_parser(
        "run",
        help="register all pairs of a table",
        description="Register all pairs of TABLE, or all subjects of a BIDS folder onto a template. What is in DIR "
        "already and unchanged is not done again, and a pair that fails is no end of the others. The options that "
        "nodeo register has, too, hold for all pairs; the columns of TABLE go over them. Exit code 1: some pairs "
        "failed, the table names them.",
    )
    run.set_defaults(run=("cohort", "run"), standing=True, moving=None, channel=[])
    run.add_argument(
        "table",
        type=path,
        nargs="?",
        metavar="TABLE",
        help="CSV or TSV file, a line a pair: moving, fixed and, as needed, name, subject, session, fixed_mask, "
        "moving_mask, fixed_labels, moving_labels, fixed_points, moving_points, initial, preset, any setting; of "
        "further images fixed_2, moving_2, similarity_2, weight_2, fixed_mask_2, moving_mask_2, name_2, fixed_3 …",
    )
    run.add_argument("--fixed", type=path, metavar="FILE", help="fixed image of all pairs, a template")
    run.add_argument("--bids", type=path, metavar="BIDS", help="a BIDS folder in place of TABLE; needs --fixed")
    run.add_argument("--suffix", default="T1w", metavar="NAME", help="which images of BIDS (default: T1w)")
    run.add_argument("--space", default="", metavar="NAME", help="the template in BIDS names (default: by its file)")
    run_options(run, "balanced")
    more_options(run)
    crew_options(run)
    run.add_argument("--index", type=int, metavar="K", help="do the K-th of N shares only, from 0, without Dask")
    run.add_argument("--of", type=int, metavar="N", help="how many shares")
    run.add_argument("--collect", action="store_true", help="run nothing: write table and page of what is there")
    run.add_argument("--dry-run", action="store_true", help="only say what would be done")


def add_template(commands) -> None:
    """The average of many images."""
    sub = commands.add_parser(
        "template",
        help="the average of many images, which all of them deform to",
        description="Make the average of IMAGES, of mean brightness and mean shape, in rounds of registration, with "
        "each image's transforms onto it and back. What is in DIR already and unchanged is not done again. An image "
        "that fails is left out. Exit code 1: some have failed, their sentences are told.",
    )
    sub.set_defaults(
        run=("template", "run"), standing=True, channel=[], labels_for="measure", points_for="measure", report=False,
        index=None,
    )  # fmt: skip
    sub.add_argument(
        "images",
        type=path,
        nargs="+",
        metavar="IMAGES",
        help="images, or one CSV or TSV file with a line an image: moving and, as needed, name, subject, session, "
        "moving_mask, moving_labels",
    )
    output_options(sub)
    sub.add_argument(
        "--initial",
        dest="image",
        type=path,
        metavar="IMAGE",
        help="begin with this image, on its grid (default: the average after alignment)",
    )
    sub.add_argument("--rounds", type=int, default=4, metavar="N", help="of registration and averaging (default: 4)")
    sub.add_argument(
        "--align",
        dest="initial",
        choices=ALIGNED,
        default="affine",
        help="initial transform of each image onto the template (default: affine)",
    )
    settings_options(sub, "balanced")
    crew_options(sub)
    process_options(sub)


def add_morphometry(commands) -> None:
    """How the images of a cohort differ from its template."""
    sub = commands.add_parser(
        "morphometry",
        help="local volumes of the subjects of a cohort, ready for statistics",
        description="Of every subject of a finished cohort onto one template: log det J in the template's space, as a "
        "4-D image in the order of the cohort's table, and a table with a line a subject. det J is that of the map "
        "from the template to the subject: the logarithm is above 0 where the subject is larger than the template.",
    )
    sub.set_defaults(run=("morphometry", "run"))
    sub.add_argument("cohort", type=path, metavar="DIR", help="folder of nodeo cohort run, or of nodeo template")
    output_options(sub)
    sub.add_argument("--smooth", type=float, default=0.0, metavar="MM", help="full width at half maximum (default: 0)")
    sub.add_argument(
        "--with-affine", action="store_true", help="keep the affine part's volume: a larger head has larger structures"
    )
    sub.add_argument(
        "--labels",
        type=path,
        metavar="FILE",
        help="label map of the template: carried to every subject, the volume of each structure there, ml",
    )
    sub.add_argument("--progress", choices=("bar", "json", "none"), default="bar", help="default: bar")


def add_sequence(commands) -> None:
    sub = commands.add_parser(
        "sequence",
        help="deform every frame of a series onto one of them",
        description="Deform every frame of a series in time onto one of them, or onto their mean. Frames are counted "
        "from 0.",
    )
    sub.set_defaults(run=("sequence", "sequence"), standing=False)
    sub.add_argument(
        "series",
        type=path,
        nargs="+",
        metavar="SERIES",
        help="a 4-D file (NIfTI, NRRD with a list axis, .seq.nrrd), or a file for each frame",
    )
    output_options(sub)
    sub.add_argument(
        "--reference", default="0", metavar="N", help="frame that stays, or mean: an average of all (default: 0)"
    )
    sub.add_argument(
        "--mode",
        choices=("frames", "trajectory"),
        default="frames",
        help="frames: each begins as its neighbour ended; trajectory: one flow through all (default: frames)",
    )
    sub.add_argument(
        "--cyclic",
        action="store_true",
        help="the last frame is a neighbour of the first; a trajectory ends where it began",
    )
    sub.add_argument(
        "--smoothing",
        type=int,
        default=0,
        metavar="FRAMES",
        help="of the mode frames: lay a parabola of time through so many frames in a row, 5, 7 … (default: 0, none)",
    )
    sub.add_argument(
        "--times",
        metavar="T,T,…",
        help="of the frames (default: as the file says, or 0,1,2…); --times=-1,0,1 where the first is below 0",
    )
    sub.add_argument(
        "--points", type=path, metavar="FILE", help="points of the reference, which are tracked: .csv, .mrk.json, .fcsv"
    )
    sub.add_argument("--labels", type=path, metavar="FILE", help="label map of the reference, carried to every frame")
    sub.add_argument("--mask", type=path, metavar="FILE", help="of the reference: where the similarity counts (not 0)")
    sub.add_argument(
        "--separate", action="store_true", help="a file for each frame in place of one .seq.nrrd; no motion"
    )
    sub.add_argument("--report", action="store_true", help="draw report.html and motion.gif (needs matplotlib)")
    settings_options(sub, "balanced")
    sub.add_argument("--initial", metavar="HOW", help="identity, center, rigid, similarity, affine, auto or a file")
    process_options(sub)
