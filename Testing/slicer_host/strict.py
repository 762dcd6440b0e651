"""PySide made as strict as PythonQt: properties are attributes, and whatever PythonQt refuses raises."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinMethodType, FunctionType, MethodDescriptorType, MethodType
from typing import Any

import numpy
import shiboken6
from PySide6 import QtCore

from .faults import guarded

QObject = QtCore.QObject
_cppMetaObject, _cppProperty, _cppSetProperty = QObject.metaObject, QObject.property, QObject.setProperty
_native: dict[type, Callable] = {}  # PySide's own look-up of attributes, class by class
_properties: dict[tuple[type, str], dict[str, bool]] = {}  # class → {property: writable}
_slots: dict[tuple[int, str], list[tuple[Callable, Callable]]] = {}  # (object, signal) → [(wanted, connected)]
_watched: set[int] = set()
_timers: set[QObject] = set()
_shot: list[Callable] = []  # see _singleShot
_loading: list[bool] = []
_kept: dict[int, Any] = {}  # Python halves that live as long as their C++ halves


class WrongSignatureError(AssertionError):
    """PythonQt would print a line and return False; nobody would notice that the slot is never called."""


def install(classes: Iterable[type]) -> None:
    """Change the classes of PySide in place, once and for all."""
    classes = list(classes)
    _native.update({cls: cls.__getattribute__ for cls in classes if issubclass(cls, QObject)})
    for cls in classes:
        if issubclass(cls, QObject):
            cls.__getattribute__, cls.__setattr__ = _getattribute, _setattr
            if "exec_" in vars(cls):
                cls.exec_ = vars(cls)["exec"]
        elif issubclass(cls, shiboken6.Object):
            cls.__setattr__ = _setValueAttribute
    QObject.__bool__ = lambda self: shiboken6.isValid(self)
    metaclass = type(QObject)
    construct = metaclass.__call__

    def call(cls, *arguments, **named):
        if cls.__module__.startswith("PySide6"):
            _refuse(cls.__name__, arguments, named)
        return construct(cls, *arguments, **named)

    metaclass.__call__ = call
    QtCore.QTimer.singleShot = staticmethod(_singleShot)


def _singleShot(milliseconds: int, function: Callable) -> None:
    """PythonQt never lets go of the function: what it holds stays in memory to the end."""
    _shot.append(function)
    timer = QtCore.QTimer()
    _timers.add(timer)
    timer.singleShot = True
    timer.timeout.connect(lambda: (_timers.discard(timer), function()))
    timer.start(milliseconds)


def keep(thing: QObject) -> None:
    """Hold the Python half of an object until its C++ half is destroyed."""
    _kept[_address(thing)] = thing


def _address(thing: QObject) -> int:
    """The C++ object's address; what is kept under it goes when the object is destroyed."""
    address = shiboken6.getCppPointer(thing)[0]
    if address not in _watched:
        _watched.add(address)
        _attribute(thing, "destroyed").connect(lambda: _forget(address))
    return address


def override(thing: QObject, name: str, function: Callable) -> None:
    """Reimplement a virtual method that is a property, too, such as `sizeHint`: C++ looks among the instance's own."""
    thing.__dict__[name] = function


def _forget(address: int) -> None:
    _watched.discard(address)
    _kept.pop(address, None)
    for key in [key for key in _slots if key[0] == address]:
        del _slots[key]


def _isUsersClass(thing: Any) -> bool:
    return not type(thing).__module__.startswith(("PySide6", "slicer_host"))


def _propertiesOf(thing: QObject) -> dict[str, bool]:
    meta = _cppMetaObject(thing)
    key = (type(thing), meta.className())
    if key not in _properties:
        listed = (meta.property(index) for index in range(meta.propertyCount()))
        _properties[key] = {entry.name(): entry.isWritable() for entry in listed}
    return _properties[key]


def _refuse(what: str, arguments: tuple, named: dict) -> None:
    """What PythonQt cannot convert: keyword arguments, paths, numbers of numpy."""
    if named:
        raise TypeError(f"{what}() takes no keyword arguments in PythonQt: {', '.join(named)}")
    for argument in arguments:
        if isinstance(argument, os.PathLike):
            raise TypeError(f"{what}() cannot convert the path {argument!r}: pass str(path)")
        if isinstance(argument, numpy.generic | numpy.ndarray) and not isinstance(argument, int | float | str):
            raise TypeError(f"{what}() cannot convert {argument!r}: pass a plain number")


def _converted(value: Any) -> Any:
    return tuple(value) if type(value) is list else value


def _alive(thing: QObject, name: str) -> None:
    if not shiboken6.isValid(thing):
        raise ValueError(f"Trying to use '{name}' of a deleted {type(thing).__name__} object")


def _attribute(self: QObject, name: str) -> Any:
    value = object.__getattribute__(self, name)
    if isinstance(value, BuiltinMethodType) and value.__self__ is not self:  # static, and a method under the same name
        cls = type(self)
        if cls not in _native:
            _native[cls] = next(_native[base] for base in cls.__mro__ if base in _native)
        return _native[cls](self, name)
    return value


def _getattribute(self: QObject, name: str) -> Any:
    if name.startswith("_"):
        return _attribute(self, name)
    _alive(self, name)
    if name in ("connect", "disconnect"):
        return MethodType(_connect if name == "connect" else _disconnect, self)
    known = _propertiesOf(self)
    if name == "name" and name not in known:
        name = "objectName"
    if name in known:
        if name in self.__dict__:  # see override()
            return self.__dict__[name]()
        getter = getattr(type(self), name, None)
        return _converted(getter(self) if isinstance(getter, MethodDescriptorType) else _cppProperty(self, name))
    value = _attribute(self, name)
    if isinstance(value, QtCore.SignalInstance):
        return Signal(self, name, value)
    return Method(value) if isinstance(value, BuiltinMethodType) else value


def _setattr(self: QObject, name: str, value: Any) -> None:
    if name.startswith("_") and type(self).__module__.startswith("slicer_host"):
        _store(self, name, value)
        return
    if isinstance(value, QtCore.SignalInstance):  # PySide keeps a signal on its object at the first use
        self.__dict__[name] = value
        return
    _alive(self, name)
    known = _propertiesOf(self)
    if name == "name" and name not in known:
        name = "objectName"
    if name in known:
        _assign(self, name, value, known[name])
    elif _isUsersClass(self):
        _store(self, name, value)
    elif not _loading:
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}', and PythonQt lets nobody add one")


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """PySide's loader of `.ui` files makes attributes of the children; PythonQt's does not: they are dropped."""
    _loading.append(True)
    yield
    _loading.clear()


def _store(self: Any, name: str, value: Any) -> None:
    """An ordinary attribute of a Python class derived from one of Qt's."""
    descriptor = getattr(type(self), name, None)
    if hasattr(type(descriptor), "__set__"):
        descriptor.__set__(self, value)
    else:
        self.__dict__[name] = value


def _assign(self: QObject, name: str, value: Any, writable: bool) -> None:
    if not writable:
        raise AttributeError(f"Property '{name}' of {type(self).__name__} is not writable")
    message = f"Property '{name}' of {type(self).__name__} cannot be assigned from {value!r}"
    if value is None:
        raise AttributeError(message)
    _refuse(f"{type(self).__name__}.{name}", (value,), {})
    setter = getattr(type(self), f"set{name[0].upper()}{name[1:]}", None)
    try:
        done = setter(self, value) if isinstance(setter, MethodDescriptorType) else _cppSetProperty(self, name, value)
    except TypeError as error:
        raise AttributeError(message) from error
    if done is False:
        raise AttributeError(message)


def _setValueAttribute(self: Any, name: str, value: Any) -> None:
    if not _isUsersClass(self):
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}', and PythonQt lets nobody add one")
    _store(self, name, value)


class Method:
    """A method of a C++ object: positional arguments only, lists come back as tuples."""

    __slots__ = ("_method",)

    def __init__(self, method: BuiltinMethodType) -> None:
        self._method = method

    def __call__(self, *arguments, **named):
        _refuse(self._method.__name__, arguments, named)
        return _converted(self._method(*arguments))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and self._method == other._method

    def __hash__(self) -> int:
        return hash(self._method)

    def __repr__(self) -> str:
        return f"<{self._method.__name__} of {type(self._method.__self__).__name__}>"


class Signal:
    """A signal of an object, as an attribute: `button.clicked.connect(f)`."""

    __slots__ = ("_owner", "_signal", "_signature")

    def __init__(self, owner: QObject, name: str, signal: QtCore.SignalInstance) -> None:
        self._owner = owner
        self._signal = signal
        same = [entry for entry in _signals(owner) if entry.startswith(f"{name}(")]
        self._signature = max(same, key=_parameters)

    def connect(self, slot: Callable) -> bool:
        return _attach(self._owner, self._signature, self._signal, slot)

    def disconnect(self, slot: Callable) -> bool:
        return _detach(self._owner, self._signature, self._signal, slot)

    def emit(self, *arguments) -> None:
        self._signal.emit(*arguments)

    __call__ = emit


def _signals(thing: QObject) -> list[str]:
    meta = _cppMetaObject(thing)
    methods = (meta.method(index) for index in range(meta.methodCount()))
    return [bytes(m.methodSignature()).decode() for m in methods if m.methodType() == QtCore.QMetaMethod.Signal]


def _findSignal(self: QObject, signature: str) -> tuple[str, QtCore.SignalInstance]:
    """The signal of a C++ signature such as "clicked(bool)"; (normalised signature, signal)."""
    normal = bytes(QtCore.QMetaObject.normalizedSignature(signature)).decode()
    listed = getattr(type(self), "SIGNATURES", {})
    if normal in listed:
        return normal, _attribute(self, listed[normal])
    if normal not in _signals(self):
        known = [entry for entry in _signals(self) if "PyObject" not in entry]
        raise WrongSignatureError(
            f"{type(self).__name__} has no signal '{signature}'; it has {sorted([*known, *listed])}"
        )
    return normal, _attribute(self, normal.split("(")[0])


def _connect(self: QObject, signature: str, target: Any, slot: str | None = None) -> bool:
    """`connect("clicked()", f)` or `connect("clicked()", receiver, "setFocus()")`."""
    if slot is not None:
        target = getattr(target, slot.split("(")[0])
    return _attach(self, *_findSignal(self, signature), target)


def _disconnect(self: QObject, signature: str, target: Any, slot: str | None = None) -> bool:
    if slot is not None:
        target = getattr(target, slot.split("(")[0])
    return _detach(self, *_findSignal(self, signature), target)


def _attach(owner: QObject, signature: str, signal: QtCore.SignalInstance, slot: Callable) -> bool:
    if not callable(slot):
        raise WrongSignatureError(f"{signature} cannot be connected to {slot!r}: it cannot be called")
    connected = _receiver(slot, _parameters(signature))
    signal.connect(connected)
    _slots.setdefault((_address(owner), signature), []).append((slot, connected))
    return True


def _detach(owner: QObject, signature: str, signal: QtCore.SignalInstance, slot: Callable) -> bool:
    entries = _slots.get((_address(owner), signature), [])
    for entry in entries:
        if entry[0] == slot:
            signal.disconnect(entry[1])
            entries.remove(entry)
            return True
    return False


def _parameters(signature: str) -> int:
    inside = signature[signature.index("(") + 1 : -1]
    return inside.count(",") + 1 if inside else 0


def _receiver(slot: Callable, count: int) -> Callable:
    """A function of exactly as many parameters as the signal gives and the slot takes."""
    if isinstance(slot, FunctionType | MethodType):
        code = slot.__code__
        if not code.co_flags & 4:  # no *arguments
            count = min(count, code.co_argcount - isinstance(slot, MethodType))
    call = guarded(slot)
    return (
        lambda: call(),
        lambda a: call(a),
        lambda a, b: call(a, b),
        lambda a, b, c: call(a, b, c),
    )[max(count, 0)]
