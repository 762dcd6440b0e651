"""The pair that comes with the extension: two presses of a button from an empty Slicer to a registration."""

from __future__ import annotations

from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"


@pytest.fixture
def panel(host):
    return host.load(MODULE)


def sources():
    import SampleData
    import slicer

    assert SampleData is not None
    return slicer.modules.sampleDataSources["NODEO"]


def test_the_pair_is_offered_once(panel, host):
    host.reload("NODEORegistration")
    host.app.startupCompleted.emit()
    assert [source.sampleName for source in sources()] == ["NODEO: Colin27 → MNI152"]


def test_the_thumbnail_is_a_picture_that_can_be_drawn(panel):
    import qt

    (source,) = sources()
    picture = qt.QPixmap(source.thumbnailFileName)
    assert not picture.isNull()
    assert min(picture.width(), picture.height()) >= 64


def test_the_files_are_checked_and_cached_under_names_of_their_own(panel):
    """A cache that all extensions share: a general name, such as fixed.nrrd, would be taken from another one."""
    (source,) = sources()
    assert all(checksum.startswith("SHA256:") for checksum in source.checksums)
    assert all(name.startswith("NODEO") for name in source.fileNames)
    assert all(uri.startswith("file:///") for uri in source.uris)


def test_loaded_the_pair_is_chosen_and_can_be_registered(panel, host):
    import SampleData

    fixed, moving = SampleData.downloadSamples("NODEO: Colin27 → MNI152")
    assert (fixed.GetName(), moving.GetName()) == ("MNI152", "Colin27")
    host.wait(lambda: panel.ui.registerButton.enabled, 5.0)
    assert panel.ui.fixedVolumeSelector.currentNode() is fixed
    assert panel.ui.movingVolumeSelector.currentNode() is moving


def test_loaded_while_another_module_is_open_the_pair_is_chosen_on_entering(panel, host):
    import SampleData

    panel.parent.exit()
    fixed, moving = SampleData.downloadSamples("NODEO: Colin27 → MNI152")
    host.wait(0.05)
    panel.parent.enter()
    assert panel.ui.registerButton.enabled
    assert (panel._parameters.fixedVolume, panel._parameters.movingVolume) == (fixed, moving)


def test_volumes_chosen_before_stay_chosen(panel, host):
    import SampleData
    import slicer

    fixed, moving = SampleData.downloadSamples("NODEO: Colin27 → MNI152")
    host.wait(lambda: panel.ui.registerButton.enabled, 5.0)
    panel._parameters.fixedVolume, panel._parameters.movingVolume = moving, fixed
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "third")
    host.wait(0.05)
    assert (panel._parameters.fixedVolume, panel._parameters.movingVolume) == (moving, fixed)
