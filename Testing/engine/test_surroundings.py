"""A registration does not depend on what the caller has set in PyTorch or SimpleITK, and leaves it as it was."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from nodeo.engine import devices
from nodeo.engine.registration import register
from nodeo.errors import InputError
from nodeo.evaluation.labels import evaluate
from nodeo.progress import Progress
from nodeo.settings import Settings
from phantoms import Phantom, bumps, drawn, grid, middle

TINY = Settings(start="none", levels=(2,), iterations=(3,), steps=(1,), threads=1, device="cpu")


def pair() -> tuple[sitk.Image, sitk.Image]:
    on = grid((24, 22, 20))
    ball, moved = Phantom(middle(on), 9.0, blobs=20), bumps(middle(on), 2.0)
    return drawn(lambda x: ball(moved(x)), on), drawn(ball, on)


def field(found) -> np.ndarray:
    return sitk.GetArrayFromImage(found.displacement)


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """What comes out where nothing was set."""
    return field(register(*pair(), TINY))


@contextlib.contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextlib.contextmanager
def default_device() -> Iterator[None]:
    torch.set_default_device("meta")
    try:
        yield
    finally:
        torch.set_default_device(None)


SURROUNDINGS = {
    "float64": lambda: default_dtype(torch.float64),
    "bfloat16": lambda: default_dtype(torch.bfloat16),
    "default device": default_device,
    "device context": lambda: torch.device("meta"),
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
}


def state() -> tuple:
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.get_num_threads(),
        sitk.ProcessObject.GetGlobalDefaultNumberOfThreads(),
        torch.get_rng_state().sum().item() if torch.get_default_device().type == "cpu" else None,
    )


@pytest.mark.parametrize("around", SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
def test_the_result_is_the_same_and_all_is_put_back(
    around: Callable[[], AbstractContextManager], expected: np.ndarray
) -> None:
    with around():
        before = state()
        found = register(*pair(), TINY)
        after = state()
    assert np.array_equal(field(found), expected)
    assert after == before


def test_all_is_put_back_after_an_error() -> None:
    with default_dtype(torch.float64), torch.no_grad():
        before = state()
        with pytest.raises(InputError):
            register(*pair(), TINY, fixed_mask=sitk.Image((24, 22, 20), sitk.sitkUInt8))
        assert state() == before


# --- runs that overlap ------------------------------------------------------------------------------------------------


def test_overlapping_runs_leave_the_thread_counts_as_they_were() -> None:
    """The first to come goes first: what it puts back must not be what the second had set."""
    before = torch.get_num_threads(), sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    second_is_in, first_is_out, seen = threading.Event(), threading.Event(), {}

    def counts() -> tuple[int, int]:
        return torch.get_num_threads(), sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()

    def first() -> None:
        with devices.threads(3):
            second.start()
            assert second_is_in.wait(10)
            with devices.threads(1):
                seen["inner"] = counts()
            seen["outer"] = torch.get_num_threads()
        seen["first"] = torch.get_num_threads()
        first_is_out.set()

    def other() -> None:
        with devices.threads(5):
            second_is_in.set()
            assert first_is_out.wait(10)
            seen["alone"] = counts()
        seen["second"] = counts()

    second = threading.Thread(target=other)
    opener = threading.Thread(target=first)
    opener.start()
    opener.join(20)
    second.join(20)
    assert seen == {"inner": (1, 1), "outer": 3, "first": before[0], "alone": (5, 5), "second": before}
    assert counts() == before
    fresh = threading.Thread(target=lambda: seen.update(fresh=counts()))
    fresh.start()
    fresh.join(10)
    assert seen["fresh"] == before


def test_registrations_in_threads_do_not_disturb_each_other(expected: np.ndarray) -> None:
    results: dict[int, np.ndarray] = {}
    with default_dtype(torch.float64):
        runs = [
            threading.Thread(target=lambda n=n: results.update({n: field(register(*pair(), TINY))})) for n in range(3)
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
        assert torch.get_default_dtype() == torch.float64
    assert len(results) == 3
    assert all(np.array_equal(found, expected) for found in results.values())


# --- the caller's own errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [MemoryError("mine"), RuntimeError("failed to allocate a seat"), OSError("alloc")])
def test_a_callback_s_own_error_is_not_ours(error: Exception) -> None:
    def progress(news: Progress) -> None:
        if news.level:
            raise error

    with pytest.raises(type(error)) as caught:
        register(*pair(), TINY, progress=progress)
    assert caught.value is error


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("ITK ERROR: Failed to allocate memory for image."), True),
        (RuntimeError("the shallow end"), False),
        (RuntimeError("allocation of points to groups failed"), False),
        (ValueError("bad_alloc"), False),
    ],
    ids=str,
)
def test_what_counts_as_too_little_memory(error: Exception, ours: bool) -> None:
    assert devices.ran_out_of_memory(error) is ours


# --- arguments --------------------------------------------------------------------------------------------------------


def test_the_initial_transform_is_a_copy() -> None:
    mine = sitk.TranslationTransform(3, (1.0, 0.0, 0.0))
    found = register(*pair(), TINY, initial_transform=mine)
    assert found.initial is not mine
    mine.SetOffset((9.0, 9.0, 9.0))
    assert found.initial.TransformPoint((0.0, 0.0, 0.0)) == (1.0, 0.0, 0.0)
    found.initial.SetParameters((5.0, 5.0, 5.0))
    assert mine.GetOffset() == (9.0, 9.0, 9.0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"fixed": "brain.nii"}, "fixed image is of the type str"),
        ({"moving": np.zeros((9, 9, 9))}, "moving image is of the type ndarray"),
        ({"moving": None}, "moving image is of the type NoneType"),
        ({"settings": "fast"}, "argument settings is of the type str"),
        ({"settings": {"levels": [2]}}, "argument settings is of the type dict"),
        ({"fixed_mask": np.ones((9, 9, 9))}, "fixed mask is of the type ndarray"),
        ({"moving_mask": True}, "moving mask is of the type bool"),
        ({"initial_transform": "affine"}, "initial transform is of the type str"),
        ({"initial_transform": np.eye(4)}, "initial transform is of the type ndarray"),
        ({"progress": 3}, "argument progress is of the type int"),
        ({"guidance": {"points": None}}, "argument guidance is of the type dict"),
        (
            {"fixed": sitk.Compose(sitk.GaussianSource(size=[16, 16, 16]))},
            "pixels of the kind 'vector of 32-bit float'",
        ),
        ({"moving": sitk.Image((16, 16, 16), sitk.sitkLabelUInt8)}, "pixels of the kind 'label of 8-bit"),
    ],
)
def test_arguments_of_a_wrong_type_get_a_sentence(wrong: dict, words: str) -> None:
    fixed, moving = pair()
    with pytest.raises(InputError, match=words) as caught:
        register(**{"fixed": fixed, "moving": moving, "settings": TINY, **wrong})
    assert caught.value.hint


def test_evaluate_s_arguments_of_a_wrong_type_get_a_sentence() -> None:
    labels = sitk.Image((4, 4, 4), sitk.sitkUInt8) + 1
    wrong = [("a.nrrd", labels), (labels, np.ones((4, 4, 4))), (labels, labels, 3), (labels, labels, "all", 3)]
    for arguments in wrong:
        with pytest.raises(InputError, match="of the type"):
            evaluate(*arguments)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_displacement_field_that_is_no_number_is_refused(value: float) -> None:
    vectors = np.zeros((20, 22, 24, 3))
    vectors[4, 4, 4, 1] = value
    start = sitk.DisplacementFieldTransform(sitk.GetImageFromArray(vectors, isVector=True))
    with pytest.raises(InputError, match="initial transform holds NaN or infinite"):
        register(*pair(), TINY, initial_transform=start)
    vectors[4, 4, 4, 1] = value
    start = sitk.DisplacementFieldTransform(sitk.GetImageFromArray(vectors, isVector=True))
    labels = sitk.Image((24, 22, 20), sitk.sitkUInt8) + 1
    with pytest.raises(InputError, match="transform holds NaN or infinite"):
        evaluate(labels, labels, "all", start)
