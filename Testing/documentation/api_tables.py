"""What Python code may use of the engine, from its signatures and docstrings."""

from __future__ import annotations

import inspect
import re

import nodeo
from nodeo.errors import CODES

from .table import table

_PARTS = ("Args", "Attributes", "Returns", "Raises")
_ROLE = re.compile(r":\w+:`~?(?:[\w.]+\.)?(\w+)`")


def api() -> str:
    """A section for each public name: how it is called, what it is, its arguments or attributes."""
    names = [name for name in nodeo.__all__ if not name.startswith("_")]
    return "\n\n".join(_section(name, getattr(nodeo, name)) for name in sorted(names, key=str.lower))


def codes() -> str:
    """What the hint of an error may be about."""
    return table(("`code`", "what to do in place of showing the hint"), [(f"`{c}`", text) for c, text in CODES.items()])


def _section(name: str, thing: object) -> str:
    parts = _parts(inspect.getdoc(thing) or "")
    blocks = [f"### `nodeo.{name}`", parts.pop("", ""), f"    {_call(name, thing)}"]
    for title, rows in parts.items():
        if title == "Raises" or title == "Returns":
            blocks.append(f"*{title}* " + "; ".join(f"{_code(key)}: {text}" if key else text for key, text in rows))
        else:
            blocks.append(table(("name", "meaning"), [(_code(key), text) for key, text in rows]))
    methods = inspect.getmembers(thing, inspect.isroutine) if inspect.isclass(thing) else []
    own = [(n, m) for n, m in methods if not n.startswith("_") and m.__qualname__ == f"{thing.__name__}.{n}"]
    rows = [(f"`{_call(n, m)}`", _parts(inspect.getdoc(m) or "")[""].split("\n\n")[0]) for n, m in own]
    return "\n\n".join(blocks + ([table(("method", "what it does"), rows)] if rows else []))


def _call(name: str, thing: object) -> str:
    """How it is called, without types: ``register(fixed, moving, settings=None, *, …)``."""
    if inspect.isclass(thing) and issubclass(thing, nodeo.Settings):
        return f"{name}(**settings)"
    if inspect.isclass(thing) and issubclass(thing, Exception) and "__init__" not in vars(thing):
        return f"{name}()"
    signature = inspect.signature(thing)  # type: ignore[arg-type]
    empty = inspect.Parameter.empty
    plain = [p.replace(annotation=empty) for p in signature.parameters.values() if p.name not in ("self", "cls")]
    return f"{name}{signature.replace(parameters=plain, return_annotation=empty)}"


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))


def _parts(docstring: str) -> dict:
    """The text of a docstring under "", and the rows (name, meaning) of each of its parts."""
    found: dict = {"": ""}
    title = ""
    for block in re.split(r"^(\w+):\n(?=    )", docstring, flags=re.MULTILINE):
        if block in _PARTS:
            title = block
        elif title:
            found[title] = _rows(block)
            title = ""
        else:
            found[""] += _plain(block)
    return found


def _rows(block: str) -> list[tuple[str, str]]:
    """``name, other: meaning`` in each line that begins at the margin; without a name, all is one meaning."""
    lines = inspect.cleandoc(block).splitlines()
    if ":" not in lines[0]:
        return [("", _plain(" ".join(map(str.strip, lines))))]
    rows: list[tuple[str, str]] = []
    for line in lines:
        name, colon, meaning = line.partition(": ")
        if line and not line.startswith(" ") and colon:
            rows.append((name, meaning))
        elif line.strip():
            rows[-1] = (rows[-1][0], f"{rows[-1][1]} {line.strip()}")
    return [(name, _plain(meaning)) for name, meaning in rows]


def _plain(text: str) -> str:
    """From a docstring's marks to those of a page."""
    return _ROLE.sub(r"`\1`", text).replace("``", "`").strip()
