"""What the engine's hints are called in the panel, whose controls are not those of the command line."""

from slicer.i18n import tr as _

_HINTS = {  # code of the engine → remedy; what is not here says the same to everyone
    "device": _("Choose another device under Advanced: Automatic, or CPU."),
    "histograms": _("Switch Match histograms off under Advanced."),
    "initial": _("Choose another initial transform under Masks and initial transform, such as Rigid or Affine."),
    "masks": _("Choose other masks, or none, under Masks and initial transform; or another initial transform there."),
    "memory": _("Choose the preset Fast, crop the volumes (Crop Volume), or close other programs."),
    "points": _("Look at the points under Guidance: each has to lie in its own volume."),
    "overlap": _(
        "Choose Automatic, Align the centers, Rigid or Affine under Masks and initial transform, or look where the"
        " volumes lie in space."
    ),
    "package": _("Press Register again: the package is then offered for installation."),
    "settings": _("Choose a preset again: it puts all settings back to values that go together."),
}


def remedy(event):
    """The hint of an error event of the worker, in the panel's words."""
    code, hint = event.get("code"), event.get("hint") or ""
    if code == "settings" and hint and "--" not in hint:  # it names the setting that was meant
        return hint
    return _HINTS.get(code) or hint
