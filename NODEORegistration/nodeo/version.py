"""The version of the engine and the extension."""

__version__ = "0.1.0"
