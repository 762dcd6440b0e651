"""What a hint is about: every code is known, explained, used, and travels with the error."""

from __future__ import annotations

import ast
from pathlib import Path

import nodeo
import pytest
import SimpleITK as sitk
from nodeo.app import cli
from nodeo.engine.registration import register
from nodeo.errors import CODES, InputError
from nodeo.settings import Settings

SOURCES = sorted(Path(nodeo.__file__).resolve().parent.rglob("*.py"))
PAGE = Path(__file__).resolve().parents[2] / "Resources" / "Documentation" / "command_line.md"


def third_arguments() -> list[tuple[str, ast.expr]]:
    """Where it stands, and the code of every InputError and every failure that has one."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("InputError", "failed") and len(node.args) > 2:
                found.append((f"{path.name}:{node.lineno}", node.args[2]))
    return found


def constants() -> dict[str, str]:
    """Each code that stands in the code, and a place where it does; those handed on are names there."""
    return {node.value: place for place, node in third_arguments() if isinstance(node, ast.Constant)}


def test_no_unknown_code_is_used() -> None:
    unknown = {code: place for code, place in constants().items() if code not in CODES}
    assert not unknown, "Explain it in errors.CODES."


def test_every_code_is_used() -> None:
    assert set(CODES) - set(constants()) == set()


def test_every_code_is_explained_in_one_sentence_and_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for code, sentence in CODES.items():
        assert code.isalpha() and code.islower()
        assert sentence.endswith(".") and "." not in sentence[:-1]
        assert f"| `{code}` | {sentence} |" in page


def test_every_setting_that_is_refused_is_said_to_be_one() -> None:
    of_settings = [path for path in SOURCES if path.parent.name == "settings"]
    for path in of_settings:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError":
                assert len(node.args) == 3 and ast.literal_eval(node.args[2]) == "settings", f"{path}:{node.lineno}"


def test_an_error_without_a_code_has_an_empty_one() -> None:
    error = InputError("It is so.", "Do this.")
    assert (error.code, str(error)) == ("", "It is so. Do this.")
    assert str(InputError("It is so.", "Do this.", "device")) == "It is so. Do this."


def ramp(*origin: float) -> sitk.Image:
    image = sitk.Cast(sitk.PhysicalPointSource(sitk.sitkVectorFloat32, [24, 24]), sitk.sitkVectorFloat32)
    image = sitk.VectorIndexSelectionCast(image, 0)
    image.SetOrigin(origin)
    return image


def corner(*index: int) -> sitk.Image:
    mask = sitk.Image([24, 24], sitk.sitkUInt8)
    mask[index] = 1
    return mask


def refused(**options) -> str:
    with pytest.raises(InputError) as caught:
        register(ramp(0.0, 0.0), options.pop("moving", ramp(0.0, 0.0)), Settings(threads=1), **options)
    return caught.value.code


def test_images_and_masks_and_initial_transforms_are_told_apart() -> None:
    assert refused(moving=ramp(500.0, 0.0)) == "overlap"
    assert refused(moving=ramp(22.0, 0.0)) == "overlap"
    assert refused(fixed_mask=corner(2, 2)) == "masks"
    assert refused(fixed_mask=corner(2, 2), moving_mask=corner(20, 20)) == "masks"
    assert refused(fixed_mask=sitk.Image([24, 24], sitk.sitkUInt8)) == "masks"
    assert refused(initial_transform=sitk.AffineTransform([0.0, 0.0, 0.0, 0.0], [0.0, 0.0])) == "initial"
    assert refused(initial_transform=sitk.Transform(3, sitk.sitkIdentity)) == "initial"


def test_a_terminal_sees_no_code(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["register", "a.nrrd", "b.nrrd", "--output", "out", "--set", "lambda_J=-1", "--progress", "none"]
    assert cli.main(arguments) == cli.BAD_INPUT
    assert capfd.readouterr().err == "nodeo: lambda_J is -1. It must be at least 0.\n"
