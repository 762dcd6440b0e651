"""``nodeo study sweep``: the grid that was asked for, no more; the spread over seeds; failures named; a picture."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from labelled_disk import disk_pair
from nodeo.app import cli
from nodeo.app.answer import FAILED
from nodeo.errors import InputError
from nodeo.settings import Settings
from nodeo.study import runs, sweep
from nodeo.study.measures import headings, rows
from nodeo.study.runs import Case, Outcome

QUICK = [
    "--set",
    "start=none",
    "--set",
    "levels=2",
    "--set",
    "iterations=4",
    "--set",
    "steps=1",
    "--threads",
    "1",
    "--progress",
    "none",
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("matplotlib")
    for role, image in disk_pair().images.items():
        sitk.WriteImage(image, str(tmp_path / f"{role}.nrrd"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study(*arguments: str) -> int:
    labels = ["--fixed-labels", "fixed_labels.nrrd", "--moving-labels", "moving_labels.nrrd"]
    return cli.main(["study", "sweep", "fixed.nrrd", "moving.nrrd", "--output", "out", *labels, *QUICK, *arguments])


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_parse_vary() -> None:
    assert sweep.parse_vary(["lambda_J=0,0.5, 1", "kernel_window=2vox,6mm"]) == {
        "lambda_J": ["0", "0.5", "1"], "kernel_window": ["2vox", "6mm"],
    }  # fmt: skip
    assert sweep.parse_vary(["iterations=40,20;80,40"]) == {"iterations": ["40,20", "80,40"]}
    assert sweep.parse_vary(["iterations=40,20"]) == {"iterations": ["40,20"]}, "one list"
    assert sweep.parse_vary(["initial=a,b.tfm;identity"]) == {"initial": ["a,b.tfm", "identity"]}


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "Nothing is varied"),
        (["lambda_J"], "not of the form"),
        (["lambda_K=1,2"], "no setting 'lambda_K'"),
        (["lambda_J=1,,2"], "empty value"),
        (["lambda_J=1,1"], "same value twice"),
        (["lambda_J=1", "lambda_J=2"], "varied twice"),
    ],
)
def test_parse_vary_refuses(texts: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        sweep.parse_vary(texts)


def base(varied: dict[str, str]) -> Settings:
    rest = {name: text for name, text in varied.items() if name != "preset"}
    return Settings.preset(varied.get("preset", "balanced")).replace(seed=5, steps=1, **rest)


def test_the_grid_is_every_combination_with_every_seed() -> None:
    cases = sweep.cases(base, {"lambda_J": ["0", "2"], "kernel_window": ["2vox", "6mm"]}, 3)
    assert len(cases) == 12 and len({case.folder for case in cases}) == 12
    settings = [(case.settings.lambda_J, case.settings.kernel_window, case.settings.seed) for case in cases]
    assert settings == [(j, k, seed) for j in (0.0, 2.0) for k in ("2vox", "6mm") for seed in (5, 6, 7)]
    assert cases[0].name == "lambda_J=0, kernel_window=2vox, seed=5"
    assert cases[0].folder == "lambda_J=0_kernel_window=2vox_seed=5"
    for case in cases:
        assert case.settings.replace(lambda_J=3000, kernel_window="3vox", seed=5) == base({})


def test_a_preset_can_be_varied() -> None:
    cases = sweep.cases(base, {"preset": ["fast", "accurate"]}, 1)
    assert [case.settings for case in cases] == [base({"preset": name}) for name in ("fast", "accurate")]
    with pytest.raises(InputError, match="no preset 'fats'"):
        sweep.cases(base, {"preset": ["fats"]}, 1)


def test_folders_are_fit_for_every_file_system() -> None:
    texts = ["/data/a b.tfm", "/data/a?b.tfm", "x" * 300 + ".tfm"]
    folders = [case.folder for case in sweep.cases(base, {"initial": texts}, 1)]
    assert len(set(folders)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9=._-]{1,120}", folder) for folder in folders)


@pytest.mark.parametrize(
    ("varied", "repeat", "sentence"),
    [
        ({"lambda_J": ["0", "-1"]}, 1, "lambda_J=-1: lambda_J is -1"),
        ({"levels": ["4,2", "2"], "iterations": ["5,5"]}, 1, "levels=2, iterations=5,5: iterations has 2 values"),
        ({"lambda_J": ["1", "1.0"]}, 1, "are the same"),
        ({"lambda_J": ["1"]}, 0, "--repeat is 0"),
        ({"seed": ["1", "2"]}, 2, "varied and repeated"),
        ({"seed": [str(n) for n in range(1001)]}, 1, "1001 runs"),
    ],
)
def test_a_grid_that_cannot_be_run_is_refused_before_any_work(
    varied: dict[str, list[str]], repeat: int, sentence: str
) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        sweep.cases(base, varied, repeat)


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_a_sweep(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert study("--vary", "lambda_s=0,4", "--vary", "kernel_window=2vox,4vox", "--repeat", "2") == 0
    out = desk / "out"
    assert {path.name for path in out.iterdir()} == {"runs", "sweep.csv", "sweep.png", "sweep.html"}
    found = table(out)
    assert len(found) == 8 and len(list((out / "runs").iterdir())) == 8
    for row in found:
        folder = out / "runs" / f"lambda_s={row['lambda_s']}_kernel_window={row['kernel_window']}_seed={row['seed']}"
        metrics = json.loads((folder / "metrics.json").read_text())
        assert float(row["similarity_after"]) == pytest.approx(metrics["similarity"]["after"], rel=1e-6)
        assert json.loads((folder / "settings.json").read_text())["seed"] == int(row["seed"])
    page = (out / "sweep.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//|url\(|@import|<script", page), "it reaches outside"
    pixels = sitk.GetArrayFromImage(sitk.ReadImage(str(out / "sweep.png")))[..., :3]
    assert pixels.shape[1] > 1000 and pixels.std() > 5, "the picture is blank"
    printed = capfd.readouterr().out.splitlines()
    group = [
        float(row["similarity_after"]) for row in found if (row["lambda_s"], row["kernel_window"]) == ("4", "2vox")
    ]
    assert f"{np.mean(group):.4f} ± {np.std(group):.4f}" in printed[3]


def test_a_larger_grid_runs_only_what_is_new(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert study("--vary", "lambda_s=0,1") == 0
    honest, asked = runs.register, []

    def counting(fixed: object, moving: object, settings: Settings, **options: object) -> object:
        asked.append(settings.lambda_s)
        return honest(fixed, moving, settings, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "register", counting)
    assert study("--vary", "lambda_s=0,0.5,1,2") == 0
    assert asked == [0.5, 2.0]
    assert [row["lambda_s"] for row in table(desk / "out")] == ["0", "0.5", "1", "2"]


def test_a_failing_run_is_named_and_the_exit_code_says_so(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    honest = runs.register

    def moody(fixed: object, moving: object, settings: Settings, **options: object) -> object:
        if settings.lambda_s == 1:
            raise RuntimeError("the sky fell")
        return honest(fixed, moving, settings, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "register", moody)
    assert study("--vary", "lambda_s=0,1,2") == FAILED
    printed = capfd.readouterr().out
    assert "failed: lambda_s=1: the sky fell" in printed and "1 of 3 runs failed" in printed
    assert [row["error"] for row in table(desk / "out")] == ["", "the sky fell", ""]
    assert "Failed: lambda_s=1: the sky fell" in (desk / "out" / "sweep.html").read_text(encoding="utf-8")
    assert (desk / "out" / "sweep.png").is_file()
    monkeypatch.setattr(runs, "register", honest)
    assert study("--vary", "lambda_s=0,1,2") == 0, "the next call makes good"


def test_what_is_varied_joins_what_is_set(desk: Path) -> None:
    """Neither alone would do: two levels with three numbers of iterations, two of them with three levels."""
    assert study("--set", "levels=4,2", "--vary", "iterations=3,2;2,3", "--vary", "seed=4,5", "--seed", "7") == 0
    assert [(row["iterations"], row["seed"]) for row in table(desk / "out")] == [
        ("3,2", "4"), ("3,2", "5"), ("2,3", "4"), ("2,3", "5"),
    ]  # fmt: skip


def test_bad_input_is_one_sentence_and_nothing_is_written(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert study("--vary", "lambda_s=0,-1") == cli.BAD_INPUT
    assert "lambda_s=-1: lambda_s is -1" in capfd.readouterr().err
    assert study("--vary", "preset=fast,balanced", "--preset", "fast") == cli.BAD_INPUT
    assert "varied and set" in capfd.readouterr().err
    assert not (desk / "out").exists()


def outcome(values: dict[str, str], dice: float | None) -> Outcome:
    case = Case(str(values), str(values), Settings(), values)
    metrics = {} if dice is None else {"dice": {"after": {"mean_dice": dice}}}
    return Outcome(case, Path("nowhere"), metrics, None if dice is not None else RuntimeError("no"))


def test_the_table_gives_mean_and_spread_over_seeds() -> None:
    found = [
        outcome({"lambda_J": "1", "seed": "0"}, 0.6),
        outcome({"lambda_J": "1", "seed": "1"}, 0.8),
        outcome({"lambda_J": "2", "seed": "0"}, 0.5),
        outcome({"lambda_J": "2", "seed": "1"}, None),
        outcome({"lambda_J": "3", "seed": "0"}, None),
        outcome({"lambda_J": "3", "seed": "1"}, None),
    ]
    assert headings(found) == ["lambda_J", "runs", "Dice"]
    assert rows(found) == [
        ["1", "2", "0.7000 ± 0.1000"],
        ["2", "1 of 2", "0.5000"],
        ["3", "0 of 2", "failed"],
    ]


@pytest.mark.parametrize("options", [1, 2, 3])
def test_the_picture_takes_any_number_of_options(options: int) -> None:
    pytest.importorskip("matplotlib")
    from nodeo.study.sweep_figure import draw

    names = ["lambda_J", "kernel", "seed"][:options]
    found = [
        outcome(
            dict(zip(names, (str(a), "xyz"[b], str(c)), strict=False)), None if (a, b) == (0, 0) else 0.1 * (a + b + c)
        )
        for a in range(3)
        for b in range(3 if options > 1 else 1)
        for c in range(2 if options > 2 else 1)
    ]
    picture = draw(found, "T")
    assert picture.startswith(b"\x89PNG") and len(picture) > 10_000
