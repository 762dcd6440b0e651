"""What stands before a field belongs to it: a screen reader says it, and its tool tip is the field's."""

_FIELDS = ("", "Selector", "ComboBox", "SpinBox", "CheckBox", "Slider", "LineEdit", "FixedSelector")


def nameFields(ui):
    """Bind each label of the panel to the field of its name: ``seedLabel`` to ``seedSpinBox``.

    Args:
        ui: the widgets of the panel.
    """
    for name in dir(ui):
        if name.endswith("Label"):
            stem = name[: -len("Label")]
            field = next((getattr(ui, stem + end) for end in _FIELDS if hasattr(ui, stem + end)), None)
            if field is not None:
                label = getattr(ui, name)
                label.setBuddy(field)
                if not label.toolTip:
                    label.toolTip = field.toolTip
