"""Green and magenta: what agrees is gray, what does not is colored, and the colors are given back."""

from __future__ import annotations

import numpy as np
import pytest
from inspected import layers, node_ids, picture, places, state, told_saving

SIZE, SHIFT = 40, 6  # mm, voxels of 1 mm


@pytest.fixture
def overlay(host):
    from registered_scene import MODULE

    host.load(MODULE)
    from NODEORegistrationLib.scene.Overlay import Overlay

    overlay = Overlay()
    yield overlay
    overlay.close()


@pytest.fixture
def pair(host, overlay):
    """Two balls, the second ``SHIFT`` mm to the left; the views show the first alone, off their center."""
    import slicer

    volumes = [ball(name, shift) for name, shift in (("fixed", 0), ("moving", SHIFT))]
    slicer.util.setSliceViewerLayers(background=volumes[0], foreground=None, fit=True)
    for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        node.SetSliceOffset(SIZE // 2)
    return volumes


def ball(name, shift):
    import slicer

    k, j, i = np.indices((SIZE,) * 3) - SIZE // 2
    array = 100.0 * (k**2 + j**2 + (i - shift) ** 2 < 12**2)
    volume = slicer.util.addVolumeFromArray(array.astype(np.float32), np.eye(4), name)
    volume.CreateDefaultDisplayNodes()
    volume.GetDisplayNode().AutoWindowLevelOff()
    volume.GetDisplayNode().SetWindowLevelMinMax(0.0, 100.0)
    return volume


def colors(host):
    """The share of the picture that is (green, magenta, gray)."""
    red, green, blue = picture(host)[..., 0], picture(host)[..., 1], picture(host)[..., 2]
    only_green = (green > 100) & (red < 20) & (blue < 20)
    only_magenta = (red > 100) & (blue > 100) & (green < 20)
    gray = (green > 100) & (abs(green - red) < 20) & (abs(green - blue) < 20)
    return only_green.mean(), only_magenta.mean(), gray.mean()


def test_what_agrees_is_gray_and_the_rest_green_or_magenta(host, overlay, pair):
    overlay.show(*pair)
    green, magenta, gray = colors(host)
    assert green == pytest.approx(magenta, rel=0.2) and green > 0.02
    assert gray > green


def test_the_same_volume_twice_has_no_color(host, overlay, pair):
    overlay.show(pair[0], ball("again", 0))
    assert np.ptp(picture(host), axis=-1).max() <= 2
    assert picture(host).max() > 250


@pytest.mark.parametrize(("balance", "green", "magenta"), [(0.0, True, False), (0.5, True, True), (1.0, False, True)])
def test_the_balance_goes_from_one_over_both_to_the_other(balance, green, magenta, host, overlay, pair):
    overlay.show(*pair)
    overlay.setBalance(balance)
    shown = colors(host)
    assert [share > 0.02 for share in shown[:2]] == [green, magenta]


def test_half_way_the_other_has_half_its_light(host, overlay, pair):
    overlay.show(*pair, 0.5)
    both = picture(host)
    overlay.setBalance(0.25)
    np.testing.assert_allclose(picture(host)[..., 1], both[..., 1], atol=2.0)
    np.testing.assert_allclose(picture(host)[..., 2], both[..., 2] / 2.0, atol=2.0)
    overlay.setBalance(0.75)
    np.testing.assert_allclose(picture(host)[..., 1], both[..., 1] / 2.0, atol=2.0)
    np.testing.assert_allclose(picture(host)[..., 2], both[..., 2], atol=2.0)


def test_the_slices_stay_where_they_are(overlay, pair):
    before = places()
    overlay.show(*pair)
    overlay.setBalance(0.9)
    assert places() == before
    overlay.close()
    assert places() == before


def test_closing_gives_everything_back(host, overlay, pair):
    import slicer

    pair[1].GetDisplayNode().SetAndObserveColorNodeID("vtkMRMLColorTableNodeRainbow")
    red = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")[0]
    red.SetCompositing(red.Subtract)
    before = state(host)
    assert not overlay.isActive()
    overlay.show(*pair)
    assert overlay.isActive() and state(host) != before
    overlay.show(pair[1], pair[0], 0.7)
    overlay.close()
    assert not overlay.isActive()
    assert state(host) == before
    overlay.close()
    assert state(host) == before


def test_a_volume_without_display_has_none_afterwards(host, overlay, pair):
    import slicer

    bare = slicer.util.addVolumeFromArray(np.ones((4, 4, 4), np.float32), None, "bare")
    slicer.mrmlScene.RemoveNode(bare.GetDisplayNode()) if bare.GetDisplayNode() else None
    before = node_ids()
    overlay.show(pair[0], bare)
    assert bare.GetDisplayNode() is not None
    overlay.close()
    assert node_ids() == before


@pytest.mark.parametrize("gone", [0, 1])
@pytest.mark.parametrize("what", ["volume", "display"])
def test_what_was_removed_meanwhile_stays_gone(gone, what, host, overlay, pair):
    import slicer

    other = pair[1 - gone]
    overlay.show(*pair)
    slicer.mrmlScene.RemoveNode(pair[gone] if what == "volume" else pair[gone].GetDisplayNode())
    overlay.setBalance(0.7)
    overlay.close()
    assert other.GetDisplayNode().GetColorNodeID() == "vtkMRMLColorTableNodeGrey"
    assert {shown[1] for shown in layers().values()} == {None}
    host.check()


def test_no_volume_is_held(overlay, pair):
    import slicer

    overlay.show(*pair)
    gone = deleted(pair[1])
    slicer.mrmlScene.RemoveNode(pair.pop())
    assert gone


def deleted(node):
    """A list that gets an entry when the node's memory is freed."""
    gone = []
    node.AddObserver("DeleteEvent", lambda caller, event: gone.append(True))
    return gone


def test_a_scene_that_is_closed_meanwhile_is_forgotten(host, overlay, pair):
    import slicer

    overlay.show(*pair)
    slicer.mrmlScene.Clear(0)
    assert not overlay.isActive()
    again = ball("fixed", 0)  # it may get the ID of the one that is gone
    again.GetDisplayNode().SetAndObserveColorNodeID("vtkMRMLColorTableNodeRainbow")
    before = state(host)
    overlay.close()
    assert state(host) == before


def test_a_saving_that_is_told_sees_the_user_s_colors(host, overlay, pair):

    before = state(host)
    overlay.show(*pair, 0.8)
    shown = state(host)
    with told_saving():
        assert state(host) == before
    assert state(host) == shown
    overlay.close()
    assert state(host) == before


@pytest.mark.parametrize("name", ["scene.mrb", "scene.mrml"])
def test_a_scene_saved_meanwhile_opens_with_the_user_s_colors(name, host, overlay, pair, tmp_path):
    """Slicer does not tell that it saves."""
    import slicer
    from NODEORegistrationLib.scene.Loan import settleLoans

    for volume in pair:
        assert slicer.util.saveNode(volume, str(tmp_path / f"{volume.GetName()}.nrrd"))
    before = layers()
    overlay.show(*pair)
    assert slicer.util.saveScene(str(tmp_path / name))
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(tmp_path / name), {"clear": True})
    settleLoans()
    assert layers() == before
    for volume in ("fixed", "moving"):
        assert slicer.util.getNode(volume).GetDisplayNode().GetColorNodeID() == "vtkMRMLColorTableNodeGrey"
    assert "borrowed" not in host.snapshot()
