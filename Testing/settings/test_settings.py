"""Settings: presets, text, JSON, and one clear sentence for everything that cannot be."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from nodeo.errors import InputError
from nodeo.settings import DECIDED, PRESETS, SIMILARITIES, SOLVERS, Settings

OTHER = Settings(
    similarity="mind",
    levels=(8, 4),
    iterations=(7,),
    node_spacing=(8, 8),
    steps=(3, 1),
    kernel="averaging",
    kernel_window="6.5mm",
    lambda_J=1e-3,
    solver="dopri5",
    adjoint=True,
    intensity_range=(0.0, 99.0),
    crop=False,
    initial="/some/where/ä transform.h5",
    device="cuda:1",
    seed=7,
)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_valid_and_says_something_for_each_level(name: str) -> None:
    settings = Settings.preset(name)
    for option in ("iterations", "steps"):
        assert len(settings.per_level(option)) == len(settings.levels)


def test_the_default_is_the_preset_balanced() -> None:
    assert Settings() == Settings.preset("balanced")


def test_every_option_says_what_it_is() -> None:
    for option in dataclasses.fields(Settings):
        assert option.metadata["help"], option.name


def test_settings_do_not_change_once_made() -> None:
    settings = Settings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.seed = 1
    assert settings.replace(seed=1).seed == 1 and settings.seed == 0
    assert {settings: "hashable"}[Settings()] == "hashable"


# --- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [*map(Settings.preset, PRESETS), OTHER], ids=[*PRESETS, "other"])
def test_a_trip_through_json_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.write(tmp_path / "settings.json")
    assert Settings.read(tmp_path / "settings.json") == settings
    assert Settings.from_dict(settings.as_dict(), base=OTHER) == settings
    assert json.loads((tmp_path / "settings.json").read_text(encoding="utf-8")) == settings.as_dict()


def test_a_file_that_an_editor_of_windows_has_saved_is_read(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('\ufeff{"iterations": [7]}\r\n', encoding="utf-8")
    assert Settings.read(tmp_path / "settings.json").iterations == (7,)


def test_a_file_may_hold_some_values_only(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    path.write_text('{"lambda_s": 2, "levels": [4, 2]}')
    with pytest.raises(InputError, match="3 values for 2 levels"):
        Settings.read(path)
    assert Settings.read(path, base=Settings.preset("fast")) == Settings.preset("fast").replace(lambda_s=2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{levels: 4}", "is not JSON"),
        ("[1, 2]", "does not hold one JSON object"),
        ("", "is not JSON"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"levels": ' + "[" * 900 + "]" * 900 + "}", "levels is"),
        ('{"seed": ' + "9" * 400 + "}", "about 401 digits"),
        ('{"seed": ' + "9" * 5000 + "}", "is not JSON"),
        ('{"initial": ' + "[[1], " * 400 + "1" + "]" * 400 + "}", "initial is"),
    ],
)
def test_a_file_that_is_something_else_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        Settings.read(path)
    assert len(str(error.value)) < 300


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read: No such file"):
        Settings.read(tmp_path / "none.json")


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Settings.preset("ballanced"), "There is no preset 'ballanced'. Did you mean 'balanced'?"),
        (lambda: Settings.preset("quick"), "There is no preset 'quick'. Known are: fast, balanced, accurate, paper."),
        (lambda: Settings().replace(lamda_df=1), "There is no setting 'lamda_df'. Did you mean 'lambda_df'?"),
        (lambda: Settings().assign("iteration=3"), "There is no setting 'iteration'. Did you mean 'iterations'?"),
        (lambda: Settings.from_dict({"kernal": "none"}), "There is no setting 'kernal'. Did you mean 'kernel'?"),
        (lambda: Settings(similarity="lnc"), "similarity is 'lnc'. Did you mean 'lncc'?"),
        (lambda: Settings(kernel="gauss"), "kernel is 'gauss'. Did you mean 'gaussian'?"),
        (lambda: Settings(solver="rk45"), "solver is 'rk45'. Did you mean 'rk4'?"),
        (lambda: Settings(solver="zzz"), f"solver is 'zzz'. Known are: {', '.join(SOLVERS)}."),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_right_one(make, message: str) -> None:
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
    assert error.value.hint.startswith(("Did you mean", "Known are"))


def test_a_name_that_is_right_but_for_its_case_is_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'lambda_J'"):
        Settings().replace(lambda_j=1)


def test_what_settings_offer_as_similarities_can_be_built() -> None:
    similarity = pytest.importorskip("nodeo.similarity")
    assert set(SIMILARITIES) - set(DECIDED) == set(similarity.SIMILARITIES)


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("iterations", "40,30,12", (40, 30, 12)),
        ("iterations", " 40, 30 ,12 ", (40, 30, 12)),
        ("iterations", "40 30 12", (40, 30, 12)),
        ("iterations", "5", (5,)),
        ("iterations", 5, (5,)),
        ("iterations", [5, 6.0, "7"], (5, 6, 7)),
        ("node_spacing", "", ()),
        ("intensity_range", "1,99.5", (1.0, 99.5)),
        ("adjoint", "true", True),
        ("adjoint", "Yes", True),
        ("adjoint", "1", True),
        ("crop", "False", False),
        ("crop", "no", False),
        ("crop", 0, False),
        ("lambda_s", "1e-3", 0.001),
        ("lambda_s", 2, 2.0),
        ("lncc_window", "7", 7),
        ("lncc_window", 7.0, 7),
        ("initial", "affine", "affine"),
    ],
)
def test_text_is_read_as_the_type_of_its_option(name: str, text, value) -> None:
    found = getattr(Settings().replace(**{name: text}), name)
    assert found == value and type(found) is type(value)
    if isinstance(found, tuple):
        assert [type(part) for part in found] == [type(part) for part in value]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("adjoint", "maybe", "true or false"),
        ("adjoint", 2, "true or false"),
        ("lncc_window", "5.5", "a whole number"),
        ("lncc_window", 5.5, "a whole number"),
        ("lncc_window", True, "a whole number"),
        ("seed", "one", "a whole number"),
        ("seed", None, "a whole number"),
        ("lambda_s", "much", "a number"),
        ("lambda_s", "nan", "a number"),
        ("lambda_s", float("inf"), "a number"),
        ("lambda_s", None, "a number"),
        ("levels", "4,two", "a list of numbers, such as 4,2,1"),
        ("levels", (4, 2.5), "a list of numbers, such as 4,2,1"),
        ("levels", {}, "a list of numbers, such as 4,2,1"),
        ("initial", 3, "text"),
        ("kernel_window", 3, "text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value, wanted: str) -> None:
    with pytest.raises(InputError) as error:
        Settings(**{name: value})
    assert error.value.message == f"{name} is {value!r}." and error.value.hint == f"It needs {wanted}."


@pytest.mark.parametrize("name", ["lncc_window", "levels"])
def test_infinity_is_no_whole_number(name: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(f'{{"{name}": Infinity}}')  # what json writes for inf, and reads
    with pytest.raises(InputError):
        Settings.read(tmp_path / "settings.json")


def test_any_name_in_a_file_is_answered() -> None:
    with pytest.raises(InputError):
        Settings.from_dict({"self": 1})


def test_assignments_are_applied_together() -> None:
    settings = Settings().assign("levels = 4,2", "iterations=9,8", "steps=1", "crop=no")  # one by one: refused
    assert (settings.levels, settings.iterations, settings.steps, settings.crop) == ((4, 2), (9, 8), (1,), False)
    with pytest.raises(InputError, match="3 values for 2 levels"):
        Settings().assign("levels=4,2")
    assert Settings().assign("initial=a=b.h5").initial == "a=b.h5"
    assert Settings().assign() == Settings()


def test_an_assignment_needs_a_sign() -> None:
    with pytest.raises(InputError) as error:
        Settings().assign("lambda_s 0.5")
    assert str(error.value) == "'lambda_s 0.5' is not of the form key=value. For example lambda_s=0.5."


# --- ranges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kernel_passes": 0}, "kernel_passes is 0. It must be at least 1."),
        ({"time_modes": 0}, "time_modes is 0. It must be at least 1."),
        ({"max_voxels": 999}, "max_voxels is 999. It must be at least 1000."),
        ({"threads": -1}, "threads is -1. It must be at least 0."),
        ({"seed": -1}, "seed is -1. It must be at least 0."),
        ({"lambda_J": -1}, "lambda_J is -1. It must be at least 0."),
        ({"lambda_df": -0.5}, "lambda_df is -0.5. It must be at least 0."),
        ({"lambda_v": -1e-3}, "lambda_v is -0.001. It must be at least 0."),
        ({"lambda_s": -1}, "lambda_s is -1. It must be at least 0."),
        ({"tolerance": -1}, "tolerance is -1. It must be at least 0."),
        ({"rtol": 0}, "rtol is 0. It must be larger than 0."),
        ({"atol": -1}, "atol is -1. It must be larger than 0."),
        ({"learning_rate": 0}, "learning_rate is 0. It must be larger than 0."),
        ({"lncc_window": 4}, "lncc_window is 4. It must be odd and at least 3."),
        ({"lncc_window": 1}, "lncc_window is 1. It must be odd and at least 3."),
        ({"levels": ()}, "levels is (). List the shrink factors from coarse to fine, such as 4,2,1."),
        ({"levels": (1, 2, 4)}, "levels is (1, 2, 4). List the shrink factors from coarse to fine, such as 4,2,1."),
        ({"levels": (6, 2, 1)}, "A shrink factor or node spacing is 6. Each must be a power of two: 1, 2, 4 …"),
        ({"levels": (4, 2, 0)}, "A shrink factor or node spacing is 0. Each must be a power of two: 1, 2, 4 …"),
        ({"node_spacing": (12,)}, "A shrink factor or node spacing is 12. Each must be a power of two: 1, 2, 4 …"),
        ({"iterations": (1, 2)}, "iterations has 2 values for 3 levels. Give one, or one a level."),
        ({"iterations": ()}, "iterations has 0 values for 3 levels. Give one, or one a level."),
        ({"iterations": (10, 0, 10)}, "iterations is 0. It must be at least 1."),
        ({"steps": (1, 2, 3, 4)}, "steps has 4 values for 3 levels. Give one, or one a level."),
        ({"steps": 0}, "steps is 0. It must be at least 1."),
        ({"node_spacing": (4, 2)}, "node_spacing has 2 values for 3 levels. Give one, or one a level."),
        (
            {"node_spacing": (4, 1, 1)},
            "node_spacing is (4, 1, 1) with levels (4, 2, 1). "
            "Nodes cannot be finer than the level's voxels, nor coarser than at the level before.",
        ),
        (
            {"node_spacing": (4, 4, 8)},
            "node_spacing is (4, 4, 8) with levels (4, 2, 1). "
            "Nodes cannot be finer than the level's voxels, nor coarser than at the level before.",
        ),
        ({"seed": 2**31}, "seed is 2147483648. It must be at most 2147483647."),
        ({"decoder_downsampling": 9}, "decoder_downsampling is 9. It must be at most 8."),
        ({"intensity_range": (5, 5)}, "intensity_range is (5.0, 5.0). Give two percentiles, such as 0.1,99.9."),
        ({"intensity_range": (-1, 99)}, "intensity_range is (-1.0, 99.0). Give two percentiles, such as 0.1,99.9."),
        ({"intensity_range": (1, 101)}, "intensity_range is (1.0, 101.0). Give two percentiles, such as 0.1,99.9."),
        ({"intensity_range": (1,)}, "intensity_range is (1.0,). Give two percentiles, such as 0.1,99.9."),
        ({"kernel_window": "3"}, "kernel_window is '3'. It needs a number and a unit, such as 6mm or 3vox."),
        ({"kernel_window": "3cm"}, "kernel_window is '3cm'. It needs a number and a unit, such as 6mm or 3vox."),
        ({"kernel_window": "widemm"}, "kernel_window is 'widemm'. It needs a number and a unit, such as 6mm or 3vox."),
        ({"kernel_window": "-2vox"}, "kernel_window is -2. It must be at least 0."),
        ({"kernel_window": "1e300vox"}, "kernel_window is 1e+300vox. It may be 0, or 0.001vox to 1000vox."),
        ({"kernel_window": "1e-300mm"}, "kernel_window is 1e-300mm. It may be 0, or 1e-09mm to 1e+06mm."),
        ({"learning_rate": 1000}, "learning_rate is 1000. It must be at most 10."),
        ({"velocity_gain": 1e38}, "velocity_gain is 1e+38. It must be at most 100."),
        ({"lambda_J": 1e308}, "lambda_J is 1e+308. It must be at most 1e+09."),
        ({"lambda_df": 1e308}, "lambda_df is 1e+308. It must be at most 1e+09."),
        ({"lambda_v": 1e308}, "lambda_v is 1e+308. It must be at most 1e+09."),
        ({"lambda_s": 1e308}, "lambda_s is 1e+308. It must be at most 1e+09."),
        ({"tolerance": 2}, "tolerance is 2. It must be at most 1."),
        ({"jacobian_floor": 5}, "jacobian_floor is 5. It must be at most 1."),
        ({"jacobian_floor": -1e308}, "jacobian_floor is -1e+308. It must be at least -10."),
        ({"time_modes": 1000}, "time_modes is 1000. It must be at most 32."),
        ({"bottleneck": 100_000}, "bottleneck is 100000. It must be at most 4096."),
        ({"kernel_passes": 99_999}, "kernel_passes is 99999. It must be at most 100."),
        ({"lncc_window": 99_999}, "lncc_window is 99999. It must be at most 201."),
        ({"atol": 1e-20}, "atol is 1e-20. It must be at least 1e-09."),
        ({"rtol": 1e9}, "rtol is 1e+09. It must be at most 1."),
        ({"threads": 512}, "threads is 512. It must be at most 256."),
        ({"max_voxels": 2**63}, "max_voxels is 9223372036854775808. It must be at most 1000000000000."),
        ({"iterations": 10**400}, "iterations is a number of about 401 digits. It must be at most 10000000."),
        ({"steps": 10**9}, "steps is 1000000000. It must be at most 1000."),
        ({"levels": 2**30, "iterations": 1}, "levels is 1073741824. It must be at most 256."),
        ({"levels": [2] * 1000, "iterations": 1}, "levels has 1000 values. There may be 16 levels."),
        ({"seed": 10**400}, "seed is a number of about 401 digits. It must be at most 2147483647."),
        ({"lambda_s": 10**400}, "lambda_s is a number of about 401 digits. It needs a number."),
    ],
)
def test_a_value_out_of_range_is_refused_in_a_sentence(values: dict, message: str) -> None:
    with pytest.raises(InputError) as error:
        Settings(**values)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "values",
    [
        {"lambda_J": 0, "lambda_df": 0, "lambda_v": 0, "lambda_s": 0, "tolerance": 0},
        {"kernel_window": "0mm", "lncc_window": 3, "time_modes": 1, "max_voxels": 1000},
        {"levels": 1, "iterations": 1, "steps": 1, "node_spacing": 1},
        {"node_spacing": 4},
        {"node_spacing": (8, 8, 2)},
        {"intensity_range": (0, 100)},
        {"learning_rate": 10, "lambda_J": 1e9, "jacobian_floor": 1, "tolerance": 1, "time_modes": 32, "threads": 256},
        {"model": "paper", "levels": 1, "iterations": 10**7, "bottleneck": 4096, "velocity_gain": 100},
        {"kernel_window": "1e6mm", "kernel_passes": 100, "lncc_window": 201, "rtol": 1e-7, "atol": 1e-9},
    ],
)
def test_the_ends_of_the_ranges_are_allowed(values: dict) -> None:
    Settings(**values)


@pytest.mark.parametrize(
    ("text", "window"),
    [("6mm", (6.0, "mm")), ("2.4vox", (2.4, "vox")), ("1e1mm", (10.0, "mm")), ("3 vox", (3.0, "vox"))],
)
def test_the_kernel_window_is_a_number_with_its_unit(text: str, window: tuple[float, str]) -> None:
    assert Settings(kernel_window=text).window() == window


@pytest.mark.parametrize("text", ["nanmm", "infvox"])
def test_the_kernel_window_is_finite(text: str) -> None:
    with pytest.raises(InputError):
        Settings(kernel_window=text)


def test_one_value_holds_for_all_levels() -> None:
    settings = Settings(iterations=5, steps=(3, 2, 1), node_spacing=4)
    assert settings.per_level("iterations") == (5, 5, 5)
    assert settings.per_level("steps") == (3, 2, 1)
    assert settings.per_level("node_spacing") == (4, 4, 4)


def rows_of_the_settings_page(section: str) -> dict[str, list[str]]:
    """The cells of each line of a table that begins with a setting, by its name; – is an empty value."""
    page = (Path(__file__).resolve().parents[2] / "Resources" / "Documentation" / "settings.md").read_text(
        encoding="utf-8"
    )
    text = re.search(rf"^<!-- generated: {section} -->$(.*?)^<!-- end -->$", page, flags=re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", text, flags=re.MULTILINE)
    assert len(rows) == len({name for name, _ in rows})
    return {name: [cell.replace(", ", ",").removeprefix("–") for cell in cells.split(" | ")] for name, cells in rows}


def test_the_settings_page_lists_every_setting_with_its_default() -> None:
    rows = rows_of_the_settings_page("settings")
    assert list(rows) == [option.name for option in dataclasses.fields(Settings)]
    for name, (default, _meaning) in rows.items():
        assert Settings().replace(**{name: default}) == Settings(), name
    assert Settings().replace(**{name: default for name, (default, _meaning) in rows.items()}) == Settings()


def test_the_settings_page_lists_what_each_preset_sets() -> None:
    rows = rows_of_the_settings_page("presets")
    for column, preset in enumerate(PRESETS):
        chosen = {name: cells[column] for name, cells in rows.items() if cells[column]}
        assert Settings().replace(**chosen) == Settings.preset(preset), preset
    balanced = {name: cells[list(PRESETS).index("balanced")] for name, cells in rows.items()}
    assert all(balanced.values())  # what – stands for can be read
