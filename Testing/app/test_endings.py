"""However a command ends, by a signal, without memory, with closed or broken streams: a sentence, and nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from conversations import ENDLESS, SLOW_START, environment
from nodeo.app import process
from phantoms import Phantom, bumps, drawn, grid, middle

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, limits and closed streams are POSIX")

QUICK = ["--set", "start=none", "--set", "levels=2", "--set", "iterations=2", "--threads", "1"]
RUN = ["register", "fixed.nrrd", "moving.nrrd", "--output", "out"]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a pair of phantoms and a label map in it."""
    on = grid((24, 22, 20))
    ball, warp = Phantom(middle(on), 8.0, blobs=20), bumps(middle(on), 2.0)
    sitk.WriteImage(drawn(lambda x: ball(warp(x)), on), str(tmp_path / "fixed.nrrd"))
    sitk.WriteImage(drawn(ball, on), str(tmp_path / "moving.nrrd"))
    labels = np.zeros((20, 22, 24), np.uint8)
    labels[5:15, 5:15, 5:15] = 1
    sitk.WriteImage(sitk.GetImageFromArray(labels), str(tmp_path / "labels.nrrd"))
    return tmp_path


def ran(desk: Path, *arguments: str, before: Callable[[], object] | None = None, **streams) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    with subprocess.Popen(
        [sys.executable, "-m", "nodeo", *arguments],
        cwd=desk,
        env=environment(),
        preexec_fn=before,
        text=True,
        **streams,
    ) as child:
        try:
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
    return child.returncode, out or "", err or ""


def names(desk: Path) -> set[str]:
    return {path.name for path in desk.iterdir()} - {"fixed.nrrd", "moving.nrrd", "labels.nrrd"}


# --- signals ----------------------------------------------------------------------------------------------------------


def started(desk: Path, *arguments: str, program: list[str] | None = None) -> subprocess.Popen[str]:
    line = [sys.executable, *(program or ["-m", "nodeo"]), *arguments]
    return subprocess.Popen(
        line, cwd=desk, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_signal_that_ends_a_process_is_a_cancel(desk: Path) -> None:
    with started(desk, *RUN, *ENDLESS) as child:
        watchdog = threading.Timer(SLOW_START, child.kill)
        watchdog.start()
        for line in child.stderr:
            if "Registering" in line:
                break
        child.send_signal(signal.SIGHUP)
        errors = child.stderr.read()
        code = child.wait()
        watchdog.cancel()
    assert (code, errors) == (130, "nodeo: cancelled; nothing was written.\n")
    assert names(desk) == set()


# A run that stops for good in the midst of writing, and says so.
STUCK = """
import sys, time
import SimpleITK as sitk
from nodeo.app.cli import main

write = sitk.WriteImage

def slow(*arguments, **options):
    write(*arguments, **options)
    print("writing", flush=True)  # standard error is held back meanwhile
    time.sleep(60)

sitk.WriteImage = slow
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_while_it_writes_the_old_result_stays_and_the_rest_goes(number: signal.Signals, desk: Path) -> None:
    (desk / "out").mkdir()
    (desk / "out" / "warped.nrrd").write_text("the result of last week")
    (desk / "out" / "thesis.txt").write_text("precious")
    with started(desk, *RUN, "--overwrite", *QUICK, "--progress", "none", program=["-c", STUCK]) as child:
        watchdog = threading.Timer(SLOW_START, child.kill)
        watchdog.start()
        assert child.stdout.readline() == "writing\n"
        assert len(names(desk)) == 2  # the old folder, and a hidden one
        child.send_signal(number)
        child.stderr.read()
        code = child.wait()
        watchdog.cancel()
    assert {path.name for path in (desk / "out").iterdir()} == {"warped.nrrd", "thesis.txt"}
    assert (desk / "out" / "warped.nrrd").read_text() == "the result of last week"
    if number == signal.SIGKILL:
        assert code == -signal.SIGKILL and len(names(desk)) == 2
        assert ran(desk, "register", "fixed.nrrd", "nowhere.nrrd", "--output", "out", "--overwrite")[0] == 2  # the next
    else:
        assert code == 130
    assert names(desk) == {"out"}


def test_the_handlers_are_put_back_and_what_is_ignored_stays_so() -> None:
    """Behind nohup a hangup is ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with process.ending_gently():
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)  # a second one does not disturb the cleaning up
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- streams ----------------------------------------------------------------------------------------------------------


def closed(*numbers: int) -> Callable[[], None]:
    return lambda: [os.close(number) for number in numbers] and None


def test_json_on_a_closed_standard_output_gets_a_sentence(desk: Path) -> None:
    code, _, errors = ran(desk, *RUN, *QUICK, "--progress", "json", before=closed(1), stdin=subprocess.PIPE)
    assert (code, errors.count("\n")) == (2, 1)
    assert "Standard output is closed" in errors
    assert names(desk) == set()


def test_a_closed_standard_input_is_one_that_has_ended(desk: Path) -> None:
    code, out, errors = ran(desk, *RUN, *ENDLESS, "--progress", "json", before=closed(0))
    assert (code, errors) == (130, "")
    assert out.splitlines()[-1] == '{"event": "cancelled"}'
    assert names(desk) == set()


@pytest.mark.parametrize("numbers", [(2,), (0, 1, 2)])
def test_without_standard_streams_the_result_is_written(numbers: tuple[int, ...], desk: Path) -> None:
    assert ran(desk, *RUN, *QUICK, before=closed(*numbers))[0] == 0
    assert names(desk) == {"out"} and len(list((desk / "out").iterdir())) == 7


def test_whoever_stops_reading_does_not_make_it_a_failure(desk: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        code, _, errors = ran(desk, *RUN, *QUICK, "--progress", "none", stdout=writer)
    finally:
        os.close(writer)
    assert (code, errors) == (0, "")
    assert names(desk) == {"out"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_an_answer_that_cannot_be_printed_is_said_to_be_lost(desk: Path) -> None:
    with open("/dev/full", "w") as full:
        code, _, errors = ran(desk, "evaluate", "labels.nrrd", "labels.nrrd", stdout=full)
    assert (code, errors.count("\n")) == (2, 1)
    assert "could not be written to standard output: No space left" in errors


# --- memory -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody limits address space")
@pytest.mark.parametrize("megabytes", [100, 700, 1000, 1200])
def test_a_limit_of_memory_that_is_too_low_gets_a_sentence(megabytes: int, desk: Path) -> None:
    import resource

    limit = megabytes * 1_000_000
    start = time.monotonic()
    code, out, errors = ran(desk, *RUN, *QUICK, before=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert (code, out, errors.count("\n")) == (2, "", 1)
    assert f"may use {megabytes} MB of address space" in errors and "ulimit -v" in errors
    assert time.monotonic() - start < 10


def test_a_disk_that_refuses_gets_a_sentence_without_the_library_s_own(desk: Path) -> None:
    """Files may have 20 KB: what HDF5 says when its writing fails is pages long."""
    import resource

    arguments = [*RUN, *QUICK, "--progress", "none"]
    code, out, errors = ran(
        desk, *arguments, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    )
    assert (code, out, errors.count("\n")) == (2, "", 1), errors
    assert "could not be written" in errors
    assert names(desk) == set()


def test_a_signal_that_a_library_makes_another_error_of_is_still_a_cancel(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from nodeo.app import answer, cli

    def interrupted(*_: object) -> int:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            raise SystemError("returned a result with an exception set") from None
        return 0

    monkeypatch.chdir(desk)
    monkeypatch.setattr(answer, "_run", interrupted)
    assert cli.main([*RUN, "--progress", "none"]) == 130
    assert capfd.readouterr().err == "nodeo: cancelled; nothing was written.\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
