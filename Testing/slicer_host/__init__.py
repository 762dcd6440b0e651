"""A stand-in for the Slicer application, for tests: real MRML, real Qt, and PythonQt's strictness. See README.md."""

from .host import Host, start

__all__ = ["Host", "start"]
