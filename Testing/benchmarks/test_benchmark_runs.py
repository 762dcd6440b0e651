"""The benchmark's processes: what is measured of one, what becomes of one that fails, what a second call keeps."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import methods
import numpy as np
import pytest
import SimpleITK as sitk
from comparison import Comparison
from methods import METHODS, Method
from pairs import ROOT, Pair
from phantoms import Phantom, drawn, grid, middle
from plan import Job
from prepared import Prepared, prepare
from results import Results, Run, summarise, wall_ratio
from runner import Bench
from watched import THREADS, Cost, watch

PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
COPY = """
import sys, json, pathlib, os
out = pathlib.Path(sys.argv[3]); out.mkdir(parents=True)
import SimpleITK as sitk
fixed = sitk.ReadImage(sys.argv[1])
field = sitk.Image(fixed.GetSize(), sitk.sitkVectorFloat32, fixed.GetDimension()) + (sys.argv[5] == "one")
field.CopyInformation(fixed)
sitk.WriteImage(field, str(out / "displacement.nrrd"))
(out / "peer.json").write_text(json.dumps({"seconds": 1.5, "versions": {"peer": "7"}}))
print("left where it ran", file=open("stray.txt", "w"))
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def watched(tmp_path: Path, code: str, limit: float = 60.0, threads: int = 1) -> Cost:
    return watch(python(code), tmp_path / "log.txt", threads, limit)


def test_a_process_that_ends_well_has_a_cost(tmp_path: Path) -> None:
    cost = watched(tmp_path, "sum(range(3_000_000))")
    assert cost.failure == "" and cost.cpu > 0.0 and cost.wall > 0.0 and cost.peak_mb > 1.0


def test_the_peak_memory_is_not_that_of_the_one_who_asks(tmp_path: Path) -> None:
    ballast = np.ones(40_000_000)  # 320 MB here
    small, large = watched(tmp_path, "pass"), watched(tmp_path, "b = b'1' * 100_000_000")
    assert small.peak_mb < 100.0 < large.peak_mb < 300.0 < ballast.nbytes / 1e6


def test_the_cost_of_what_it_starts_counts(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'b = b\"1\" * 100_000_000'])"
    assert watched(tmp_path, code).peak_mb > 100.0


def test_a_failure_is_the_last_thing_it_said(tmp_path: Path) -> None:
    cost = watched(tmp_path, "print('fine so far'); raise ValueError('no such variant')")
    assert cost.failure == "ValueError: no such variant"
    assert watched(tmp_path, "import sys; sys.exit(3)").failure == "It ended with status 3."
    assert watched(tmp_path, "import os; os.abort()").failure == "It was ended by SIGABRT."
    missing = watch([str(tmp_path / "nothing")], tmp_path / "log.txt", 1, 60.0)
    assert "No such file" in missing.failure


def test_a_process_that_takes_too_long_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    assert watched(tmp_path, code, limit=0.5).failure == "It was stopped after 0 s."


def test_every_library_is_told_the_threads(tmp_path: Path) -> None:
    watched(tmp_path, f"import os; print([os.environ[name] for name in {THREADS}])", threads=3)
    assert (tmp_path / "log.txt").read_text().strip() == str(["3"] * len(THREADS))


@pytest.fixture
def pair(tmp_path: Path) -> Prepared:
    """Two discs in 2-D, the labels the discs themselves."""
    on = grid((36, 32))
    files = []
    for name, shift in (("fixed", 0.0), ("moving", 1.5)):
        x, y = middle(on)
        image = drawn(Phantom((x + shift, y), radius=10.0, blobs=40), on)
        files.append(tmp_path / f"{name}.nrrd")
        sitk.WriteImage(image, str(files[-1]))
        sitk.WriteImage(image > 0, str(tmp_path / f"{name}_labels.nrrd"))
    labels = [path.with_name(f"{path.stem}_labels.nrrd") for path in files]
    return prepare(Pair("discs", *files, *labels, kind="small"), tmp_path / "out" / "inputs" / "discs")


@pytest.fixture
def copier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Method:
    """A peer that moves nothing, or everything by 1 mm."""
    (tmp_path / "peers").mkdir()
    for name in ("peer.py", "requirements.txt"):
        (tmp_path / "peers" / name).write_text("")
    (tmp_path / "peers" / "copy.py").write_text(COPY)
    monkeypatch.setattr(methods, "PEERS", tmp_path / "peers")
    return Method("copy", "copier", "copy.py", "none", 0.0, 0.0)


def bench(tmp_path: Path, interpreter: str = sys.executable) -> Bench:
    return Bench(tmp_path / "out", Path(interpreter), 1, 0)


def test_a_peers_field_is_measured_and_removed(tmp_path: Path, pair: Prepared, copier: Method) -> None:
    run = bench(tmp_path).run(Job(pair, copier, "cpu", 1), 0)
    assert run.failure == "" and run.scores is not None
    assert 0.5 < run.scores["dice"]["1"] < 1.0
    assert run.told == {"seconds": 1.5, "versions": {"peer": "7"}}
    assert not list((tmp_path / "out" / "runs").rglob("*.nrrd"))
    assert run.command.endswith("runs/discs/copy-cpu/result --variant none --threads 1 --device cpu")


def test_only_the_first_repeat_is_measured(tmp_path: Path, pair: Prepared, copier: Method) -> None:
    assert bench(tmp_path).run(Job(pair, copier, "cpu", 2), 1).scores is None


def test_a_peer_that_fails_is_a_run_that_says_why(tmp_path: Path, pair: Prepared, copier: Method) -> None:
    (tmp_path / "peers" / "copy.py").write_text("import no_such_package")
    run = bench(tmp_path).run(Job(pair, copier, "cpu", 1), 0)
    assert run.failure == "ModuleNotFoundError: No module named 'no_such_package'"
    assert run.scores is None


def test_a_peer_that_leaves_no_field_is_one_too(tmp_path: Path, pair: Prepared, copier: Method) -> None:
    (tmp_path / "peers" / "copy.py").write_text("pass")
    run = bench(tmp_path).run(Job(pair, copier, "cpu", 1), 0)
    assert run.failure.startswith("Its result cannot be used")
    assert str(tmp_path) not in run.failure


def test_peers_that_are_not_installed_are_said_to_be(tmp_path: Path, pair: Prepared) -> None:
    run = bench(tmp_path, str(tmp_path / "nowhere")).run(Job(pair, METHODS["greedy"], "cpu", 1), 0)
    assert run.failure == "The peers are not installed: make bench-setup."


def test_this_engine_is_measured_like_any_other(tmp_path: Path, pair: Prepared) -> None:
    run = bench(tmp_path).run(Job(pair, METHODS["fast"], "cpu", 1), 0)
    assert run.failure == "" and run.scores is not None
    assert run.scores["folding"]["voxels"] == 0
    assert run.scores["inverse_consistency_mm"]["mean"] < 0.1
    assert run.told["seconds"] > 0 and "level 1" in run.told["stages"]
    files = [f"inputs/discs/{role}.nrrd" for role in ("fixed", "moving")]
    assert run.command.startswith(f"python -m nodeo register {files[0]} {files[1]} --output runs/discs/fast-cpu/result")


@pytest.mark.skipif(not PEERS_PYTHON.is_file(), reason="the peers are not installed: make bench-setup")
@pytest.mark.parametrize("name", ["greedy", "greedy-own", "demons"])
def test_a_real_peer_registers_two_discs(tmp_path: Path, pair: Prepared, name: str) -> None:
    run = bench(tmp_path, str(PEERS_PYTHON)).run(Job(pair, METHODS[name], "cpu", 1), 0)
    assert run.failure == "" and run.scores is not None
    assert run.scores["dice"]["1"] > 0.95


ANTS_ORDER = """
import ants, pandas, run_ants, sys
import SimpleITK as sitk
scale, shift = sitk.AffineTransform(2), sitk.AffineTransform(2)
scale.Scale(2.0)
shift.Translate((10.0, 0.0))
files = [sys.argv[1] + "/scale.mat", sys.argv[1] + "/shift.mat"]
for transform, file in zip((scale, shift), files):
    sitk.WriteTransform(transform, file)
theirs = ants.apply_transforms_to_points(2, pandas.DataFrame({"x": [1.0], "y": [3.0]}), files, [False, False])
ours = run_ants._composed([run_ants._read(file) for file in files]).TransformPoint((1.0, 3.0))
assert ours == tuple(theirs.iloc[0][:2]) == (12.0, 6.0), (ours, theirs)
"""


@pytest.mark.skipif(not PEERS_PYTHON.is_file(), reason="the peers are not installed: make bench-setup")
def test_the_parts_of_what_ants_finds_are_put_together_in_its_order(tmp_path: Path) -> None:
    command = [str(PEERS_PYTHON), "-c", ANTS_ORDER, str(tmp_path)]
    done = subprocess.run(command, cwd=methods.PEERS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_peers_torch_is_the_engines() -> None:
    pins = [
        (ROOT / name).read_text().splitlines()
        for name in ("constraints.txt", "Testing/benchmarks/peers/requirements.txt")
    ]
    engine, peers = ([line for line in lines if line.startswith("torch==")] for lines in pins)
    assert engine == peers


# --- several runs ---------------------------------------------------------------------------------------------------


def made(pair: str, method: str, wall: float, repeat: int = 0, session: int = 0, **options) -> Run:
    scores = {"dice": {"1": 0.8}} if repeat == 0 else None
    cost = {"wall": wall, "cpu": 2 * wall, "peak_mb": 100.0}
    return Run(pair, method, repeat=repeat, session=session, cost=cost, scores=scores, **options)


def test_repeats_become_their_median() -> None:
    runs = [made("a", "greedy", wall, repeat) for repeat, wall in enumerate((5.0, 1.0, 2.0))]
    summary = summarise(runs)
    assert (summary.wall, summary.cpu, summary.runs) == (2.0, 4.0, 3)
    assert summary.scores == {"dice": {"1": 0.8}}
    assert summary.seconds != summary.seconds  # nobody told


def test_the_ratio_to_greedy_is_taken_within_one_call() -> None:
    runs = [made("a", "greedy", 10.0), made("a", "greedy", 2.0, session=1), made("a", "fast", 1.0, session=1)]
    assert wall_ratio(Results(runs=runs), ("a", "fast", "cpu"), "greedy") == 0.5
    assert wall_ratio(Results(runs=runs[:1] + runs[2:]), ("a", "fast", "cpu"), "greedy") != 0.5


@pytest.mark.parametrize("name", ["results.jsonl", "2026-01-02-cpu.jsonl.gz"])
def test_results_survive_the_disk(name: str, tmp_path: Path) -> None:
    results = Results([{"date": "today"}], {"a": {"structures": {"all": [1]}}}, [made("a", "greedy", 1.0)])
    results.write(tmp_path / name)
    assert Results.read(tmp_path / name) == results
    again = (tmp_path / name).read_bytes()
    results.write(tmp_path / name)
    assert (tmp_path / name).read_bytes() == again  # whenever it is written


def test_the_runs_behind_the_tables_can_be_read() -> None:
    for path in (Path(__file__).parent / "results").iterdir():
        results = Results.read(path)
        fewest = 20 if path.name.endswith("-h100.jsonl.gz") else 50  # two pairs, by few methods
        assert results.sessions and len(results.runs) > fewest
        assert {run.pair for run in results.runs} == set(results.pairs)


def options(tmp_path: Path, **changed) -> argparse.Namespace:
    given = {"pairs": None, "methods": ["greedy", "fast"], "repeats": 2, "threads": 1, "device": ["cpu"], "keep": False}
    given |= {"output": tmp_path / "out", "minutes": 5.0, "reuse": False, "peers_python": Path(sys.executable)}
    return argparse.Namespace(**{**given, **changed})


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What ran, in order; nothing really does."""
    seen: list[tuple[str, int]] = []

    def run(self: Bench, job: Job, repeat: int) -> Run:
        seen.append((job.method.name, repeat))
        code = job.method.fingerprint(self.python)
        return made(job.pair.pair.name, job.method.name, 1.0, repeat, self.session, fingerprint=code)

    monkeypatch.setattr(Bench, "run", run)
    return seen


def compared(pair: Prepared, settings: argparse.Namespace) -> Results:
    comparison = Comparison(settings, [pair.pair])
    comparison.prepare()
    comparison.run()
    return comparison.results


def test_methods_take_turns(tmp_path: Path, pair: Prepared, order: list) -> None:
    results = compared(pair, options(tmp_path))
    assert order == [("greedy", 0), ("fast", 0), ("greedy", 1), ("fast", 1)]
    assert Results.read(tmp_path / "out" / "results.jsonl") == results
    assert results.pairs["discs"]["structures"] == {"all": [1]}
    assert 0.5 < results.pairs["discs"]["start"]["dice"]["1"] < 1.0


def test_a_second_call_goes_on_where_the_first_stopped(tmp_path: Path, pair: Prepared, order: list) -> None:
    compared(pair, options(tmp_path, repeats=1))
    order.clear()
    results = compared(pair, options(tmp_path, reuse=True))
    assert order == [("greedy", 1), ("fast", 1)]
    assert len(results.runs) == 4 and len(results.sessions) == 2


def test_code_that_changed_runs_again(
    tmp_path: Path, pair: Prepared, order: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared(pair, options(tmp_path, repeats=1))
    order.clear()
    monkeypatch.setattr(
        Method, "fingerprint", lambda self, python: "new" if self.ours else methods._peer_digest(self.script, python)
    )
    results = compared(pair, options(tmp_path, repeats=1, reuse=True))
    assert order == [("fast", 0)] and len(results.runs) == 2


def test_what_failed_is_tried_once_a_call(tmp_path: Path, pair: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def fail(self: Bench, job: Job, repeat: int) -> Run:
        tried.append(repeat)
        code = job.method.fingerprint(self.python)
        return Run(job.pair.pair.name, job.method.name, session=self.session, fingerprint=code, failure="No.")

    monkeypatch.setattr(Bench, "run", fail)
    for call in (1, 2):
        results = compared(pair, options(tmp_path, methods=["greedy"], reuse=call > 1))
        assert len(tried) == call and len(results.runs) == 1


def test_a_first_call_keeps_what_was_there_aside(tmp_path: Path, pair: Prepared, order: list) -> None:
    compared(pair, options(tmp_path))
    compared(pair, options(tmp_path, methods=["fast"]))
    assert (tmp_path / "out" / "previous.results.jsonl").is_file()
    assert {run.method for run in Results.read(tmp_path / "out" / "results.jsonl").runs} == {"fast"}


def test_nothing_begins_that_would_end_too_late(
    tmp_path: Path, pair: Prepared, order: list, capsys: pytest.CaptureFixture
) -> None:
    compared(pair, options(tmp_path, minutes=0.0))
    assert order == []
    assert "left out" in capsys.readouterr().err
