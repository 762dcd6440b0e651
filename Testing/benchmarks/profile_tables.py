"""The profile of an iteration as tables. Times are ns per voxel of the level, times threads: what one voxel costs."""

from __future__ import annotations

from typing import Any

from level_profiles import LevelProfile
from machine import in_words, versions_in_words
from result_tables import markdown, number
from scaling_tables import title_of


def document(record: dict[str, Any]) -> str:
    """All tables, with what they belong to."""
    machine, threads = record["machine"], record["threads"]
    size = " × ".join(map(str, record["size"]))
    parts = [
        f"{record['date'][:10]}, {in_words(machine)}; {versions_in_words(machine)}. "
        f"{record['pair']}, {size} voxels; preset {record['preset']} on {record['device']}, "
        f"{threads} thread{'s' * (threads > 1)}. ns a voxel × threads."
    ]
    for one in record["levels"]:
        level = LevelProfile.of(one)
        parts += [f"### {headline(level)}", stages_table(level, threads), primitives_table(level, threads)]
    return "\n\n".join(parts) + "\n"


def headline(level: LevelProfile) -> str:
    """A level in a line."""
    title = title_of(level.shrink)
    return f"{title[0].upper()}{title[1:]}: {level.voxels / 1e6:.3g} M voxels, {level.nodes / 1e6:.3g} M nodes"


def nanoseconds(seconds: float, points: int, threads: int) -> float:
    """Of all threads together, per point."""
    return 1e9 * seconds * threads / points


def stages_table(level: LevelProfile, threads: int) -> str:
    """A line a stage, their sum, and an iteration in one piece."""

    def cells(*seconds: float) -> list[str]:
        return [number(nanoseconds(value, level.voxels, threads), 1) for value in seconds]

    total = sum(stage.seconds for stage in level.stages)
    rows = []
    for stage in level.stages:
        floor = [*cells(stage.floor), number(stage.seconds / stage.floor, 2)] if stage.floor else ["–", "–"]
        share = f"{100 * stage.seconds / total:.0f} %"
        rows.append([stage.name, *cells(stage.forward, stage.backward, stage.seconds), share, *floor])
    forward, backward, floor = (sum(getattr(one, name) for one in level.stages) for name in PASSES)
    rows.append(["**sum**", *cells(forward, backward, total), "100 %", *cells(floor), number(total / floor, 2)])
    rows.append(["in one piece", "", "", *cells(level.whole), "", "", ""])
    return markdown(["stage", "forward", "backward", "both", "share", "floor", "× floor"], rows)


PASSES = ("forward", "backward", "floor")


def primitives_table(level: LevelProfile, threads: int) -> str:
    """A line an operation; per point of its own result."""
    rows = [
        [one["name"], number(nanoseconds(one["seconds"], one["points"], threads), 1), f"{one['points'] / 1e6:.3g} M"]
        for one in level.primitives
    ]
    return markdown(["operation", "ns a point", "points"], rows)
