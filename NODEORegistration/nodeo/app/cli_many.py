"""The command line of many images: studies of a pair, series in time."""

from __future__ import annotations

import argparse

from ..study import REGULARIZERS_PRESET, SWEEP_PRESET
from .arguments import output_options, path, process_options, run_options, settings_options


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
