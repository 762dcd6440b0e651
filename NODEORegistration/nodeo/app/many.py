"""The command line, continued: what can be asked of many images."""

from __future__ import annotations

from .arguments import crew_options, more_options, path, run_options


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
