"""What the how-to pages say can be done, on small made images, and does what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from . import anatomy, directions
from .pages import PAGES
from .typed import commands_of, typed
from .walks import WALKS, walk


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory):
    """The folder of a page on which everything has been done; once each."""
    folders: dict[str, Path] = {}

    def folder(page: str) -> Path:
        if page not in folders:
            folders[page] = tmp_path_factory.mktemp(Path(page).stem)
            make, _, spacing = WALKS[page]
            make(folders[page], spacing)
            text = (PAGES / page).read_text(encoding="utf-8")
            assert walk(text, folders[page]) == commands_of(text)
        return folders[page]

    return folder


def measured(folder: Path) -> dict:
    return json.loads((folder / "out" / "metrics.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", WALKS)
def test_everything_on_a_how_to_page_can_be_done(page: str, walked) -> None:
    folder = walked(page)
    metrics = measured(folder)
    assert metrics["folding"]["voxels"] == metrics["inverse_folding"]["voxels"] == 0
    assert metrics["similarity"]["after"] < 0.8 * metrics["similarity"]["before"]
    named = re.findall(r"--output (\S+)", " ".join(commands_of((PAGES / page).read_text(encoding="utf-8"))))
    assert named and all((folder / name).exists() for name in named)


def test_a_breath_is_found(walked) -> None:
    points = measured(walked("howto_lung.md"))["points"]
    assert points["after"]["mean_mm"] < 0.6 * points["before"]["mean_mm"]
    assert not points["guided"]


def test_two_kinds_of_scan_are_compared_as_such(walked) -> None:
    assert measured(walked("howto_mr_ct.md"))["similarity"]["name"] == "mind"
    assert measured(walked("howto_brains.md"))["similarity"]["name"] == "lncc"


def test_structures_that_had_no_say_meet_better(walked) -> None:
    dice = measured(walked("howto_brains.md"))["dice"]
    assert dice["after"]["mean_dice"] > dice["before"]["mean_dice"] + 0.05


def test_every_how_to_page_is_walked_and_shows_its_picture() -> None:
    pages = sorted(page.name for page in PAGES.glob("howto_*.md"))
    assert pages == sorted(name for name in WALKS if name.startswith("howto_"))
    for page in pages:
        assert f"](../Screenshots/{Path(page).stem.replace('_', '-')}.jpg)" in (PAGES / page).read_text("utf-8")


def test_a_page_with_another_program_cannot_be_walked(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="rm x cannot be walked"):
        walk("```sh\nrm x\n```\n", tmp_path)


def test_what_is_typed_is_read_out_of_lists_too() -> None:
    page = "1. So:\n\n   ```sh\n   nodeo a \\\n       --b   # c\n   ```\n\n   ```python\n   if x:\n       y()\n   ```\n"
    assert [(kind, " ".join(text.split())) for kind, text in typed(page)] == [
        ("sh", "nodeo a --b"),
        ("python", "if x: y()"),
    ]


def test_the_made_breath_does_not_fold() -> None:
    axes = [np.arange(-120.0, 121.0, 6.0)] * 3
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    steps = [np.gradient(anatomy.breath(points), 6.0, axis=axis) for axis in range(3)]
    assert np.linalg.det(np.stack(steps, -1)).min() > 0.3


def test_the_figure_of_the_directions_shows_where_points_really_go() -> None:
    fixed, moving, result = directions.pair()
    there = directions.taken(result.transform, directions.PLACES)
    known = [moving.TransformPhysicalPointToContinuousIndex(point) for point in there]  # mm are pixels here
    for one, other in zip(directions.PLACES, known, strict=True):
        assert abs(fixed[tuple(map(int, one))] - moving[tuple(map(round, other))]) < 150.0  # of 1300: the same spot
    back = directions.taken(result.inverse, there)
    assert np.linalg.norm(back - directions.PLACES, axis=1).max() < 0.1
