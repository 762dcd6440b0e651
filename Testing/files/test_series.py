"""A 4-D file that is written one volume at a time says the same as its volumes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.files.series import write_series
from phantoms import OBLIQUE, grid


@pytest.mark.parametrize("shape", ["volume", "slice", "flat"])
def test_volumes_come_back_where_they_were(tmp_path: Path, shape: str) -> None:
    on = {
        "volume": grid((7, 6, 5), (1.0, 1.5, 2.0), (10.0, -20.0, 30.0), OBLIQUE),
        "slice": grid((7, 6), (1.0, 1.5), (10.0, -20.0)),
        "flat": grid((7, 6, 1), (1.0, 1.5, 2.0), (10.0, -20.0, 30.0)),
    }[shape]
    random = np.random.default_rng(0)
    volumes = []
    for _ in range(3):
        values = random.normal(size=on.GetSize()[::-1]).astype(np.float32)
        volume = sitk.GetImageFromArray(values)
        volume.CopyInformation(on)
        volumes.append(volume)
    write_series(tmp_path / "series.nii.gz", iter(volumes), 3)
    found = sitk.ReadImage(str(tmp_path / "series.nii.gz"))
    k = on.GetDimension()
    assert found.GetSize() == (*on.GetSize(), *[1] * (3 - k), 3)
    for number, volume in enumerate(volumes):
        part = found[..., number] if k == 3 else found[..., 0, number]
        assert np.array_equal(sitk.GetArrayFromImage(part), sitk.GetArrayFromImage(volume))
        np.testing.assert_allclose(found.GetOrigin()[:k], on.GetOrigin(), atol=1e-4)
        np.testing.assert_allclose(found.GetSpacing()[:k], on.GetSpacing(), rtol=1e-6)
        np.testing.assert_allclose(
            np.reshape(found.GetDirection(), (4, 4))[:k, :k], np.reshape(on.GetDirection(), (k, k)), atol=1e-5
        )


def test_a_wrong_number_of_volumes_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 volumes, not 2"):
        write_series(tmp_path / "series.nii.gz", iter([sitk.Image([8, 8], sitk.sitkFloat32)]), 2)
