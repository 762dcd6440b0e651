"""The module `slicer.i18n`: a text's context is the name of its file, after its folder's if that is a package."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

_FIELD = re.compile(r"(?<!{){([^{}]+)}(?!})")


def tr(text: str) -> str:
    """A text in the language that was chosen by `Host.speak`; as it is where its fields got lost in translation."""
    translated = translate(_context(sys._getframe(1).f_code.co_filename), text)
    return translated if set(_FIELD.findall(text)) == set(_FIELD.findall(translated)) else text


def translate(context: str, text: str) -> str:
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.translate(context, text)


@cache
def _context(file: str) -> str:
    path = Path(file)
    return (path.parent.name + "." if (path.parent / "__init__.py").is_file() else "") + path.stem
