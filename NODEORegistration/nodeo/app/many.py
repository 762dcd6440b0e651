"""The command line, continued: what can be asked of many images."""

from __future__ import annotations

from .arguments import (
    crew_options,
    more_options,
    output_options,
    path,
    process_options,
    run_options,
    settings_options,
)

_ALIGNED = ("identity", "center", "rigid", "similarity", "affine", "auto")  # how an image may be laid on the template


def cohort(commands) -> None:
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
        "moving_mask, fixed_labels, moving_labels, fixed_points, moving_points, initial, preset, any setting",
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


def template(commands) -> None:
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
        choices=_ALIGNED,
        default="affine",
        help="initial transform of each image onto the template (default: affine)",
    )
    settings_options(sub, "balanced")
    crew_options(sub)
    process_options(sub)


def morphometry(commands) -> None:
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
