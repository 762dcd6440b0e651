"""The command line: what can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError
from ..version import __version__
from . import process
from .answer import BAD_INPUT, OK, answered
from .arguments import Parser, more_options, path, run_options
from .channel import open_channel
from .cli_many import add_cohort, add_morphometry, add_sequence, add_study, add_template
from .display import Display
from .serve import Refusing, serve


def parser(kind: type[Parser] = Parser) -> Parser:
    """The parser of ``nodeo``; a command leaves in ``run`` its module in :mod:`.commands` and its function there."""
    top = kind(prog="nodeo", description="Diffeomorphic registration by neural ODEs.")
    top.add_argument("--version", action="version", version=f"nodeo {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _register(commands)
    _apply(commands)
    _convert(commands)
    _evaluate(commands)
    add_study(commands)
    add_cohort(commands)
    add_template(commands)
    add_morphometry(commands)
    add_sequence(commands)
    _serve(commands)
    return top


def _register(commands) -> None:
    sub = commands.add_parser("register", help="deform MOVING onto FIXED", description="Deform MOVING onto FIXED.")
    sub.set_defaults(run=("register", "register"), standing=False)
    sub.add_argument("fixed", type=path, metavar="FIXED", help="image that stays; the result has its grid")
    sub.add_argument("moving", type=path, metavar="MOVING", help="image that is deformed")
    run_options(sub, "balanced")
    sub.add_argument(
        "--channel",
        nargs="+",
        action="append",
        default=[],
        metavar=("FIXED", "MOVING"),
        help="one more pair of images that guides, in the space of the first, and after it as needed similarity=NAME, "
        "weight=NUMBER, fixed_mask=FILE, moving_mask=FILE, name=NAME",
    )
    more_options(sub)


def _apply(commands) -> None:
    sub = commands.add_parser(
        "apply",
        help="carry images, label maps and points from one image to the other",
        description="Carry images, label maps and points of the moving image to the fixed one, or back: images are "
        "resampled through the transform, points go through its inverse.",
    )
    sub.set_defaults(run=("apply", "apply"), progress="none")
    sub.add_argument("transform", type=path, metavar="TRANSFORM", help="transform.h5, or any transform SimpleITK reads")
    sub.add_argument(
        "things",
        type=path,
        nargs="*",
        metavar="FILE",
        help="images, and points (.csv, .mrk.json, .fcsv), in the moving image's space",
    )
    sub.add_argument("--reference", type=path, metavar="FIXED", help="image whose grid images get")
    sub.add_argument(
        "--output", type=path, required=True, metavar="FILE", help="file to write, or a folder for several"
    )
    sub.add_argument(
        "--labels",
        type=path,
        nargs="*",
        metavar="FILE",
        help="label maps, as well: nearest neighbour; without files after it: all images are label maps",
    )
    sub.add_argument(
        "--backwards", action="store_true", help="carry what lies in the fixed image's space to the moving one"
    )
    sub.add_argument(
        "--inverse", type=path, metavar="T", help="TRANSFORM's inverse (default: inverse.h5 beside transform.h5)"
    )


def _convert(commands) -> None:
    sub = commands.add_parser(
        "convert",
        help="a transform as other programs read it",
        description="Write a transform as a displacement at every voxel of a grid: an image of vectors, as ITK, ANTs "
        "and others read it (.nii.gz, .nrrd, .mha), or an ITK transform (.h5).",
    )
    sub.set_defaults(run=("convert", "convert"), progress="none")
    sub.add_argument("transform", type=path, metavar="TRANSFORM", help="transform.h5, or any that SimpleITK reads")
    sub.add_argument("--reference", type=path, required=True, metavar="FIXED", help="image that has the grid")
    sub.add_argument("--output", type=path, required=True, metavar="FILE", help="file to write")
    sub.add_argument(
        "--affine",
        type=path,
        metavar="FILE",
        help="the affine part apart (.mat, .txt, .tfm), and the rest to --output",
    )


def _evaluate(commands) -> None:
    sub = commands.add_parser(
        "evaluate",
        help="Dice and HD95 of label maps",
        description="Dice and HD95 of two label maps, or of many pairs of them.",
    )
    sub.set_defaults(run=("evaluate", "evaluate"))
    sub.add_argument("fixed_labels", type=path, nargs="?", metavar="FIXED_LABELS", help="label map of the fixed image")
    sub.add_argument("other_labels", type=path, nargs="?", metavar="OTHER_LABELS", help="the one to compare it with")
    sub.add_argument("--transform", type=path, metavar="T", help="warp OTHER_LABELS through this first")
    sub.add_argument(
        "--pairs",
        type=path,
        metavar="CSV",
        help="many pairs instead: columns fixed_labels, other_labels and, as needed, transform and name",
    )
    sub.add_argument("--structures", default="all", metavar="WHICH", help="oasis28, candi32, seg24, all or 2,3,4")
    sub.add_argument("--output", type=path, metavar="CSV", help="write every number: a line a pair and structure")
    sub.add_argument("--plot", type=path, metavar="PNG", help="draw box plots (needs matplotlib)")
    sub.add_argument("--progress", choices=("bar", "json", "none"), default="bar", help="default: bar")


def _serve(commands) -> None:
    commands.add_parser(
        "serve",
        help="stay, and run commands for a host program",
        description="Stay, and run one command after the other for a host program: requests on standard input, events "
        "on standard output, both a line of JSON each. Loads everything once; ends with its standard input.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 done, 1 a failure of ours, 2 bad input, 130 cancelled.

    Called without ``arguments``, as the process's own work, it does not return from a failure but ends the process.
    """
    code = _main(arguments)
    if arguments is None and code != OK:
        process.end_at_once(code)
    return code


def _main(arguments: Sequence[str] | None) -> int:
    process.fill_streams()
    options = parser().parse_args(arguments)
    try:
        if options.command == "serve":
            return serve(parser(Refusing))
        channel = open_channel(options.progress)
    except InputError as error:
        Display(live=False).failed(error.message, error.hint)
        return BAD_INPUT
    return answered(options, channel)
