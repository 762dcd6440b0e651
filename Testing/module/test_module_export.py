"""From the scene to files: every kind and format is read again by a program that knows nothing of Slicer."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from registered_scene import MODULE, open_registered_scene


@pytest.fixture
def panel(host, scene_file):
    """The panel over a scene with a registered pair, which was saved and opened again; registered once a file."""

    def choose(parameters) -> None:
        parameters.iterations, parameters.seed = "12, 4", 3
        parameters.initial = type(parameters.initial).AFFINE

    panel = open_registered_scene(host, scene_file, step=6, choose=choose)
    yield panel
    panel.parent.exit()
    panel.logic.forgetParameterNode()  # Python may keep the panel, and it would go on looking at its parameters


def results(panel):
    from NODEORegistrationLib import resultsOf

    return resultsOf(panel._parameters)


def delete(panel, *kinds):
    """Delete results while another module is open."""
    import slicer

    nodes = [getattr(results(panel), kind) for kind in kinds]
    panel.parent.exit()
    for node in nodes:
        slicer.mrmlScene.RemoveNode(node)
    panel.parent.enter()


def exported(panel, folder: Path, kind: str, extension: str) -> Path:
    from NODEORegistrationLib.scene import Export

    paths = Export.exportPaths(folder, "nodeo-", {kind: extension})
    Export.export(results(panel), paths)
    assert [entry.name for entry in folder.iterdir()] == [paths[kind].name]  # nothing else is left there
    return paths[kind]


def world_of(image: sitk.Image) -> np.ndarray:
    """Voxel -> RAS."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    matrix[:3, 3] = image.GetOrigin()
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix


def voxel_to_world(node) -> np.ndarray:
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def some_points(node, count=200) -> np.ndarray:
    """RAS points in the volume and somewhat past it."""
    random = np.random.default_rng(1)
    size = np.array(node.GetImageData().GetDimensions())
    voxels = random.uniform(-0.2, 1.2, (count, 3)) * (size - 1)
    matrix = voxel_to_world(node)
    return voxels @ matrix[:3, :3].T + matrix[:3, 3]


def linear(node):
    """What the node maps with linear interpolation: ITK has no other, and the scene does not save which it was."""
    from NODEORegistrationLib.scene.SceneImport import useLinearInterpolation

    useLinearInterpolation(node)
    return node.GetTransformFromParent()


# --- what is in the files ---


@pytest.mark.parametrize("extension", [".h5", ".tfm"])
@pytest.mark.parametrize("kind", ["transform", "inverse"])
def test_a_transform_maps_every_point_as_in_the_scene(kind, extension, panel, tmp_path):
    node = getattr(results(panel), kind)
    read = sitk.ReadTransform(str(exported(panel, tmp_path, kind, extension)))
    points = some_points(results(panel).fixed)
    there = np.array([linear(node).TransformPoint(point) for point in points])
    itk = np.array([read.TransformPoint(tuple(point * (-1, -1, 1))) for point in points]) * (-1, -1, 1)
    assert np.abs(there - points).max() > 1.0  # it is not the identity
    np.testing.assert_allclose(itk, there, atol=1e-3)  # mm; text holds as many digits, the faded border is 1e-4


@pytest.mark.parametrize("extension", [".nrrd", ".nii.gz"])
def test_the_displacement_field_is_where_each_voxel_goes(extension, panel, tmp_path):
    """φ(x) - x at the voxels of the fixed volume, the affine part included, in ITK's LPS."""
    field = sitk.ReadImage(str(exported(panel, tmp_path, "displacement", extension)))
    fixed = results(panel).fixed
    assert field.GetSize() == fixed.GetImageData().GetDimensions()
    np.testing.assert_allclose(world_of(field), voxel_to_world(fixed), atol=1e-4)  # NIfTI keeps float32
    array = sitk.GetArrayFromImage(field).reshape(*reversed(field.GetSize()), 3)
    matrix = voxel_to_world(fixed)
    random = np.random.default_rng(2)
    transform = linear(results(panel).transform)
    for _ in range(200):
        i, j, k = (int(random.integers(0, n)) for n in field.GetSize())
        place = (matrix @ (i, j, k, 1))[:3]
        moved = (np.array(transform.TransformPoint(place)) - place) * (-1, -1, 1)
        np.testing.assert_allclose(array[k, j, i], moved, atol=1e-3)


def test_the_field_of_a_single_slice_is_not_written_where_others_would_misread_it(panel, tmp_path):
    import slicer
    from NODEORegistrationLib.scene import Export

    warped = results(panel).warped
    slicer.util.updateVolumeFromArray(warped, np.array(slicer.util.arrayFromVolume(warped)[:1]))
    with pytest.raises(Export.ExportFailed, match="single slice"):
        exported(panel, tmp_path, "displacement", ".nii.gz")
    assert sitk.ReadImage(str(exported(panel, tmp_path, "displacement", ".nrrd"))).GetSize()[2] == 1


@pytest.mark.parametrize("extension", [".nrrd", ".nii.gz"])
@pytest.mark.parametrize("kind", ["warped", "jacobian"])
def test_a_volume_has_the_same_values_in_the_same_places(kind, extension, panel, tmp_path):
    import slicer

    node = getattr(results(panel), kind)
    image = sitk.ReadImage(str(exported(panel, tmp_path, kind, extension)))
    values = sitk.GetArrayFromImage(image)
    np.testing.assert_array_equal(values, slicer.util.arrayFromVolume(node))
    assert values.dtype == slicer.util.arrayFromVolume(node).dtype
    np.testing.assert_allclose(world_of(image), voxel_to_world(node), atol=1e-4)


def test_the_settings_are_those_of_the_run_and_the_engine_reads_them(panel, tmp_path):
    from nodeo.settings import Settings

    read = Settings.read(exported(panel, tmp_path, "settings", ".json"))
    assert (read.levels, read.iterations, read.seed, read.initial) == ((4, 2), (12, 4), 3, "affine")


def test_the_settings_name_no_file_of_a_temporary_folder(panel, tmp_path):
    assert "/" not in exported(panel, tmp_path, "settings", ".json").read_text(encoding="utf-8")


def test_the_report_stands_alone(panel, tmp_path):
    """One file that can be sent to somebody: no picture, style or script from elsewhere."""
    page = exported(panel, tmp_path, "report", ".html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r"src='([^']*)'", page))
    assert not re.search(r"<script|<link|url\(|@import", page)
    for figure in ("Fixed", "Warped", "Checkerboard", "det J"):
        assert f"<figcaption>{figure}" in page
    for word in ("small moving on small fixed", "Folded voxels", "lambda_s", "torchdiffeq", "<polyline"):
        assert word in page


def test_the_report_s_pictures_show_the_volumes(panel, tmp_path):
    import base64

    import qt

    page = exported(panel, tmp_path, "report", ".html").read_text(encoding="utf-8")
    pictures = [base64.b64decode(found) for found in re.findall(r"base64,([^']*)'", page)]
    assert len(pictures) == 4
    columns, rows, _ = results(panel).fixed.GetImageData().GetDimensions()
    for picture in pictures:
        pixmap = qt.QPixmap()
        assert pixmap.loadFromData(picture)
        assert (pixmap.width(), pixmap.height()) == (columns, rows)
    assert len(set(pictures)) == 4


# --- what can be exported ---


def test_without_a_volume_on_the_fixed_voxels_there_is_no_field(panel):
    from NODEORegistrationLib.scene import Export

    delete(panel, "warped")
    assert Export.FIELD in Export.possibleKinds(results(panel))  # the Jacobian has them, too
    delete(panel, "jacobian")
    assert Export.possibleKinds(results(panel)) == ["transform", "inverse", "settings", "report"]


@pytest.mark.parametrize("gone", ["warped", "jacobian", "fixed", "transform"])
def test_the_report_does_without_a_node_that_was_deleted(gone, panel, tmp_path):
    delete(panel, gone)
    page = exported(panel, tmp_path, "report", ".html").read_text(encoding="utf-8")
    assert "Folded voxels" in page


def test_export_waits_for_a_result(host):
    panel = host.load(MODULE)
    assert not panel.ui.exportButton.enabled


# --- the dialog ---


def dialog_of(panel, folder):
    from NODEORegistrationLib import ExportDialog

    dialog = ExportDialog(results(panel))
    dialog.folderEdit.currentPath = str(folder)
    dialog.prefixEdit.text = "nodeo-"
    return dialog


def ticked(dialog) -> set[str]:
    return {kind for kind, box in dialog.boxes.items() if box.checked}


ALL = {"transform", "inverse", "displacement", "warped", "jacobian", "settings", "report"}


def test_the_dialog_begins_with_all_but_the_field(panel, tmp_path):
    """The field says what the transform says, in a file ten times as large."""
    dialog = dialog_of(panel, tmp_path)
    assert ticked(dialog) == ALL - {"displacement"}
    assert all(box.enabled for box in dialog.boxes.values())
    assert {kind: combo.currentText for kind, combo in dialog.formats.items()} == {
        "transform": ".h5",
        "inverse": ".h5",
        "displacement": ".nrrd",
        "warped": ".nrrd",
        "jacobian": ".nrrd",
    }


def test_what_is_not_in_the_scene_cannot_be_ticked_and_says_why(panel, tmp_path):
    delete(panel, "inverse")
    dialog = dialog_of(panel, tmp_path)
    assert not dialog.boxes["inverse"].enabled and not dialog.boxes["inverse"].checked
    assert "not in the scene" in dialog.boxes["inverse"].toolTip


def test_save_writes_what_is_ticked_and_says_where(panel, host, tmp_path):
    host.dialogs.answer("Export the registration", lambda shown: shown.accept())
    from NODEORegistrationLib import ExportDialog

    dialog = ExportDialog(results(panel))
    dialog.folderEdit.currentPath = str(tmp_path / "new" / "folder")
    dialog.prefixEdit.text = "case 7 "
    dialog.boxes["displacement"].checked = True
    dialog.run()
    names = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert {re.sub(r"case 7 |\..*", "", name) for name in names} == ALL
    said = host.dialogs.seen[-1].text
    assert str(tmp_path / "new" / "folder") in said and all(name in said for name in names)


def test_the_export_button_opens_the_dialog_and_cancel_writes_nothing(panel, host):
    host.dialogs.answer("Export the registration", False)
    panel.ui.exportButton.click()
    assert [shown.title for shown in host.dialogs.seen] == ["Export the registration"]


def test_the_folder_is_remembered_for_the_next_time(panel, host, tmp_path):
    from NODEORegistrationLib import ExportDialog

    dialog = dialog_of(panel, tmp_path)
    assert dialog.save()
    assert ExportDialog(results(panel)).folderEdit.currentPath == str(tmp_path)


def test_files_are_replaced_only_when_agreed_to(panel, host, tmp_path):
    mine = tmp_path / "nodeo-transform.h5"
    mine.write_text("mine", encoding="utf-8")
    dialog = dialog_of(panel, tmp_path)
    host.dialogs.answer("Replace them?", False)
    assert not dialog.save()
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == [mine.name]
    assert "nodeo-transform.h5" in host.dialogs.seen[-1].text
    assert "nodeo-inverse.h5" not in host.dialogs.seen[-1].text
    host.dialogs.answer("Replace them?", True)
    assert dialog.save()
    sitk.ReadTransform(str(mine))


def test_the_names_begin_with_those_of_the_volumes(panel):
    from NODEORegistrationLib import ExportDialog

    assert ExportDialog(results(panel)).prefixEdit.text == "small-moving-on-small-fixed-"


def test_a_prefix_that_is_a_folder_is_refused(panel, host, tmp_path):
    dialog = dialog_of(panel, tmp_path)
    dialog.prefixEdit.text = "study/case-"
    assert not dialog.save()
    assert "take the slash away" in host.dialogs.seen[-1].text
    assert not list(tmp_path.iterdir())


def test_the_folder_is_opened_if_that_is_wished(panel, tmp_path, monkeypatch):
    import qt

    opened = []
    monkeypatch.setattr(qt.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    dialog = dialog_of(panel, tmp_path)
    dialog.openBox.checked = True
    assert dialog.save()
    assert opened == [str(tmp_path)]


def test_nothing_ticked_is_said_and_writes_nothing(panel, host, tmp_path):
    dialog = dialog_of(panel, tmp_path)
    for box in dialog.boxes.values():
        box.checked = False
    assert not dialog.save()
    assert "Nothing was ticked" in host.dialogs.seen[-1].text
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_ends_in_one_sentence(panel, host, tmp_path):
    target = tmp_path / "file"
    target.write_text("x", encoding="utf-8")
    assert not dialog_of(panel, target).save()
    assert_one_sentence(host, str(target))
    assert target.read_text(encoding="utf-8") == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_ends_in_one_sentence(panel, host, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert not dialog_of(panel, locked).save()
    assert_one_sentence(host, str(locked))
    assert not list(locked.iterdir())


def test_a_disk_that_is_full_leaves_no_part_of_a_file(panel, host, tmp_path, monkeypatch):
    from NODEORegistrationLib.scene import Export

    def full(results, path):
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(Export._WRITERS, "inverse", full)
    assert not dialog_of(panel, tmp_path).save()
    assert_one_sentence(host, "No space left on device")
    assert [entry.name for entry in tmp_path.iterdir()] == ["nodeo-transform.h5"]  # the one before it is whole


def assert_one_sentence(host, part):
    shown = host.dialogs.seen[-1]
    assert "could not be written" in shown.text and part in shown.text
    assert shown.text.endswith(".") and "\n" not in shown.text and "Traceback" not in shown.text


def test_exporting_leaves_the_scene_alone(panel, host, tmp_path):
    """Storage nodes keep their file names: saving the scene afterwards does not write over what was exported."""
    before = host.snapshot()
    dialog = dialog_of(panel, tmp_path)
    dialog.boxes["displacement"].checked = True
    assert dialog.save()
    assert host.snapshot() == before


def test_the_scene_keeps_the_numbers_of_the_run(panel):
    """They came with the saved scene: the panel shows them without any run."""
    assert "Folded voxels" in panel.ui.resultLabel.text
    assert panel.ui.exportButton.enabled
    assert json.loads(results(panel).transform.GetAttribute("NODEO.Settings"))["seed"] == 3
