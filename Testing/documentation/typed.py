"""What a reader of a page is told to type: its blocks of shell and of Python."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^( *)```(sh|python)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def typed(page: str) -> list[tuple[str, str]]:
    """In the order of the page: ``sh`` and one command line, without its remark, or ``python`` and a whole block."""
    found = []
    for margin, kind, indented in _BLOCK.findall(page):
        text = re.sub(rf"^{margin}", "", indented, flags=re.MULTILINE)
        if kind == "python":
            found.append((kind, text))
            continue
        lines = [line.partition("   #")[0].strip() for line in text.replace("\\\n", " ").splitlines()]
        found += [(kind, line) for line in lines if line]
    return found


def commands_of(page: str) -> list[str]:
    """The command lines of nodeo on a page."""
    return [text for kind, text in typed(page) if kind == "sh" and text.startswith("nodeo ")]
