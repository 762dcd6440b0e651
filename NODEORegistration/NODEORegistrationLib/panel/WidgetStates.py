"""Which widgets can be used: those whose choice has an effect."""

from ..Parameters import OUTPUTS, InitialTransform, Kernel, Model, Similarity

_PAPER_WIDGETS = ("bottleneckSpinBox", "decoderSpinBox", "velocityGainSpinBox", "publishedArithmeticCheckBox")


def updateWidgetStates(ui, parameters):
    """Enable what has an effect with the parameters as they are, and disable the rest."""
    ui.initialTransformSelector.enabled = parameters.initial == InitialTransform.NODE
    smooths = parameters.kernel != Kernel.NONE
    for widget in (ui.kernelWindowSpinBox, ui.kernelWindowUnitComboBox, ui.kernelPassesSpinBox):
        widget.enabled = smooths
    ui.jacobianFloorSpinBox.enabled = parameters.lambda_J > 0
    ui.lnccWindowSpinBox.enabled = parameters.similarity == Similarity.LNCC
    ui.timeModesSpinBox.enabled = parameters.model == Model.FLOW
    for name in _PAPER_WIDGETS:
        getattr(ui, name).enabled = parameters.model == Model.PAPER
    for create, node in OUTPUTS.values():
        getattr(ui, f"{node}Selector").enabled = getattr(parameters, create)
