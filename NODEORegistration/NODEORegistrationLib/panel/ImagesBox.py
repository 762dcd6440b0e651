"""What the images are, in words: another look at the similarity, so that the two cannot disagree."""

from slicer.i18n import tr as _

from ..Parameters import Similarity

# What is offered, the similarity that stands for it, and the others that are of its kind.
_CHOICES = (
    (_("Same kind of scan"), Similarity.LNCC, (Similarity.MSE,)),
    (_("Different kinds"), Similarity.DIFFERENT, (Similarity.MI, Similarity.MIND)),
    (_("Find out"), Similarity.AUTO, ()),
)


class ImagesBox:
    """Shows the kind of the similarity that is chosen under Advanced; whoever chooses a kind chooses a similarity.

    Args:
        ui: the widgets of the panel.
    """

    def __init__(self, ui):
        self._box = ui.imagesComboBox
        self._parameters = None
        for title, _similarity, _others in _CHOICES:
            self._box.addItem(title)
        self._box.connect("activated(int)", self._onChosen)

    def follow(self, parameters):
        """Show what the parameters say; None: nothing is followed any more."""
        self._parameters = parameters
        if parameters is not None:
            self._box.currentIndex = _kind(parameters.similarity)

    def _onChosen(self, index):
        """A person has chosen a kind: the one that is shown already keeps its similarity."""
        if self._parameters is not None and index != _kind(self._parameters.similarity):
            self._parameters.similarity = _CHOICES[index][1]


def _kind(similarity):
    """Which of the choices a similarity belongs to."""
    return next(
        index for index, (_title, own, others) in enumerate(_CHOICES) if similarity == own or similarity in others
    )
