"""Which widgets can be used: those whose choice has an effect."""

from ..Parameters import OUTPUTS, InitialTransform, Kernel, Model, Similarity

_PAPER_ROWS = ("bottleneck", "decoder", "velocityGain", "publishedArithmetic")


def updateWidgetStates(ui, parameters):
    """Enable what has an effect with the parameters as they are, and disable the rest; hide what is another model's."""
    ui.initialTransformSelector.enabled = parameters.initial == InitialTransform.NODE
    smooths = parameters.kernel != Kernel.NONE
    for widget in (ui.kernelWindowSpinBox, ui.kernelWindowUnitComboBox, ui.kernelPassesSpinBox):
        widget.enabled = smooths
    ui.jacobianFloorSpinBox.enabled = parameters.lambda_J > 0
    ui.lnccWindowSpinBox.enabled = parameters.similarity in (Similarity.LNCC, Similarity.AUTO)
    paper = parameters.model == Model.PAPER
    for widget in _row(ui, "timeModes"):
        widget.visible = not paper
    for widget in (widget for row in _PAPER_ROWS for widget in _row(ui, row)):
        widget.visible = paper
    for create, node in OUTPUTS.values():
        getattr(ui, f"{node}Selector").enabled = getattr(parameters, create)


def _row(ui, name):
    """The label of a row and what it is the label of."""
    kinds = ("Label", "SpinBox", "CheckBox")
    return [getattr(ui, name + kind) for kind in kinds if hasattr(ui, name + kind)]
