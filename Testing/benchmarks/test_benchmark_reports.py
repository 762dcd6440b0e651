"""From recorded runs to what people read: statistics, bars, tables, pictures and the section of the README."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from bars import BARS, verdicts
from hard_tables import hard_document
from paired import against_all, bootstrap_interval, compare
from publish import BEGIN, END, fill, publish
from result_tables import document, pair_table, provenance, structure_records
from results import Results, Run

PNG = b"\x89PNG"
MACHINE = {
    "cpu": "a processor", "cores": 2, "memory_gb": 8.0, "gpus": [], "system": "Linux 6", "python": "3.11",
    "versions": {"torch": "2"}, "commit": "abc1234",
}  # fmt: skip


def scores(dice: float, folds: int = 0, back: float | None = 0.03) -> dict[str, Any]:
    """A field's scores with the same Dice in two structures."""
    returned = None if back is None else {"mean": back, "p99": 5 * back, "max": 10 * back}
    return {
        "dice": {"2": dice, "3": dice},
        "hd95": {"2": 2.0, "3": None},
        "folding": {"voxels": folds, "percent": 0.0, "volume_mm3": 0.25 * folds, "smallest": 0.1, "largest": 2.0},
        "jacobian": {"min": 0.2, "max": 1.9, "sd_log": 0.3},
        "inverse_consistency_mm": returned,
    }


def run(pair: str, method: str, wall: float, dice: float, repeat: int = 0, device: str = "cpu", **fields) -> Run:
    told = {"seconds": wall / 2, "versions": {"greedy": "1.4"} if method == "greedy" else {}}
    told |= {"peak_gpu_mb": 900.0} if device == "cuda" else {}
    cost = {"wall": wall, "cpu": 2 * wall, "peak_mb": 2000.0}
    return Run(pair, method, device, repeat, cost=cost, told=told, scores=None if repeat else scores(dice, **fields))


def about(group: str = "", case: str = "a", kind: str = "small", **structures: list[int]) -> dict[str, Any]:
    start = {"dice": {"2": 0.5, "3": 0.5}, "hd95": {"2": 4.0, "3": 4.0}}
    grid = {"size": [16, 16], "spacing": [1.0, 1.0], "initial": "identity"}
    return {
        **grid,
        "kind": kind,
        "group": group,
        "case": case,
        "start": start,
        "structures": structures or {"all": [2, 3]},
    }


@pytest.fixture
def recorded() -> Results:
    """The main pair, a pair that one peer cannot do, and a group of three small pairs in two cases."""
    structures: dict[str, list[int]] = {"27": [2], "35": [2, 3]}
    pairs = {"oasis_pair": about(kind="main", **structures), "malf_1000_1001": about(kind="brain")}
    pairs |= {name: about("small ones", case) for name, case in (("s1", "s1"), ("s2", "s2"), ("s2_back", "s2"))}
    runs = [run("oasis_pair", "fast", wall, 0.83, repeat) for repeat, wall in enumerate((10.0, 12.0, 50.0))]
    runs += [run("oasis_pair", "balanced", 40.0, 0.85, folds=2), run("oasis_pair", "greedy", 48.0, 0.86, back=None)]
    runs += [run("malf_1000_1001", "balanced", 40.0, 0.84), run("malf_1000_1001", "greedy", 40.0, 0.83)]
    runs += [Run("malf_1000_1001", "convexadam", failure="It registers volumes only.")]
    for pair, ours, theirs in (("s1", 0.80, 0.78), ("s2", 0.81, 0.82), ("s2_back", 0.79, 0.79)):
        runs += [run(pair, "balanced", 4.0, ours), run(pair, "greedy", 1.0, theirs)]
    session = {"date": "2026-01-02T03:04+00:00", "machine": MACHINE, "options": {"threads": 2}}
    return Results([session], pairs, runs)


# --- statistics -----------------------------------------------------------------------------------------------------


def test_a_constant_difference_has_no_spread() -> None:
    differences = dict.fromkeys("abcd", 0.02)
    assert bootstrap_interval(differences, {name: name for name in differences}) == pytest.approx((0.02, 0.02))


def test_the_interval_is_that_of_the_mean_and_always_the_same() -> None:
    differences = {str(number): 0.01 * (number % 10) for number in range(100)}
    cases = {name: name for name in differences}
    low, high = bootstrap_interval(differences, cases)
    error = 0.0287 / 10  # standard deviation of 0, .01 … .09 over the root of 100
    assert (low, high) == pytest.approx((0.045 - 1.96 * error, 0.045 + 1.96 * error), abs=3e-4)  # 10 000 draws
    assert bootstrap_interval(differences, cases) == (low, high)


def test_both_directions_of_a_pair_are_drawn_together() -> None:
    differences = {str(number): 0.01 * (number % 10) for number in range(100)}
    apart = bootstrap_interval(differences, {name: name for name in differences})
    together = bootstrap_interval(differences, {name: str(int(name) % 10) for name in differences})
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])


def test_pairs_are_compared_one_by_one(recorded: Results) -> None:
    found = compare(recorded, "small ones", ["s1", "s2", "s2_back"], "balanced", "greedy")
    assert found is not None
    assert (found.pairs, found.cases, found.worst_pair) == (3, 2, "s2")
    assert found.mean == pytest.approx(0.01 / 3) and found.worst == pytest.approx(-0.01)
    assert found.wins == pytest.approx(0.5)  # one won, one lost, one tie
    assert found.low <= found.mean <= found.high


def test_a_pair_that_only_one_did_does_not_count(recorded: Results) -> None:
    recorded.runs = [one for one in recorded.runs if (one.pair, one.method) != ("s2", "greedy")]
    found = compare(recorded, "small ones", ["s1", "s2", "s2_back"], "balanced", "greedy")
    assert found is not None and found.pairs == 2
    assert compare(recorded, "small ones", ["s1"], "balanced", "demons") is None


def test_only_pairs_of_a_group_enter_the_statistics(recorded: Results) -> None:
    assert [(one.group, one.rival) for one in against_all(recorded, "balanced", ["greedy"])] == [
        ("small ones", "greedy")
    ]


# --- bars -----------------------------------------------------------------------------------------------------------


def test_bars_are_met_or_missed_by_so_much(recorded: Results) -> None:
    judged = {one.what: one for one in verdicts(recorded)}
    assert judged["fast, oasis_pair: dice 27"].met is True
    ratio = judged["fast, oasis_pair: wall against greedy"]
    assert (ratio.found, ratio.met, ratio.short) == ("0.250", True, 0.0)  # the median of three
    short = judged["balanced, oasis_pair: dice 27"]
    assert short.met is False and short.short == pytest.approx(0.012)
    assert judged["balanced, oasis_pair: folded voxels"].short == 2
    assert judged["accurate, oasis_pair: dice 27"].met is None


def test_rivals_are_compared_on_each_pair(recorded: Results) -> None:
    judged = {one.what: one for one in verdicts(recorded)}
    assert judged["balanced, malf_1000_1001: Dice at least that of greedy on each"].met is True
    group = judged["balanced, small ones: Dice at least that of greedy on each"]
    assert group.met is False and group.found.startswith("2 of 3; worst -0.0100 (s2)")
    assert judged["balanced, small ones: folded voxels"].met is True


def test_the_gpus_bars_look_at_the_gpus_runs(recorded: Results) -> None:
    recorded.runs.append(run("oasis_pair", "balanced", 1.8, 0.86, device="cuda"))
    judged = {one.what: one for one in verdicts(recorded)}
    assert judged["balanced on the GPU, oasis_pair: seconds of the registration"].met is True
    assert judged["balanced on the GPU, oasis_pair: peak GPU memory, MB"].found == "900"


def test_every_preset_has_its_bars() -> None:
    assert {bar.method for bar in BARS} == {"fast", "balanced", "accurate"}


# --- tables and pictures --------------------------------------------------------------------------------------------


def test_a_pairs_table_has_a_line_a_method(recorded: Results) -> None:
    headings, _, before, fast, *_ = pair_table(recorded, "oasis_pair").splitlines()
    assert headings.startswith("| method | Dice 27 | Dice 35 | HD95, mm | folded voxels |")
    assert before.startswith("| before | 0.5000 | 0.5000 | 4.00 |")
    cells = [cell.strip() for cell in fast.strip("|").split("|")]
    assert cells[:5] == ["this engine, fast", "0.8300", "0.8300", "2.00", "0"]
    assert cells[-6:] == ["12.0", "0.25", "6.0", "24.0", "2000", "3"]


def test_a_peer_that_failed_is_a_line_that_says_why(recorded: Results) -> None:
    assert "| convexAdam MIND | It registers volumes only. |" in pair_table(recorded, "malf_1000_1001")


def test_the_document_says_what_it_was_measured_on(recorded: Results) -> None:
    text = document(recorded)
    assert text.startswith(provenance(recorded))
    assert "2026-01-02, commit abc1234; a processor, 2 cores" in text and "greedy 1.4" in text
    assert "### small ones" in text and "### oasis_pair" in text
    assert "| small ones | greedy 100x50x10 | 3 (2) | +0.0033 |" in text
    assert "Not measured:" in text and "accurate, oasis_pair: dice 27" in text


def test_what_calls_of_two_days_ran_is_told_apart(recorded: Results) -> None:
    recorded.sessions.append({**recorded.sessions[0], "date": "2026-02-03T04:05+00:00"})
    for one in recorded.runs:
        one.session = int(one.method == "greedy")
    first, second = provenance(recorded).split("; 2 threads")[0].split(". 2026-02-03")
    assert first.startswith("2026-01-02") and first.endswith(
        ": this engine, fast, this engine, balanced, convexAdam MIND"
    )
    assert second.endswith(": greedy 100x50x10")


def test_everything_is_published(recorded: Results, tmp_path: Path) -> None:
    publish(recorded, tmp_path)
    with (tmp_path / "methods.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    first = lines[0]
    assert (first["method"], first["dice_27"], first["wall"], first["runs"]) == ("fast", "0.83", "12.0", "3")
    assert first["inverse_consistency_mean"] == "0.03"
    assert [line["failure"] for line in lines if line["method"] == "convexadam"] == ["It registers volumes only."]
    pictures = sorted(tmp_path.glob("*.png"))
    assert [path.stem for path in pictures] == ["accuracy_against_time", "paired", "structures"]
    assert all(path.read_bytes().startswith(PNG) for path in pictures)
    assert {path.name for path in tmp_path.glob("*.csv")} == {"bars.csv", "methods.csv", "paired.csv", "structures.csv"}


def test_structures_have_their_names(recorded: Results) -> None:
    record = structure_records(recorded)[0]
    assert (record["code"], record["structure"], record["dice"]) == (2, "Left-Cerebral-White-Matter", 0.83)


def test_results_without_labels_can_be_published(recorded: Results, tmp_path: Path) -> None:
    bare = {**scores(0.0), "dice": {}, "hd95": {}}
    pairs = {"mine": {**about(), "start": {}, "structures": {}}}
    only = Run("mine", "balanced", cost={"wall": 1.0, "cpu": 1.0, "peak_mb": 1.0}, scores=bare)
    publish(Results(recorded.sessions, pairs, [only]), tmp_path)
    assert "| this engine, balanced | – | 0 |" in (tmp_path / "tables.md").read_text(encoding="utf-8")


def test_the_readme_is_filled_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    begin, end = BEGIN.format("results"), END.format("results")
    other = f"{BEGIN.format('hard')}\nkept\n{END.format('hard')}"
    page.write_text(f"before\n{other}\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    fill(page, "new\n")
    fill(page, "newer\n")
    assert page.read_text(encoding="utf-8") == f"before\n{other}\n{begin}\nnewer\n{end}\nafter\n"


def test_pictures_go_beside_the_readme(tmp_path: Path) -> None:
    page, picture = tmp_path / "page" / "README.md", tmp_path / "accuracy_against_time.png"
    page.parent.mkdir()
    page.write_text(f"{BEGIN.format('results')}\n{END.format('results')}\n", encoding="utf-8")
    picture.write_bytes(PNG)
    fill(page, "tables\n", [picture])
    assert "![accuracy against time](pictures/accuracy_against_time.png)" in page.read_text(encoding="utf-8")
    assert (tmp_path / "page" / "pictures" / picture.name).read_bytes() == PNG


# --- the hard pairs -------------------------------------------------------------------------------------------------


@pytest.fixture
def hard(recorded: Results) -> Results:
    """A pair with two sets of landmarks and one with labels, from both starts; a peer that folds, one that fails."""

    def errors(inside: float, outside: float) -> dict[str, Any]:
        sets = {"inside": inside, "outside": outside}
        return {title: {"mean": mean, "median": mean / 2, "max": 2 * mean} for title, mean in sets.items()}

    for suffix, kind in (("", "hard"), ("_same", "hard-same")):
        sliding = {**about(kind=kind), "start": {"landmarks": errors(22.0, 7.0)}, "structures": {}}
        recorded.pairs |= {f"sliding{suffix}": sliding, f"labelled{suffix}": about(kind=kind)}
        for method, error, folds in (("balanced", errors(3.0, 2.0), 0), ("greedy-nmi", errors(4.0, 1.9), 7)):
            one = run(f"sliding{suffix}", method, 9.0, 0.0, folds=folds)
            one.scores = {**scores(0.0, folds), "dice": {}, "hd95": {}, "landmarks": error}
            one.told |= {"similarity": "lncc", "searched": True, "inverse_folds": 0, "fallbacks": ["Look | twice."]}
            recorded.runs.append(one)
        recorded.runs.append(run(f"labelled{suffix}", "balanced", 9.0, 0.7))
        recorded.runs.append(Run(f"labelled{suffix}", "greedy-nmi", failure="It was stopped."))
    return recorded


def test_the_hard_pairs_have_a_row_each_and_the_best_in_bold(hard: Results) -> None:
    own, same = hard_document(hard.only(lambda kind: kind.startswith("hard"))).split("### All methods from the same")
    assert "| error, mm | as it lies | this engine, balanced | greedy NMI |" in own
    assert "| sliding, inside | 22.00 / 11.00 | **3.00 / 1.50** | 4.00 / 2.00\\* |" in own
    assert "| sliding, outside | 7.00 / 3.50 | 2.00 / 1.00 | **1.90 / 0.95**\\* |" in same
    assert "| labelled | 0.500 | **0.700** | – |" in same
    assert "greedy NMI on labelled: It was stopped." in own
    assert "| sliding | this engine, balanced | lncc | large motion | 0 / 0 | Look / twice. |" in same


def test_the_hard_pairs_stay_out_of_the_usual_tables_and_bars(hard: Results, tmp_path: Path) -> None:
    publish(hard, tmp_path)
    usual, _ = (tmp_path / "tables.md").read_text(encoding="utf-8").split("### Each method from a start of its own")
    assert "sliding" not in usual
    assert "labelled" not in (tmp_path / "bars.csv").read_text(encoding="utf-8")
    with (tmp_path / "methods.csv").open(encoding="utf-8") as file:
        found = [line["error_mm_inside_median"] for line in csv.DictReader(file) if line["pair"] == "sliding"]
    assert found == ["1.5", "2.0"]
