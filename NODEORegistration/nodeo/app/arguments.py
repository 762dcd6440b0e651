"""Arguments that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..settings import PRESETS, USES


class Parser(argparse.ArgumentParser):
    """A parser that takes files in whatever order they and the options come: ``apply T --reference F X`` names X, too.

    Where some files may be left out, argparse decides at the first of them that those behind the options were.
    """

    _again = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """The options, and what is none of them."""
        found, left = super().parse_known_args(args, namespace)
        commands = any(action.nargs == argparse.PARSER for action in self._actions)
        if commands or self._again or all(text.startswith("-") and text != "--" for text in left):
            return found, left
        self._again = True
        try:
            return self.parse_known_intermixed_args(args)
        finally:
            self._again = False


def path(text: str) -> Path:
    """The type of an argument that names a file or a folder."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty")  # and not the current folder
    return Path(text)


def more_options(sub: argparse.ArgumentParser) -> None:
    """What a registration can be told besides, and a cohort of registrations."""
    sub.add_argument(
        "--labels-for", choices=USES, default="measure", help="let the labels measure (default), guide, or both"
    )
    points = "points in pairs, by label or order: .csv (x, y, z: LPS, mm), .mrk.json or .fcsv"
    sub.add_argument("--fixed-points", type=path, metavar="FILE", help=points)
    sub.add_argument("--moving-points", type=path, metavar="FILE", help="their partners in the moving image")
    sub.add_argument(
        "--points-for",
        choices=USES,
        default="both",
        help="let them measure the registration, guide it, or both (default)",
    )
    sub.add_argument("--report", action="store_true", help="draw report.html and report.png (needs matplotlib)")


def run_options(sub: argparse.ArgumentParser, preset: str) -> None:
    """What a registration can be told, and a study of registrations."""
    output_options(sub)
    settings_options(sub, preset)
    sub.add_argument("--fixed-mask", type=path, metavar="FILE", help="where the similarity counts (not 0)")
    sub.add_argument("--moving-mask", type=path, metavar="FILE", help="the same, of the moving image")
    sub.add_argument(
        "--initial",
        metavar="HOW",
        help="identity, center, rigid, similarity, affine, auto, points or a transform file",
    )
    sub.add_argument("--fixed-labels", type=path, metavar="FILE", help="label map to measure Dice and HD95 with")
    sub.add_argument("--moving-labels", type=path, metavar="FILE", help="label map to warp as well")
    process_options(sub)


def output_options(sub: argparse.ArgumentParser) -> None:
    """Where the results go."""
    sub.add_argument("--output", type=path, required=True, metavar="DIR", help="folder for the results")
    sub.add_argument("--overwrite", action="store_true", help="write into DIR although it is not empty")


def settings_options(sub: argparse.ArgumentParser, preset: str) -> None:
    """How it is registered."""
    sub.add_argument("--preset", metavar="NAME", help=f"{', '.join(PRESETS)} (default: {preset})")
    sub.add_argument("--settings", type=path, metavar="FILE", help="JSON file of settings, over the preset")
    sub.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="one setting, over both")


def process_options(sub: argparse.ArgumentParser) -> None:
    """What works, and how it tells of that."""
    sub.add_argument("--device", metavar="NAME", help="auto, cpu, cuda or cuda:N (default: auto)")
    sub.add_argument("--seed", type=int, metavar="N", help="seed of the network's initial weights (default: 0)")
    sub.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all)")
    sub.add_argument("--progress", choices=("bar", "json", "none"), default="bar", help="default: bar")


def crew_options(sub: argparse.ArgumentParser) -> None:
    """Who does many registrations."""
    sub.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="pairs at once (default: by cores and memory, or GPUs); 0: one after the other in this process, without "
        "Dask",
    )
    sub.add_argument(
        "--threads-per-worker", type=int, metavar="N", help="CPU threads of each (default: cores / workers)"
    )
    sub.add_argument("--gpus", metavar="WHICH", help="0,1 or all: one worker a GPU (default: all that there are)")
    sub.add_argument("--scheduler", metavar="ADDRESS", help="work on this cluster of Dask, such as tcp://host:8786")
