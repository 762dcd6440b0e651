"""How values of each type are kept as text and references in a vtkMRMLScriptedModuleNode; the annotations of types."""

from __future__ import annotations

import enum
import pathlib
import types
import typing
from collections.abc import MutableSequence
from dataclasses import dataclass
from typing import Annotated, Any

import slicer

PATHS = (pathlib.Path, pathlib.PosixPath, pathlib.PurePath, pathlib.PurePosixPath)


class Validator:
    """Base class of the annotations that refuse values."""

    def validate(self, value) -> None:
        raise NotImplementedError


class NotNone(Validator):
    def validate(self, value):
        if value is None:
            raise ValueError("Value must not be None")


@dataclass
class IsInstance(Validator):
    classtype: Any

    def validate(self, value):
        if value is not None and not isinstance(value, self.classtype):
            raise TypeError(f"Value must be of type {self.classtype}, is {value!r}")


@dataclass
class WithinRange(Validator):
    minimum: float
    maximum: float

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value must be within range [{self.minimum}, {self.maximum}], is {value}")


@dataclass
class Minimum(Validator):
    minimum: float

    def validate(self, value):
        if value < self.minimum:
            raise ValueError(f"Value must not be below {self.minimum}, is {value}")


@dataclass
class Maximum(Validator):
    maximum: float

    def validate(self, value):
        if value > self.maximum:
            raise ValueError(f"Value must not be above {self.maximum}, is {value}")


@dataclass
class Choice(Validator):
    choices: Any

    def validate(self, value):
        if value not in self.choices:
            raise ValueError(f"Value is {value}, but must be one of {self.choices}")


@dataclass
class Decimals:
    value: int


@dataclass
class SingleStep:
    value: float


class Default:
    """The value of a parameter that nobody has set."""

    def __init__(self, value=None, *, generator=None):
        self._value = value
        self._generator = generator

    @property
    def value(self):
        return self._generator() if self._generator else self._value


def split(annotated) -> tuple[Any, list]:
    """A type and its annotations."""
    plain, *annotations = typing.get_args(Annotated[annotated, None])
    return plain, annotations[:-1]


def find(annotations, kind):
    return next((entry for entry in annotations if isinstance(entry, kind)), None)


class Codec:
    """Writes and reads values of one type: this one, anything that is one text."""

    def __init__(self, toText, fromText, default, *validators):
        self.toText, self.fromText = toText, fromText
        self.default = lambda: default
        self.validators = list(validators)

    def validate(self, value):
        for validator in self.validators:
            validator.validate(value)

    def isIn(self, node, name):
        return node.HasParameter(name)

    def write(self, node, name, value):
        self.validate(value)
        node.SetParameter(name, self.toText(value))

    def read(self, node, name):
        return self.fromText(node.GetParameter(name))

    def remove(self, node, name):
        node.UnsetParameter(name)

    def accepts(self, value) -> bool:
        try:
            self.validate(value)
        except (TypeError, ValueError):
            return False
        return True


class NodeCodec(Codec):
    def __init__(self, kind):
        super().__init__(None, None, None, IsInstance(kind))

    def write(self, node, name, value):
        self.validate(value)
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)

    def remove(self, node, name):
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class UnionCodec(Codec):
    """The number of the alternative is part of the parameter's name: `fixed.0`."""

    def __init__(self, kinds):
        super().__init__(None, None, None)
        self.codecs = [codec(kind) for kind in kinds]
        self.hasNone = type(None) in kinds
        if not self.hasNone:
            self.default = self.codecs[0].default

    def _choose(self, value):
        order = reversed(list(enumerate(self.codecs))) if value is None else enumerate(self.codecs)
        for index, candidate in order:
            if candidate.accepts(value):
                return index, candidate
        raise TypeError(f"No alternative takes {value!r}")

    def validate(self, value):
        super().validate(value)
        self._choose(value)

    def isIn(self, node, name):
        return any(entry.isIn(node, f"{name}.{index}") for index, entry in enumerate(self.codecs))

    def write(self, node, name, value):
        self.validate(value)
        index, chosen = self._choose(value)
        with slicer.util.NodeModify(node):
            self.remove(node, name)
            chosen.write(node, f"{name}.{index}", value)

    def read(self, node, name):
        for index, entry in enumerate(self.codecs):
            if entry.isIn(node, f"{name}.{index}"):
                return entry.read(node, f"{name}.{index}")
        raise KeyError(name)

    def remove(self, node, name):
        for index, entry in enumerate(self.codecs):
            entry.remove(node, f"{name}.{index}")


class ListCodec(Codec):
    def __init__(self, kind):
        super().__init__(None, None, None)
        self.default = list
        self.element = codec(kind)

    def validate(self, value):
        super().validate(value)
        for entry in value:
            self.element.validate(entry)

    def isIn(self, node, name):
        return node.HasParameter(f"{name}.len")

    def write(self, node, name, value):
        value = list(value)
        self.validate(value)
        with slicer.util.NodeModify(node):
            self.remove(node, name)
            for index, entry in enumerate(value):
                self.element.write(node, f"{name}.{index}", entry)
            node.SetParameter(f"{name}.len", str(len(value)))

    def read(self, node, name):
        count = int(node.GetParameter(f"{name}.len") or 0)
        return ObservedList(self, node, name, [self.element.read(node, f"{name}.{index}") for index in range(count)])

    def remove(self, node, name):
        for index in range(int(node.GetParameter(f"{name}.len") or 0)):
            self.element.remove(node, f"{name}.{index}")
        node.UnsetParameter(f"{name}.len")


class ObservedList(MutableSequence):
    """A list which writes itself into the node when it is changed."""

    def __init__(self, codec_, node, name, values):
        self._where, self._values = (codec_, node, name), values

    def _save(self):
        codec_, node, name = self._where
        try:
            codec_.write(node, name, self._values)
        finally:
            self._values = codec_.read(node, name)._values

    def __getitem__(self, index):
        return self._values[index]

    def __setitem__(self, index, value):
        self._values[index] = value
        self._save()

    def __delitem__(self, index):
        del self._values[index]
        self._save()

    def __len__(self):
        return len(self._values)

    def insert(self, index, value):
        self._values.insert(index, value)
        self._save()

    def __eq__(self, other):
        return self._values == (other._values if isinstance(other, ObservedList) else other)

    __hash__ = None

    def __repr__(self):
        return f"ObservedList({self._values})"

    def __add__(self, other):
        raise NotImplementedError("Adding an ObservedList is not supported. However, += is supported.")

    __radd__ = __mul__ = __rmul__ = __add__


def _enumCodec(kind: type[enum.Enum]) -> Codec:
    def fromText(text):
        if text not in kind.__members__:
            raise ValueError(f"Found {text!r} in parameter node but it is not a name in {kind!r}")
        return kind[text]

    return Codec(lambda value: value.name, fromText, next(iter(kind)), IsInstance(kind))


def _plainCodec(kind) -> Codec:
    if kind is bool:
        return Codec(str, lambda text: text == "True", False, NotNone(), IsInstance(bool))
    if kind is int:
        return Codec(str, int, 0, NotNone(), IsInstance(int))
    if kind is float:
        return Codec(str, float, 0, NotNone(), IsInstance((int, float)))
    if kind is str:
        return Codec(str, str, "", NotNone(), IsInstance(str))
    if kind in PATHS:
        return Codec(str, kind, kind(), NotNone(), IsInstance(kind))
    if kind is type(None):
        none = Codec(lambda value: "True", lambda text: None, None)
        none.accepts = lambda value: value is None
        return none
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return UnionCodec(arguments)
    if origin is list:
        return ListCodec(*arguments)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enumCodec(kind)
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return NodeCodec(kind)
    if hasattr(kind, "_packCodec"):
        return kind._packCodec()
    raise TypeError(f"Unable to create serializer for type: {kind}")


def codec(annotated) -> Codec:
    """What writes and reads values of this type, its annotated validators included."""
    kind, annotations = split(annotated)
    made = _plainCodec(kind)
    made.validators += [entry for entry in annotations if isinstance(entry, Validator)]
    return made
