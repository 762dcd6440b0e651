"""Points from tables and from Slicer's markups, and back: one world, LPS, whatever a file is written in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from nodeo import InputError
from nodeo.files.points import PointList, is_points, read_points, write_points
from nodeo.geometry.point_pairs import paired

PLACES = np.array([[1.5, -2.0, 3.25], [-40.0, 5.0, 6.0]])  # LPS
# as Slicer writes them
FCSV = """# Markups fiducial file version = {version}
# CoordinateSystem = {world}
# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID
vtkMRMLMarkupsFiducialNode_0,{sign}1.5,{other}2,3.25,0,0,0,1,1,1,0,"vein, left",,vtkMRMLScalarVolumeNode1
vtkMRMLMarkupsFiducialNode_1,{other}40,{sign}5,6,0,0,0,1,1,1,0,F-2,,vtkMRMLScalarVolumeNode1
"""


def markups(world: str, sign: float, **more: object) -> str:
    points = [
        {"id": "1", "label": "vein, left", "position": [sign * 1.5, sign * -2.0, 3.25], "positionStatus": "defined"},
        {"id": "2", "label": "waiting", "position": [0.0, 0.0, 0.0], "positionStatus": "undefined"},
        {"id": "3", "label": "F-2", "position": [sign * -40.0, sign * 5.0, 6.0], "positionStatus": "defined"},
    ]
    return json.dumps({"markups": [{"type": "Fiducial", "coordinateSystem": world, "controlPoints": points, **more}]})


FILES = {
    "header.csv": "x,y,z\n1.5,-2,3.25\n-40,5,6\n",
    "plain.csv": "1.5,-2,3.25\n\n-40,5,6\n",
    "excel.csv": "\ufeffX;Y;Z;Name\n1.5;-2;3.25;vein, left\n-40;5;6;F-2\n",
    "named.csv": "vein,1.5,-2,3.25\nF-2,-40,5,6\n",
    "slicer_table.csv": "label,r,a,s,defined,selected\nF-1,-1.5,2,3.25,1,1\nF-2,40,-5,6,1,1\n",
    "new.fcsv": FCSV.format(version="4.11", world="LPS", sign="", other="-"),
    "ras.fcsv": FCSV.format(version="4.11", world="RAS", sign="-", other=""),
    "old.fcsv": FCSV.format(version="4.5", world="0", sign="-", other=""),
    "lps.mrk.json": markups("LPS", 1.0),
    "ras.mrk.json": markups("RAS", -1.0),
}


@pytest.mark.parametrize("name", FILES)
def test_every_form_is_read_into_one_world(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    points = read_points(tmp_path / name, "fixed points")
    assert is_points(name) and points.positions == pytest.approx(PLACES)
    if any(points.labels):
        assert points.labels[1] == "F-2"
    if name.endswith(("fcsv", "json")):
        assert points.labels[0] == "vein, left"


@pytest.mark.parametrize("name", ["a.csv", "a.fcsv", "a.mrk.json"])
def test_what_is_written_is_read_again(name: str, tmp_path: Path) -> None:
    write_points(tmp_path / name, PointList(PLACES, ('the "first", one', "F-2")))
    again = read_points(tmp_path / name, "points")
    assert again.positions == pytest.approx(PLACES) and again.labels == ('the "first", one', "F-2")


@pytest.mark.parametrize("name", ["a.csv", "a.fcsv"])
def test_a_label_of_two_lines_stays_in_its_row(name: str, tmp_path: Path) -> None:
    write_points(tmp_path / name, PointList(PLACES, ("the first\none", "F-2")))
    again = read_points(tmp_path / name, "points")
    assert again.positions == pytest.approx(PLACES) and again.labels == ("the first one", "F-2")


def test_points_of_a_plane_are_a_table_with_two_columns(tmp_path: Path) -> None:
    write_points(tmp_path / "a.csv", PointList(PLACES[:, :2], ("", "")))
    assert read_points(tmp_path / "a.csv", "points").positions == pytest.approx(PLACES[:, :2])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "x,y,z\n1,2,\n", "hold '' in row 2"),
        ("a.csv", "1,2,3\n1,nan,3\n", "hold 'nan' in row 2"),
        ("a.csv", "x,y,z\n1,2,three\n", "hold 'three' in row 2"),
        ("a.csv", "x,y,z\n", "hold no points"),
        ("a.csv", "", "hold no points"),
        ("a.csv", "1,2,3,4,5\n", "a row has 5 cells"),
        ("a.csv", "a,b,c\n1,2,3\n", "its columns are a, b, c"),
        ("a.fcsv", "# CoordinateSystem = IJK\n1,2,3,4\n", "its coordinate system is IJK"),
        ("a.mrk.json", "[]", "it is no markups file"),
        ("a.mrk.json", '{"markups": []}', "it holds 0 lists"),
        ("a.mrk.json", '{"markups": [{"controlPoints": [{"position": [1, 2]}]}]}', "point 1 has no position"),
        ("a.mrk.json", '{"markups": [{"controlPoints": [{"position": [1, true, 2]}]}]}', "hold 'True' in point 1"),
    ],
)
def test_what_is_no_list_of_points_gets_a_sentence(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_points(tmp_path / name, "fixed points")


def test_a_picture_is_no_list_of_points(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputError, match="it is no text"):
        read_points(tmp_path / "a.csv", "fixed points")


# --- pairs ------------------------------------------------------------------------------------------------------------


def listed(*labels: str) -> PointList:
    return PointList(np.arange(3.0 * len(labels)).reshape(-1, 3), labels)


def test_labels_that_agree_make_pairs_in_any_order() -> None:
    pairs = paired(listed("a", "b", "c"), listed("c", "a", "b"), 3)
    assert pairs.moving[:, 0] == pytest.approx([3.0, 6.0, 0.0]) and pairs.names == ("a", "b", "c")


@pytest.mark.parametrize("moving", [("M-1", "M-2"), ("", ""), ("a", "a")])
def test_labels_that_say_nothing_leave_the_order(moving: tuple[str, str]) -> None:
    pairs = paired(listed("a", "b"), listed(*moving), 3)
    assert np.array_equal(pairs.moving, pairs.fixed) and pairs.name(1) == "b"


def test_a_point_without_a_partner_is_named() -> None:
    with pytest.raises(InputError, match="fixed point 'b' has no partner"):
        paired(listed("a", "b"), listed("a", "c"), 3)
    with pytest.raises(InputError, match="There are 2 fixed points and 3 moving points"):
        paired(listed("", ""), listed("", "", ""), 3)


def test_a_slice_needs_no_third_coordinate_and_a_volume_does() -> None:
    flat = PointList(np.zeros((1, 2)), ("",))
    assert paired(listed("a"), flat, 2).fixed.shape == (1, 2)
    with pytest.raises(InputError, match="have 2 coordinates, the images 3"):
        paired(listed("a"), flat, 3)


# --- Slicer's own reading and writing -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["mrk.json", "fcsv"])
@pytest.mark.parametrize("world", ["RAS", "LPS"])
def test_slicer_and_we_read_each_other(ending: str, world: str, tmp_path: Path) -> None:
    slicer = pytest.importorskip("slicer")
    kind = slicer.vtkMRMLMarkupsJsonStorageNode if ending == "mrk.json" else slicer.vtkMRMLMarkupsFiducialStorageNode
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "veins")
    for (x, y, z), label in zip(PLACES, ("vein, left", "F-2"), strict=True):
        node.AddControlPoint([-x, -y, z], label)  # Slicer's scene is in RAS
    storage = kind()
    storage.SetScene(scene)
    storage.UseRASOn() if world == "RAS" else storage.UseLPSOn()
    storage.SetFileName(str(tmp_path / f"theirs.{ending}"))
    assert storage.WriteData(node)
    theirs = read_points(tmp_path / f"theirs.{ending}", "points")
    assert theirs.positions == pytest.approx(PLACES, abs=1e-3) and theirs.labels == ("vein, left", "F-2")

    write_points(tmp_path / f"ours.{ending}", theirs)
    again = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "again")
    storage.SetFileName(str(tmp_path / f"ours.{ending}"))
    assert storage.ReadData(again)
    read = [list(again.GetNthControlPointPositionWorld(number)) for number in range(again.GetNumberOfControlPoints())]
    assert np.array(read) * [-1.0, -1.0, 1.0] == pytest.approx(PLACES, abs=1e-3)
    assert [again.GetNthControlPointLabel(number) for number in range(2)] == ["vein, left", "F-2"]
