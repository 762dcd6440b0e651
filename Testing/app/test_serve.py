"""``nodeo serve``: one process for many runs; each as in a process of its own, and none harms the next."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import SimpleITK as sitk
from conversations import ENDLESS, Conversation, nodeo
from nodeo.app import channel
from phantoms import Phantom, bumps, drawn, grid, middle

QUICK = ["--set", "levels=2", "--set", "iterations=3", "--set", "steps=1", "--threads", "1"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pair of phantoms in it."""
    folder = tmp_path_factory.mktemp("desk")
    on = grid((24, 22, 20))
    ball, warp = Phantom(middle(on), 8.0, blobs=20), bumps(middle(on), 2.0)
    sitk.WriteImage(drawn(lambda x: ball(warp(x)), on), str(folder / "fixed.nrrd"))
    sitk.WriteImage(drawn(ball, on), str(folder / "moving.nrrd"))
    return folder


@pytest.fixture(scope="module")
def shared(desk: Path) -> Iterator[Conversation]:
    """A worker that stays for all tests that leave it alive."""
    worker = Conversation("serve", folder=desk)
    worker.until("ready")
    yield worker
    worker.close()


@pytest.fixture
def worker(shared: Conversation) -> Conversation:
    shared.allow()
    return shared


@pytest.fixture
def own(desk: Path) -> Iterator[Conversation]:
    """A worker for one test."""
    worker = Conversation("serve", folder=desk)
    worker.until("ready")
    yield worker
    worker.close()


def ask(worker: Conversation, name: str | int, *arguments: str) -> None:
    worker.say(json.dumps({"run": name, "arguments": arguments}) + "\n")


def registration(output: str, *more: str) -> list[str]:
    return ["register", "fixed.nrrd", "moving.nrrd", "--output", output, *(more or QUICK)]


def about(worker: Conversation, name: str | int) -> list[dict]:
    """What was said of a run, when it is done."""
    if not any(event["event"] == "done" and event.get("run") == name for event in worker.events):
        worker.until("done", run=name)
    return [event for event in worker.events if event.get("run") == name]


def same_bits(one: Path, other: Path) -> bool:
    names = ("transform.h5", "inverse.h5", "warped.nrrd", "jacobian.nrrd")
    images = [
        [sitk.GetArrayFromImage(sitk.ReadImage(str(folder / name))) for name in names[2:]] for folder in (one, other)
    ]
    transforms = [[sitk.ReadTransform(str(folder / name)) for name in names[:2]] for folder in (one, other)]
    point = (1.5, -2.25, 3.0)
    return all((a == b).all() for a, b in zip(*images, strict=True)) and all(
        a.TransformPoint(point) == b.TransformPoint(point) for a, b in zip(*transforms, strict=True)
    )


@pytest.mark.exact
def test_the_same_bits_as_in_a_process_of_its_own(worker: Conversation, desk: Path) -> None:
    """And as the run before it: nothing of a run remains."""
    for name in ("first", "second"):
        ask(worker, name, *registration(name))
    events = about(worker, "first") + about(worker, "second")
    assert [event["exit_code"] for event in events if event["event"] == "done"] == [0, 0]
    alone = nodeo(*registration("alone"), folder=desk)
    assert alone.returncode == 0, alone.stderr
    assert same_bits(desk / "first", desk / "alone") and same_bits(desk / "second", desk / "alone")


def test_a_run_is_told_from_its_first_news_to_its_end(worker: Conversation) -> None:
    ask(worker, 1, *registration("told"))
    events = about(worker, 1)
    assert {event["event"] for event in events[:-2]} == {"progress"}
    assert [event["event"] for event in events[-2:]] == ["result", "done"]
    fractions = [event["fraction"] for event in events[:-2]]
    assert fractions == sorted(fractions) and fractions[-1] > 0.9


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "no request"),
        ('{"run": true, "arguments": []}', "no name"),
        ('{"run": 1.5, "arguments": []}', "no name"),
        ('{"arguments": ["register"]}', "no name"),
        ('{"run": "a", "arguments": "register"}', "list of texts"),
        ('{"run": "a", "arguments": [1]}', "list of texts"),
        ("\x00\xff", "not JSON"),
    ],
)
def test_a_line_that_is_no_request_is_refused_in_a_sentence(worker: Conversation, line: str, reason: str) -> None:
    worker.say(line + "\n")
    event = worker.until("error")
    assert reason in event["message"] and event["hint"] and "run" not in event


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "required"),
        (["registr"], "invalid choice"),
        (["register", "fixed.nrrd"], "required"),
        (["register", "--help"], "for people"),
        (["--version"], "for people"),
        (["serve"], "does not start another"),
        (["apply", "\ud800.h5", "points.csv", "--output", "never.csv"], "is not UTF-8"),
        (["register", "fixed.nrrd", "nowhere.nrrd", "--output", "never"], "nowhere.nrrd"),
        (registration("never", "--set", "iterations=-1"), "iterations"),
    ],
)
def test_a_bad_request_is_answered_and_the_next_is_run(worker: Conversation, arguments: list[str], reason: str) -> None:
    name = f"bad {arguments}"
    ask(worker, name, *arguments)
    error, done = about(worker, name)[-2:]
    assert error["event"] == "error" and reason in error["message"]
    assert done["exit_code"] == 2


def test_cancelled_while_it_runs_and_while_it_waits(worker: Conversation, desk: Path) -> None:
    ask(worker, "runs", *registration("runs", *ENDLESS))
    ask(worker, "waits", *registration("waits"))
    ask(worker, "stays", *registration("stays"))
    worker.until("progress", run="runs", iteration=2)
    worker.say('{"cancel": "waits"}\n{"cancel": "runs"}\n{"cancel": "unknown"}\n')
    assert [event["event"] for event in about(worker, "runs")[-2:]] == ["cancelled", "done"]
    assert [event["event"] for event in about(worker, "waits")] == ["cancelled", "done"]
    assert about(worker, "stays")[-1]["exit_code"] == 0
    worker.say('{"cancel": "stays"}\n')  # too late: nothing comes of it
    ask(worker, "last", "registr")
    assert about(worker, "last")[-1]["exit_code"] == 2
    assert not (desk / "runs").exists() and not (desk / "waits").exists() and (desk / "stays").exists()


def test_a_line_is_whole_however_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [b"on", b"", b"e\n two \nthr", b"e", b"e\n", b"\n", b"x" * 70_000, b"y\nnot ended"]
    left = iter([piece for piece in pieces if piece] + [b""])
    monkeypatch.setattr(channel.os, "read", lambda _number, _most: next(left))
    assert list(channel.lines_of_input()) == [b"one", b"two", b"three", b"", b"x" * 70_000 + b"y"]


def test_a_name_can_be_used_again_only_when_its_run_is_done(worker: Conversation) -> None:
    ask(worker, "name", *registration("named", *ENDLESS))
    ask(worker, "name", *registration("named"))
    assert "already" in worker.until("error")["message"]
    worker.say('{"cancel": "name"}\n')
    worker.until("done", run="name")
    ask(worker, "name", "registr")
    assert worker.until("done", run="name")["exit_code"] == 2


def test_the_end_of_its_input_ends_the_run_and_the_process(own: Conversation, desk: Path) -> None:
    ask(own, "runs", *registration("never", *ENDLESS))
    ask(own, "waits", *registration("never"))
    own.until("progress", run="runs", iteration=2)
    own.process.stdin.close()
    code, errors = own.rest()
    ends = [(event["run"], event["event"]) for event in own.events if event["event"] in ("cancelled", "done")]
    assert ends == [("runs", "cancelled"), ("runs", "done"), ("waits", "cancelled"), ("waits", "done")]
    assert (code, errors) == (0, "") and not (desk / "never").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize(("running", "code"), [(True, 130), (False, -signal.SIGTERM)])
def test_a_signal_ends_the_process_and_leaves_nothing_behind(
    running: bool, code: int, own: Conversation, desk: Path
) -> None:
    if running:
        ask(own, "runs", *registration("never", *ENDLESS))
        own.until("progress", run="runs", iteration=2)
    own.process.send_signal(signal.SIGTERM)
    assert own.rest() == (code, "") and not (desk / "never").exists()


def memory(worker: Conversation) -> float:
    """Resident memory, MB."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1e3


def after(worker: Conversation, runs: range) -> float:
    """Resident memory when these runs are over, MB."""
    for run in runs:
        worker.allow()
        ask(worker, run, *registration("again", *QUICK, "--overwrite"))
        assert about(worker, run)[-1]["exit_code"] == 0
    return memory(worker)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
@pytest.mark.parametrize("runs", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_the_memory_of_a_run_is_given_back(own: Conversation, runs: int) -> None:
    """The volumes take a tenth of a megabyte, a run some ten: what were kept of every run would show."""
    settled = after(own, range(4))
    assert after(own, range(4, 4 + runs)) < settled + 10.0
