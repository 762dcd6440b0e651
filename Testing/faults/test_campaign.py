"""The campaign sees what goes wrong: a case that fails, a crash, a hang, a file that was changed or left."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from faults import report, verdicts
from faults.corpus import FAMILIES
from faults.forked import Ending, Job, run_all
from faults.records import Record, measured, read, write
from faults.snapshot import added, changed, taken

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the campaign forks")
SENTENCE = "nodeo: The fixed image is empty. Choose another.\n"


def ending(work, folder: Path, patience: float = 20.0) -> tuple[Job, Ending]:
    ((job, found),) = run_all([Job("one", work, folder / "log", patience)], at_once=2)
    return job, found


def test_an_exit_code_and_what_was_said_are_kept(tmp_path: Path) -> None:
    job, found = ending(lambda: os.write(2, b"no\n") and 2, tmp_path)
    assert (found.code, found.in_time, job.said(), job.told()) == (2, True, "no\n", "")


def test_a_crash_is_an_ending(tmp_path: Path) -> None:
    _, found = ending(lambda: os.kill(os.getpid(), signal.SIGKILL), tmp_path)
    assert found.in_words() == "ended by SIGKILL"


def test_a_hang_is_an_ending(tmp_path: Path) -> None:
    _, found = ending(lambda: time.sleep(60), tmp_path, patience=0.2)
    assert not found.in_time and found.seconds < 5


def test_an_error_in_a_child_does_not_come_back_twice(tmp_path: Path) -> None:
    job, found = ending(lambda: 1 // 0, tmp_path)
    assert found.code == 70 and "ZeroDivisionError" in job.said()


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (2, SENTENCE, ""),
        (2, "usage: nodeo register …\nnodeo register: error: no\n", ""),
        (0, "", "exit code 0"),
        (1, "Traceback (most recent call last):\n", "Traceback"),
        (2, "HDF5-DIAG: Error\n" + SENTENCE, "HDF5"),
        (2, "one\ntwo\n", "2 lines"),
        (2, "", "Nothing was said"),
    ],
)
def test_a_refusal_is_one_sentence(code: int, said: str, words: str) -> None:
    assert words in (found := verdicts.refused(Ending(code, 0.1), "", said, {}, {}))
    assert bool(found) == bool(words)


def test_a_file_that_was_changed_or_left_is_seen(tmp_path: Path) -> None:
    for name in ("kept", "changed", "gone"):
        (tmp_path / name).write_text(name)
    os.symlink("nowhere", tmp_path / "link")
    before = taken(tmp_path)
    assert taken(tmp_path) == before
    (tmp_path / "changed").write_text("CHANGED")
    (tmp_path / "gone").unlink()
    Path(tmp_path / ".new").touch()
    after = taken(tmp_path)
    assert changed(before, after) == ["changed", "gone"]
    assert added(before, after) == [".new"]
    assert "changed, gone" in verdicts.refused(Ending(2, 0.1), "", SENTENCE, before, after)
    assert ".new was left behind" in verdicts.leftovers(before, after)


def test_every_case_has_a_name_of_its_own() -> None:
    names = [(case.family, case.name) for family in FAMILIES for case in family.cases()]
    assert len(names) == len(set(names)) >= 250


def test_a_value_that_is_no_number_fails() -> None:
    assert measured("maps", "mean", "a", float("nan"), 0.1, "mm").failure
    assert not measured("maps", "mean", "a", 0.1, 0.1, "mm").failure
    assert not measured("relations", "roles", "a", 5.0, None, "mm").failure


def test_the_table_counts_and_shows_the_worst(tmp_path: Path) -> None:
    records = [measured("maps", "mean", name, value, 0.05, "mm") for name, value in (("a", 0.01), ("b|c", 0.07))]
    records.append(Record("corpus", "files", "it's", "exit code 0 in place of 2.", command="nodeo register"))
    write(tmp_path / "faults.jsonl", records)
    assert read(tmp_path / "faults.jsonl") == records
    text = report.document(records, {"maps": 60.0}, 0)
    assert "| maps | mean | 2 | 1 | 1 | 0.07 mm, at most 0.05 |" in text
    assert "| all |  | 3 | 1 | 2 |  |" in text
    assert text.index(r"b\|c") < text.index("exit code 0")  # worst first
    assert "--cases 'corpus/files/it'\"'\"'s'" in text


def test_the_table_goes_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.fill(page, "new\n")
    assert page.read_text(encoding="utf-8") == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"
