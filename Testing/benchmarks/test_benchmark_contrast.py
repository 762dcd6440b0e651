"""What the benchmark of ``similarity=auto`` makes of a pair, and what it says of the decisions."""

from __future__ import annotations

from dataclasses import replace

import SimpleITK as sitk
from contrast import decided, table
from contrast_cases import EITHER, LIKE, OTHER, SAME, UNLIKE, Case, held_out
from phantoms import Phantom, bumps, drawn, grid, middle

ON = grid((96, 80))
BALL, WARP = Phantom(middle(ON), 34.0, grain=0.12), bumps(middle(ON), 2.0, 6.0)
PAIR = Case("ball", "", drawn(lambda x: BALL(WARP(x)), ON), drawn(BALL, ON), sitk.Transform(2, sitk.sitkIdentity), SAME)


def test_what_is_made_of_one_kind_of_scan_is_one_kind_or_two() -> None:
    kinds = {case.change: case.kind for case in held_out(PAIR)}
    assert {change for change, kind in kinds.items() if kind == OTHER} == set(UNLIKE)
    assert {change for change, kind in kinds.items() if kind == SAME} == {
        "half", "half the resolution", "warped", *LIKE,
    }  # fmt: skip
    assert {case.kind for case in held_out(replace(PAIR, kind=OTHER))} == {OTHER}
    assert list(held_out(replace(PAIR, kind=EITHER))) == []


def test_a_phantom_is_decided_rightly_from_both_sides_and_the_table_says_so() -> None:
    cases = [PAIR, *(case for case in held_out(PAIR) if case.change in ("half", "bias field", "hump"))]
    decisions = [decided(case) for case in (*cases, *(case.reversed() for case in cases))]
    assert not any(decision.wrong for decision in decisions)
    assert max(one.gain for one in decisions if one.kind == SAME) < min(
        one.gain for one in decisions if one.kind == OTHER
    )
    rows = table(decisions).splitlines()[2:]
    assert [row.split(" | ")[:3] for row in rows] == [
        ["| whole pairs", "same", "2"],
        ["| bias field", "same", "2"],
        ["| half", "same", "8"],
        ["| hump", "other", "2"],
    ]
    assert all(row.endswith(" | 0 |  |") for row in rows)
    mistaken = replace(decisions[0], name="mi")
    assert mistaken.wrong and "| 1 | ball (1) |" in table([mistaken, decisions[-1]])
