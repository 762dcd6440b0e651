"""Headers and settings drawn at random: a sentence, or a usable result. A short form of ``faults/corpus.py``."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import SimpleITK as sitk
from faults import engine, outcome, verdicts
from faults.bad_headers import FIELDS
from faults.desk import lay
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from nodeo.app import process
from nodeo.app.cli import main
from nodeo.settings import Settings

DEAR = (
    "iterations",
    "threads",
    "steps",
    "max_voxels",
)  # two iterations on one thread: what is drawn here has to be fast
some = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
numbers = st.one_of(
    st.integers(-3, 12),
    st.floats(-10.0, 10.0).map(lambda x: round(x, 3)),
    st.sampled_from(("nan", "inf", "-inf", "1e-300", "1e400", "", "x", "true", "4,2,1", "2,1", "1,2", "9" * 400)),
)
words = st.one_of(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8), numbers)
choices = st.sampled_from(
    ("lncc", "mse", "mi", "mind", "gaussian", "averaging", "none", "dopri5", "euler", "6mm", "3vox")
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with good input."""
    folder = tmp_path_factory.mktemp("good") / "desk"
    lay(folder)
    return folder


@pytest.fixture
def desk(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it, as the current directory; the process's allocator is left alone."""
    monkeypatch.setattr(process, "make_ready", lambda: None)
    shutil.copytree(good, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    yield tmp_path / "desk"


def answered(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """One sentence and nothing written, or a result that can be used, which is taken away again."""
    before = set(Path().iterdir())
    code = main(arguments)
    said = capfd.readouterr().err
    assert verdicts.stack(said) == ""
    if code == verdicts.BAD_INPUT:
        assert verdicts.sentence(said) == ""
        assert set(Path().iterdir()) == before
    else:
        assert code == 0, said
        problem = outcome.fault(Path("out"))
        shutil.rmtree("out")
        assert problem == ""


@settings(some, max_examples=20)  # each of those that are registered takes a second
@given(
    name=st.sampled_from(sorted(set(FIELDS) - {"magic", "srow_x", "srow_y"})),
    number=st.one_of(st.integers(-(2**15), 2**15 - 1), st.integers(-2, 9)),
    codes=st.sampled_from(((0, 0), (1, 0), (0, 1), (1, 1))),
)
def test_a_nifti_header_with_one_field_drawn_at_random(
    name: str, number: int, codes: tuple[int, int], desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sitk.WriteImage(sitk.ReadImage("moving.nrrd"), "bad.nii")
    content = bytearray(Path("bad.nii").read_bytes())
    for field, value in (("qform_code", codes[0]), ("sform_code", codes[1]), (name, number)):
        offset, form = FIELDS[field]
        struct.pack_into(form, content, offset, value)
    Path("bad.nii").write_bytes(content)
    answered(engine.register("--set=start=none", moving="bad.nii"), capfd)


@some
@given(data=st.data())
def test_settings_drawn_at_random(data: st.DataObject, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = st.sampled_from([option.name for option in fields(Settings) if option.name not in DEAR])
    drawn = data.draw(st.dictionaries(names, st.one_of(words, choices), min_size=1, max_size=2))
    more = [f"--set={name}={value}" for name, value in drawn.items()]
    arguments = engine.register(*more, fixed="flat_fixed.nrrd", moving="flat_moving.nrrd")
    answered(arguments, capfd)
