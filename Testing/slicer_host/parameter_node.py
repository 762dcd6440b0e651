"""The module `slicer.parameterNodeWrapper`: typed access to a vtkMRMLScriptedModuleNode, and packs of values."""

from __future__ import annotations

import typing
import weakref
from typing import Any

import slicer
import vtk

from .faults import guarded
from .parameter_gui import SlicerParameterNamePropertyName, createGuiConnector, widgetsByParameter
from .parameter_types import (
    Choice,
    Codec,
    Decimals,
    Default,
    IsInstance,
    Maximum,
    Minimum,
    NotNone,
    SingleStep,
    Validator,
    WithinRange,
    codec,
    find,
    split,
)

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "IsInstance",
    "Maximum",
    "Minimum",
    "NotNone",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "Validator",
    "WithinRange",
    "isParameterNodeWrapper",
    "isParameterPack",
    "parameterNodeWrapper",
    "parameterPack",
]

RESERVED_IN_PACK = ("allParameters", "getValue", "setValue", "dataType")
RESERVED = (
    *RESERVED_IN_PACK,
    *("default", "isCached", "connectGui", "disconnectGui", "connectParametersToGui"),
    *("StartModify", "EndModify", "AddObserver", "RemoveObserver", "Modified"),
)


class Parameter:
    """One declared field, under the names that Slicer's own record of it has."""

    def __init__(self, owner: type, name: str, annotated: Any) -> None:
        self.basename, self.unalteredType = name, annotated
        try:
            self.serializer: Codec = codec(annotated)
        except Exception as error:
            raise Exception(f"Unable to create serializer for {owner} member {name}") from error
        declared = Default(getattr(owner, name)) if hasattr(owner, name) else find(split(annotated)[1], Default)
        self.default = declared or Default(generator=self.serializer.default)


def _declared(cls: type, reserved: tuple[str, ...]) -> dict[str, Parameter]:
    hints = typing.get_type_hints(cls, include_extras=True)
    for name in reserved:
        if name in hints or hasattr(cls, name):
            raise ValueError(f"Cannot use reserved name '{name}'")
    return {name: Parameter(cls, name, annotated) for name, annotated in hints.items()}


def _dataType(cls: type, name: str) -> Any:
    top, _, rest = name.partition(".")
    if top not in cls.allParameters:
        raise ValueError(f"Cannot find a param with the given name: {top}; there are {list(cls.allParameters)}")
    annotated = cls.allParameters[top].unalteredType
    return split(annotated)[0].dataType(rest) if rest else annotated


# --- packs ---


class PackCodec(Codec):
    """Fields stand beside each other in the node: `pack.field`."""

    def __init__(self, kind):
        super().__init__(None, None, None, NotNone(), IsInstance(kind))
        self.kind, self.default = kind, kind

    def _fields(self, name):
        return [(field, f"{name}.{field}", entry.serializer) for field, entry in self.kind.allParameters.items()]

    def isIn(self, node, name):
        _, full, first = self._fields(name)[0]
        return first.isIn(node, full)

    def write(self, node, name, value):
        self.validate(value)
        with slicer.util.NodeModify(node):
            for field, full, entry in self._fields(name):
                entry.write(node, full, value._values[field])

    def read(self, node, name):
        values = {field: entry.read(node, full) for field, full, entry in self._fields(name)}
        return self.kind._observed(node, name, self, values)

    def remove(self, node, name):
        for _, full, entry in self._fields(name):
            entry.remove(node, full)


class PackMethods:
    """What every pack can do."""

    def __init__(self, *arguments, **named):
        self.__dict__["_values"] = {name: entry.default.value for name, entry in self.allParameters.items()}
        unknown = set(named) - set(self.allParameters)
        if unknown or len(arguments) > len(self.allParameters):
            raise TypeError(f"{type(self).__name__} has no fields {unknown or arguments}")
        for name, value in {**dict(zip(self.allParameters, arguments, strict=False)), **named}.items():
            setattr(self, name, value)

    def getValue(self, name):
        top, _, rest = name.partition(".")
        self.dataType(name)
        return getattr(self, top).getValue(rest) if rest else getattr(self, top)

    def setValue(self, name, value):
        top, _, rest = name.partition(".")
        self.dataType(name)
        if rest:
            getattr(self, top).setValue(rest, value)
        else:
            setattr(self, top, value)

    def _saved(self):
        pass

    def __eq__(self, other):
        return isinstance(other, PackMethods) and self._values == other._values

    __hash__ = None

    def __repr__(self):
        fields = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"{type(self).__name__}({fields})"


def _packProperty(name: str, entry: Parameter) -> property:
    def write(self, value):
        entry.serializer.validate(value)
        self._values[name] = value
        self._saved()

    return property(lambda self: self._values[name], write)


def _observedPack(cls: type) -> type:
    """The pack that a parameter node gives out: it writes itself into the node, and takes no other attributes."""

    class Observed(cls):
        def __init__(self, node, name, packCodec, values):
            self.__dict__.update(_values=values, _where=(node, name, packCodec), _saving=False)

        def __setattr__(self, name, value):
            if name not in cls.allParameters and not isinstance(getattr(type(self), name, None), property):
                raise AttributeError(f"{cls.__name__} has no attribute '{name}' and none can be added")
            super().__setattr__(name, value)

        def _saved(self):
            node, name, packCodec = self._where
            if not self._saving:
                self.__dict__["_saving"] = True
                try:
                    packCodec.write(node, name, self)
                finally:
                    self.__dict__["_saving"] = False

    Observed.__name__ = Observed.__qualname__ = f"Observed{cls.__name__}"
    return Observed


def parameterPack(cls=None):
    """Class decorator: a group of fields that may be a parameter."""
    if cls is None:
        return parameterPack
    cls.allParameters = _declared(cls, RESERVED_IN_PACK)
    if not cls.allParameters:
        raise ValueError("Unable to find any members in parameterPack")
    for name, entry in cls.allParameters.items():
        try:
            entry.serializer.validate(entry.default.value)
        except Exception as error:
            raise ValueError(f"The default of '{name}' fails the validation checks: {error}") from error
        setattr(cls, name, _packProperty(name, entry))
    own = cls.__dict__.get("__init__")
    for name, method in vars(PackMethods).items():
        if callable(method) and (name not in cls.__dict__ or name == "__init__"):
            setattr(cls, name, method)
    cls.__eq__ = lambda self, other: getattr(other, "_values", None) == self._values
    cls.__hash__ = None
    if own:

        def initialise(self, *arguments, **named):
            PackMethods.__init__(self)
            own(self, *arguments, **named)

        cls.__init__ = initialise
    cls.dataType = classmethod(_dataType)
    cls._packCodec = classmethod(PackCodec)
    cls._observed = _observedPack(cls)
    return cls


def isParameterPack(thing) -> bool:
    return hasattr(thing, "_packCodec")


# --- the wrapper ---


class WrapperMethods:
    """What every wrapped parameter node can do; nothing else of the node is reachable but by `.parameterNode`."""

    def __init__(self, parameterNode, prefix=None):
        self.parameterNode = parameterNode
        self._prefix = prefix or ""
        self._cache: dict[str, Any] = {}
        self._writing: str | None = None
        self._guis: dict[int, tuple[dict, int]] = {}
        self._nextGui = 0
        self._updatingGui = False
        for name in self.allParameters:
            self._refresh(name)
        itself = weakref.ref(self)

        def onModified(*_):
            wrapper = itself()
            for name in wrapper.allParameters if wrapper is not None else ():
                if name != wrapper._writing:
                    guarded(wrapper._refresh)(name)

        tag = parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, onModified)
        weakref.finalize(self, parameterNode.RemoveObserver, tag).atexit = False

    def _refresh(self, name):
        """Read a value from the node; one that is missing gets its default there."""
        entry, full = self.allParameters[name], self._prefix + name
        if not entry.serializer.isIn(self.parameterNode, full):
            entry.serializer.write(self.parameterNode, full, entry.default.value)
        self._cache[name] = entry.serializer.read(self.parameterNode, full)

    def _write(self, name, value):
        before, self._writing = self._writing, name
        try:
            with slicer.util.NodeModify(self.parameterNode):
                self.allParameters[name].serializer.write(self.parameterNode, self._prefix + name, value)
                self._refresh(name)
        finally:
            self._writing = before

    def default(self, name):
        self.dataType(name)
        return self.allParameters[name].default

    def isCached(self, name):
        self.dataType(name)
        return True

    def getValue(self, name):
        self.dataType(name)
        top, _, rest = name.partition(".")
        return self._cache[top].getValue(rest) if rest else self._cache[top]

    def setValue(self, name, value):
        self.dataType(name)
        top, _, rest = name.partition(".")
        if rest:
            self._cache[top].setValue(rest, value)
        else:
            self._write(top, value)

    # --- the widgets ---

    def connectGui(self, gui):
        """Slicer forgets to return the tag: what is connected so can never be disconnected."""
        self.connectParametersToGui(widgetsByParameter(gui))

    def connectParametersToGui(self, mapping):
        types = {name: self.dataType(name) for name in mapping}
        connectors = {name: createGuiConnector(widget, types[name]) for name, widget in mapping.items()}
        tag = self._nextGui
        self._nextGui += 1
        for name, connector in connectors.items():
            connector.write(self.getValue(name))
            connector.onChanged(lambda name=name, connector=connector: self._fromGui(name, connector))
        self._guis[tag] = connectors, self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._toGui())
        return tag

    def disconnectGui(self, tag):
        connectors, observer = self._guis.pop(tag, ({}, None))
        for connector in connectors.values():
            connector.onChanged(None)
        if observer is not None:
            self.RemoveObserver(observer)

    def _fromGui(self, name, connector):
        with slicer.util.NodeModify(self):
            if not self._updatingGui:
                self.setValue(name, connector.read())

    def _toGui(self):
        if self._updatingGui:
            return
        self._updatingGui = True
        try:
            with slicer.util.NodeModify(self):
                for connectors, _ in self._guis.values():
                    for name, connector in connectors.items():
                        connector.write(self.getValue(name))
        finally:
            self._updatingGui = False

    # --- the node ---

    def StartModify(self):
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified):
        return self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event, callback, priority=0.0):
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag):
        return self.parameterNode.RemoveObserver(tag)

    def Modified(self):
        return self.parameterNode.Modified()


def _wrapperProperty(name: str) -> property:
    return property(lambda self: self._cache[name], lambda self, value: self._write(name, value))


def parameterNodeWrapper(cls=None):
    """Class decorator: every annotated field becomes a parameter of the node."""
    if cls is None:
        return parameterNodeWrapper
    cls.allParameters = _declared(cls, RESERVED)
    for name in cls.allParameters:
        setattr(cls, name, _wrapperProperty(name))
    for name, method in vars(WrapperMethods).items():
        if callable(method):
            setattr(cls, name, method)
    cls.dataType = classmethod(_dataType)
    cls._isParameterNodeWrapper = True
    return cls


def isParameterNodeWrapper(thing) -> bool:
    return getattr(thing, "_isParameterNodeWrapper", False)
