"""``python -m nodeo`` as a person or a host program runs it: real processes, real files, real pipes."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
from conversations import ENDLESS, SLOW_START, conversation, environment, nodeo, strict
from nodeo.app import cli, process
from nodeo.app.commands import register as register_command
from nodeo.settings import PRESETS, Settings
from nodeo.version import __version__
from phantoms import Phantom, bumps, drawn, grid, middle

FILES = {
    "transform.h5", "inverse.h5", "displacement.nrrd", "warped.nrrd", "jacobian.nrrd", "metrics.json", "settings.json",
}  # fmt: skip
LABELS = ["--fixed-labels", "fixed_labels.nrrd", "--moving-labels", "moving_labels.nrrd"]
QUICK = [f"--set={name}" for name in ("start=none", "levels=2,1", "iterations=20,10", "steps=1")] + ["--threads=1"]
SOON = 4.0  # seconds; cancelling is promised within one or two, on a machine that does nothing else


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pair of phantoms and their labels in it."""
    folder = tmp_path_factory.mktemp("desk")
    fixed = grid((26, 24, 22))
    moving = grid((24, 24, 26), (1.1, 1.0, 0.9), (0.5, 0.0, -1.0))
    ball, warp = Phantom(middle(fixed), 9.0, blobs=60, grain=0.12), bumps(middle(fixed), 3.0, 5.0)

    def labels(points: np.ndarray) -> np.ndarray:
        local = points - np.asarray(middle(fixed))
        return np.where(np.linalg.norm(local, axis=-1) < 7, np.where(local[..., 0] < 0, 17, 53), 0)

    images = {
        "fixed": drawn(lambda x: ball(warp(x)), fixed),
        "moving": sitk.Cast(drawn(ball, moving), sitk.sitkInt16),
        "fixed_labels": sitk.Cast(drawn(lambda x: labels(warp(x)), fixed), sitk.sitkUInt8),
        "moving_labels": sitk.Cast(drawn(labels, moving), sitk.sitkUInt8),
    }
    for name, image in images.items():
        sitk.WriteImage(image, str(folder / f"{name}.nrrd"))
    return folder


@pytest.fixture(scope="module")
def done(desk: Path) -> Path:
    """The folder ``out`` of one good run."""
    ran = nodeo("register", "fixed.nrrd", "moving.nrrd", "--output", "out", *QUICK, *LABELS, folder=desk)
    assert ran.returncode == 0, ran.stderr
    assert "Dice" in ran.stdout and "Written to" in ran.stdout
    assert "Registering" in ran.stderr  # no terminal: a line a level
    return desk / "out"


@pytest.fixture
def here(done: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In this process, in the folder of the good run: for what needs no process of its own."""
    monkeypatch.setattr(process, "make_ready", lambda: None)
    monkeypatch.chdir(done.parent)
    return done.parent


def pixels(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


# --- register ---------------------------------------------------------------------------------------------------------


def test_register_writes_what_it_promises(done: Path) -> None:
    assert {path.name for path in done.iterdir()} == FILES | {"warped_labels.nrrd"}
    assert [path.name for path in done.parent.iterdir() if path.name.startswith(".")] == []
    fixed, moving = (sitk.ReadImage(str(done.parent / name)) for name in ("fixed.nrrd", "moving.nrrd"))
    for name in ("warped.nrrd", "jacobian.nrrd", "warped_labels.nrrd"):
        image = sitk.ReadImage(str(done / name))
        assert image.GetSize() == fixed.GetSize() and image.GetOrigin() == pytest.approx(fixed.GetOrigin())
    assert sitk.ReadImage(str(done / "warped.nrrd")).GetPixelID() == moving.GetPixelID()
    assert sitk.ReadImage(str(done / "displacement.nrrd")).GetNumberOfComponentsPerPixel() == 3


def test_the_files_may_be_read_by_others(done: Path) -> None:
    plain = done.parent / "plain"
    plain.mkdir(exist_ok=True)
    assert done.stat().st_mode == plain.stat().st_mode


def test_the_images_may_decide_on_the_similarity(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["--set", "similarity=auto", "--set", "iterations=4,2"]
    assert cli.main(["register", "fixed.nrrd", "moving.nrrd", "--output", "decided", *QUICK, *asked]) == 0
    metrics = strict((here / "decided" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["similarity"]["name"] == "lncc"
    assert metrics["similarity"]["chosen"].startswith("The grey levels go together along a straight line: agreement ")
    assert metrics["similarity"]["chosen"] in capfd.readouterr().out
    assert strict((here / "decided" / "settings.json").read_text(encoding="utf-8"))["similarity"] == "auto"


def test_metrics_hold_all_that_was_measured(done: Path) -> None:
    metrics = strict((done / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["similarity"]["name"] == "lncc"
    assert metrics["similarity"]["after"] < metrics["similarity"]["before"]
    assert metrics["folding"]["voxels"] == 0 and metrics["folding"]["smallest"] > 0
    assert set(metrics["folding"]) == {"voxels", "percent", "non_diffeomorphic_volume_mm3", "smallest", "largest"}
    assert {"min", "max", "min_at_mm", "max_at_mm", "p1", "p50", "p99", "sd_log"} == set(metrics["jacobian"])
    assert 0 <= metrics["inverse_consistency_mm"]["mean"] <= metrics["inverse_consistency_mm"]["p99"] < 0.5
    assert len(metrics["certificate"]["rounds"]) == len(metrics["stop"]) == 2
    assert metrics["fallbacks"] == []
    assert metrics["device"].startswith(("cpu", "cuda"))
    assert {"nodeo", "python", "torch", "torchdiffeq", "numpy", "SimpleITK"} == set(metrics["versions"])
    assert metrics["seconds"]["total"] > 0 and {"read", "preparation", "level 1", "level 2"} <= set(metrics["seconds"])
    assert set(metrics["inputs"]) == {"fixed", "moving", "fixed_labels", "moving_labels"}
    assert metrics["dice"]["after"]["mean_dice"] > metrics["dice"]["before"]["mean_dice"]
    assert set(metrics["dice"]["after"]["structures"]) == {"17", "53"}
    assert [(r["level"], r["iteration"]) for r in metrics["history"]][-1] == (2, 10)
    assert len(metrics["history"]) == 30
    field = sitk.ReadImage(str(done / "displacement.nrrd"))
    assert metrics["field"] == {"size": list(field.GetSize()), "spacing_mm": pytest.approx(list(field.GetSpacing()))}


@pytest.mark.exact
def test_its_settings_repeat_a_run_bit_for_bit(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """In another process than the run before."""
    arguments = ["--settings", "out/settings.json", "--preset", "fast", "--progress", "none", *LABELS]
    assert cli.main(["register", "fixed.nrrd", "moving.nrrd", "--output", "again", *arguments]) == 0
    assert capfd.readouterr().err == ""
    done, other = here / "out", here / "again"
    for name in sorted(FILES - {"metrics.json", "transform.h5", "inverse.h5"}):
        assert (other / name).read_bytes() == (done / name).read_bytes(), name
    for name in ("transform.h5", "inverse.h5"):
        one, two = (sitk.CompositeTransform(sitk.ReadTransform(str(at / name))) for at in (done, other))
        assert one.GetNumberOfTransforms() == two.GetNumberOfTransforms()
        for number in range(one.GetNumberOfTransforms()):
            assert one.GetNthTransform(number).GetParameters() == two.GetNthTransform(number).GetParameters()


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="the report needs matplotlib")
def test_register_draws_a_report(here: Path) -> None:
    arguments = ["--output", "deep/reported", *QUICK, "--report", "--initial", "center", "--progress", "none"]
    assert cli.main(["register", "fixed.nrrd", "moving.nrrd", *arguments]) == 0
    assert {path.name for path in (here / "deep" / "reported").iterdir()} == FILES | {"report.html", "report.png"}


def test_what_is_named_last_wins(here: Path) -> None:
    """Preset, then file, then --set, then the options with a name of their own; --overwrite keeps other files."""
    mine = {
        "levels": [2],
        "iterations": [3],
        "steps": [1],
        "start": "none",
        "seed": 5,
        "lambda_s": 0.5,
        "initial": "center",
    }
    (here / "mine.json").write_text(json.dumps(mine))
    (here / "full").mkdir()
    (here / "full" / "thesis.txt").write_text("precious")
    (here / "full" / "warped.nrrd").write_text("the result of last week")
    arguments = ["--preset", "fast", "--settings", "mine.json", "--set", "lambda_s=0.75", "--set", "seed=6"]
    arguments += ["--set", "iterations=2", "--seed", "7", "--initial", "identity", "--threads", "1"]
    arguments += ["--overwrite", "--progress", "none"]
    assert cli.main(["register", "fixed.nrrd", "moving.nrrd", "--output", "full", *arguments]) == 0
    used = strict((here / "full" / "settings.json").read_text(encoding="utf-8"))
    assert used == Settings.preset("fast").replace(
        levels=[2], iterations=[2], steps=[1], start="none", seed=7, lambda_s=0.75, initial="identity", threads=1
    ).as_dict()  # fmt: skip
    assert (here / "full" / "thesis.txt").read_text() == "precious"
    assert {path.name for path in (here / "full").iterdir()} == FILES | {"thesis.txt"}
    assert pixels(here / "full" / "warped.nrrd").shape == pixels(here / "fixed.nrrd").shape


# --- apply and evaluate -----------------------------------------------------------------------------------------------


@pytest.mark.exact
def test_apply_in_a_process_of_its_own_gives_the_warped_image_again(done: Path) -> None:
    arguments = ["out/transform.h5", "moving.nrrd", "--reference", "fixed.nrrd", "--output", "applied/warped.nrrd"]
    ran = nodeo("apply", *arguments, folder=done.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Wrote" in ran.stdout
    assert np.array_equal(pixels(done.parent / "applied" / "warped.nrrd"), pixels(done / "warped.nrrd"))


def test_apply_gives_the_warped_labels_again(here: Path) -> None:
    arguments = ["out/transform.h5", "moving_labels.nrrd", "--reference", "fixed.nrrd", "--labels"]
    assert cli.main(["apply", *arguments, "--output", "labels.nii.gz"]) == 0
    assert np.array_equal(pixels(here / "labels.nii.gz"), pixels(here / "out" / "warped_labels.nrrd"))
    assert [path.name for path in here.iterdir() if path.name.startswith(".")] == []


def test_the_inverse_brings_the_fixed_image_to_the_moving_one(here: Path) -> None:
    arguments = ["out/inverse.h5", "fixed.nrrd", "--reference", "moving.nrrd", "--output", "back.nrrd"]
    assert cli.main(["apply", *arguments]) == 0
    moving, back = sitk.ReadImage("moving.nrrd", sitk.sitkFloat32), sitk.ReadImage("back.nrrd")
    before = sitk.Resample(sitk.ReadImage("fixed.nrrd"), moving)
    assert back.GetSize() == moving.GetSize()
    off, off_before = (np.abs(pixels_of(image) - pixels_of(moving)).mean() for image in (back, before))
    assert off < 0.6 * off_before


def pixels_of(image: sitk.Image) -> np.ndarray:
    return sitk.GetArrayFromImage(image)


def test_evaluate_prints_the_table(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["fixed_labels.nrrd", "moving_labels.nrrd", "--transform", "out/transform.h5", "--structures", "17,53"]
    assert cli.main(["evaluate", *arguments]) == 0
    said = capfd.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0].split() == ["code", "structure", "Dice", "HD95", "(mm)"]
    assert lines[1].split()[:2] == ["17", "Left-Hippocampus"] and lines[2].split()[:2] == ["53", "Right-Hippocampus"]
    assert "mean ± SD" in lines[3]
    metrics = strict((here / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert f"{metrics['dice']['after']['mean_dice']:.3f}" in lines[3]


def test_evaluate_prints_to_a_terminal_that_knows_ascii_only(done: Path) -> None:
    arguments = ["evaluate", "fixed_labels.nrrd", "moving_labels.nrrd"]
    assert nodeo(*arguments, folder=done.parent, PYTHONIOENCODING="ascii").returncode == 0


# --- the JSON protocol ------------------------------------------------------------------------------------------------


def left_behind(folder: Path, name: str) -> list[str]:
    """What there is of an output, unfinished ones included."""
    return [path.name for path in folder.iterdir() if path.name.lstrip(".").startswith(name)]


def test_progress_then_the_result(desk: Path) -> None:
    line = ["register", "fixed.nrrd", "moving.nrrd", "--output", "talked", *QUICK]
    with conversation(*line, folder=desk) as talk:
        talk.say("what is this?\n")  # only cancel means anything
        result = talk.until("result")
        code, errors = talk.rest()
    assert (code, errors) == (0, "")
    assert talk.events[-1] is result
    assert {event["event"] for event in talk.events[:-1]} == {"progress"}
    fractions = [event["fraction"] for event in talk.events[:-1]]
    assert fractions == sorted(fractions) and fractions[0] == 0 and fractions[-1] < 1  # writing is still to be done
    assert talk.events[-2]["stage"] == "Writing the results"
    running = [event for event in talk.events if event.get("level")]
    assert len(running) == 30
    assert all(isinstance(event["loss"], float) and isinstance(event["similarity"], float) for event in running)
    assert {"stage", "fraction", "level", "levels", "iteration", "iterations", "loss", "similarity"} < set(running[0])
    assert Path(result["output"]) == desk / "talked"
    written = strict((desk / "talked" / "metrics.json").read_text(encoding="utf-8"))
    assert {**result["metrics"], "history": written["history"]} == written


def test_a_bad_input_is_an_error_event(desk: Path) -> None:
    line = ["register", "fixed.nrrd", "nowhere.nrrd", "--output", "failed"]
    with conversation(*line, folder=desk) as talk:
        code, errors = talk.rest()
    assert (code, errors) == (2, "")
    assert [event["event"] for event in talk.events] == ["error"]
    assert "nowhere.nrrd does not exist" in talk.events[0]["message"]
    assert talk.events[0]["hint"] == "Check the path."
    assert talk.events[0]["code"] == ""
    assert left_behind(desk, "failed") == []


def test_an_error_event_says_what_its_hint_is_about(desk: Path) -> None:
    line = ["register", "fixed.nrrd", "moving.nrrd", "--output", "failed", "--device", "toaster"]
    with conversation(*line, folder=desk) as talk:
        assert talk.rest()[0] == 2
    assert set(talk.events[-1]) == {"event", "message", "hint", "code"}
    assert talk.events[-1]["code"] == "device"


@pytest.mark.parametrize(
    ("how", "existing"), [("cancel", False), ("cancel", True), ("end of input", False), ("end in mid-line", False)]
)
def test_a_host_can_cancel(how: str, existing: bool, desk: Path) -> None:
    name = f"cancelled {how} {existing}"
    if existing:
        (desk / name).mkdir()
        (desk / name / "warped.nrrd").write_text("the result of last week")
    line = ["register", "fixed.nrrd", "moving.nrrd", "--output", name, "--overwrite", *ENDLESS]
    with conversation(*line, folder=desk) as talk:
        talk.until("progress", level=1, iteration=3)
        start = time.monotonic()
        if how == "cancel":
            talk.say("cancel\n")
        else:
            if how == "end in mid-line":
                talk.say("canc")
            talk.process.stdin.close()
        code, errors = talk.rest()
        seconds = time.monotonic() - start
    assert (code, errors) == (130, "")
    assert talk.events[-1] == {"event": "cancelled"}
    assert seconds < SOON
    if existing:
        assert [path.name for path in (desk / name).iterdir()] == ["warped.nrrd"]
        assert (desk / name / "warped.nrrd").read_text() == "the result of last week"
        assert left_behind(desk, name) == [name]
    else:
        assert left_behind(desk, name) == []


def test_a_run_cancelled_before_it_starts_does_not_start(desk: Path) -> None:
    with conversation("register", "fixed.nrrd", "moving.nrrd", "--output", "never", *ENDLESS, folder=desk) as talk:
        talk.say("cancel\n")
        code, errors = talk.rest()
    assert (code, errors) == (130, "")
    assert talk.events[-1] == {"event": "cancelled"}
    assert left_behind(desk, "never") == []


@pytest.mark.parametrize("initial", ["affine"])
def test_a_host_can_cancel_the_initial_transform(initial: str, desk: Path) -> None:
    large = sitk.Expand(sitk.ReadImage(str(desk / "fixed.nrrd")), [4, 4, 4])
    sitk.WriteImage(large, str(desk / "large.nrrd"))
    line = ["register", "large.nrrd", "large.nrrd", "--output", "aligned", "--initial", initial, *ENDLESS]
    with conversation(*line, folder=desk) as talk:
        talk.until("progress", stage="Initial transform")
        start = time.monotonic()
        talk.say("cancel\n")
        code, _ = talk.rest()
        seconds = time.monotonic() - start
    assert code == 130
    assert talk.events[-1] == {"event": "cancelled"}
    assert seconds < SOON
    assert left_behind(desk, "aligned") == []


def test_a_host_that_stops_listening_ends_the_run(desk: Path) -> None:
    with conversation("register", "fixed.nrrd", "moving.nrrd", "--output", "unheard", *ENDLESS, folder=desk) as talk:
        talk.until("progress", level=1, iteration=3)
        talk.process.stdout.close()
        code = talk.process.wait(SLOW_START)
        errors = talk.process.stderr.read()
    assert left_behind(desk, "unheard") == []
    assert "Traceback" not in errors
    assert code == 130


# --- Control-C --------------------------------------------------------------------------------------------------------


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Where this process ignores SIGINT (behind nohup, in the background) its children would, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Stumbling:
    """An import hook: the engine's heavy part cannot be imported."""

    def __init__(self, reason: BaseException) -> None:
        self.reason = reason

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "nodeo.app.commands.evaluate":
            raise self.reason


@pytest.fixture
def stumble(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    def arrange(reason: BaseException) -> None:
        monkeypatch.delitem(sys.modules, "nodeo.app.commands.evaluate", raising=False)
        monkeypatch.setattr(sys, "meta_path", [Stumbling(reason), *sys.meta_path])

    return arrange


def test_control_c_while_torch_is_being_imported_is_a_cancel(stumble, capfd: pytest.CaptureFixture[str]) -> None:
    stumble(KeyboardInterrupt())
    try:
        code = cli.main(["evaluate", "one.nrrd", "other.nrrd"])
    except KeyboardInterrupt:
        pytest.fail("a traceback instead of an exit code")
    assert code == 130
    assert "Traceback" not in capfd.readouterr().err


def test_a_package_that_is_not_installed_gets_a_sentence(stumble, capfd: pytest.CaptureFixture[str]) -> None:
    stumble(ModuleNotFoundError("No module named 'torchdiffeq'", name="torchdiffeq"))
    code = cli.main(["evaluate", "one.nrrd", "other.nrrd"])
    errors = capfd.readouterr().err
    assert code == 2
    assert errors.count("\n") == 1 and "'torchdiffeq' is not installed" in errors and "pip install" in errors


posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")


@posix
@pytest.mark.usefixtures("interruptible")
def test_control_c_at_a_terminal_leaves_nothing(desk: Path) -> None:
    line = [sys.executable, "-m", "nodeo", "register", "fixed.nrrd", "moving.nrrd", "--output", "stopped", *ENDLESS]
    process = subprocess.Popen(line, cwd=desk, env=environment(), stderr=subprocess.PIPE, text=True, encoding="utf-8")
    watchdog = threading.Timer(SLOW_START, process.kill)
    watchdog.start()
    with process:
        for line in process.stderr:
            if "Registering" in line:
                break
        time.sleep(0.2)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
        code = process.wait()
    watchdog.cancel()
    assert time.monotonic() - start < SOON
    assert (code, errors) == (130, "nodeo: cancelled; nothing was written.\n")
    assert left_behind(desk, "stopped") == []


@posix
@pytest.mark.usefixtures("interruptible")
def test_control_c_reaches_a_host_program_as_cancelled(desk: Path) -> None:
    with conversation("register", "fixed.nrrd", "moving.nrrd", "--output", "stopped", *ENDLESS, folder=desk) as talk:
        talk.until("progress", level=1, iteration=3)
        start = time.monotonic()
        talk.process.send_signal(signal.SIGINT)
        code, errors = talk.rest()
        seconds = time.monotonic() - start
    assert (code, errors) == (130, "")
    assert talk.events[-1] == {"event": "cancelled"}
    assert seconds < SOON
    assert left_behind(desk, "stopped") == []


# --- the front door ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["register", "--help"], ["--version"], ["deform"]])
def test_help_does_not_wait_for_torch(arguments: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\nfrom nodeo.app.cli import main\n"
        f"try:\n    main({arguments!r})\n"
        "except SystemExit:\n    pass\n"
        "print('imported', sorted({'torch', 'SimpleITK', 'numpy', 'matplotlib'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "imported []"


def test_the_garbage_collector_leaves_alone_what_was_imported_and_works_on() -> None:
    frozen = gc.get_freeze_count()
    try:
        with process.lasting_imports():
            assert not gc.isenabled()
            lasting = [[i] for i in range(1000)]
        assert gc.isenabled() and gc.get_freeze_count() >= frozen + len(lasting)
        with pytest.raises(ModuleNotFoundError), process.lasting_imports():
            raise ModuleNotFoundError
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_help_names_the_presets_and_the_version_is_the_package_s(tmp_path: Path) -> None:
    ran = nodeo("register", "--help", folder=tmp_path)
    assert ran.returncode == 0
    assert all(name in ran.stdout for name in PRESETS)
    assert nodeo("--version", folder=tmp_path).stdout.strip() == f"nodeo {__version__}"


def test_a_failure_of_ours_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(register_command, "register_images", lambda *_, **__: 1 / 0)
    code = cli.main(["register", "fixed.nrrd", "moving.nrrd", "--output", "broken", "--progress", "none"])
    errors = capfd.readouterr().err
    assert code == 1
    assert "Something went wrong inside nodeo: division by zero." in errors and "ZeroDivisionError" in errors
    assert left_behind(here, "broken") == []


@pytest.mark.exact
def test_the_result_is_that_of_the_function(done: Path) -> None:
    from nodeo.engine.registration import register

    fixed, moving = (sitk.ReadImage(str(done.parent / name)) for name in ("fixed.nrrd", "moving.nrrd"))
    found = register(fixed, moving, Settings.read(done / "settings.json"))
    assert np.array_equal(pixels_of(found.warped), pixels(done / "warped.nrrd"))
    there = phantoms.mapped(sitk.ReadTransform(str(done / "transform.h5")), fixed)
    assert np.array_equal(there, phantoms.mapped(found.transform, fixed))
