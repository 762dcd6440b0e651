"""A sentence that says why something cannot be done, and what it is about."""


class Reason(str):
    """A sentence, empty if there is nothing to say, and what it is about.

    Attributes:
        parameter: the name of the parameter that is missing or wrong, or an empty text.
    """

    def __new__(cls, text, parameter=""):
        reason = super().__new__(cls, text)
        reason.parameter = parameter
        return reason


def isDeformed(node):
    """Whether a parent transform deforms a node."""
    parent = node.GetParentTransformNode()
    return parent is not None and not parent.IsTransformToWorldLinear()
