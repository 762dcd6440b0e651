"""Brings the translations up to date with the texts of the module: ``python Testing/translations/update.py``.

Qt's lupdate finds the texts and keeps what is translated already. As Slicer's own script does, it reads copies of the
Python files in which ``_("text")`` has become ``translate("context", "text")``: the context is the file's name, after
its folder's if that is a package, as slicer.i18n has it when the module runs.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"
TRANSLATIONS = ROOT / "Resources" / "Translations"
TEMPLATE, GERMAN = "NODEO_en-US.ts", "NODEO_de-DE.ts"


def main() -> int:
    for name in (TEMPLATE, GERMAN):
        update(TRANSLATIONS / name)
        print((TRANSLATIONS / name).relative_to(ROOT))
    return 0


def update(file: Path) -> None:
    """Give a .ts file the texts that the module has now.

    Raises:
        CalledProcessError: lupdate refused them.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree, there = Path(folder), Path(folder) / file.name
        for source in sources():
            copy = tree / source.relative_to(MODULE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            copy.write_text(with_contexts(text, context(source)) if source.suffix == ".py" else text, encoding="utf-8")
        if file.is_file():
            shutil.copy(file, there)
        language = file.stem.rpartition("_")[2]
        options = ["-locations", "none", "-no-obsolete", "-silent", "-source-language", "en-US"]
        files = [str(path) for path in sorted(tree.rglob("*")) if path.suffix in (".py", ".ui")]
        tool = Path(sys.executable).parent / "pyside6-lupdate"
        command = [tool, *options, "-target-language", language, *files, "-ts", there]
        subprocess.run(command, check=True, capture_output=True, text=True)
        shutil.copy(there, file)


def sources() -> list[Path]:
    """The files of the module that hold texts for people."""
    library = sorted((MODULE / "NODEORegistrationLib").rglob("*.py"))
    return [MODULE / "NODEORegistration.py", *library, *sorted((MODULE / "Resources" / "UI").glob("*.ui"))]


def context(source: Path) -> str:
    """What slicer.i18n.tr calls the context of a text in this file."""
    package = source.parent.name + "." if (source.parent / "__init__.py").is_file() else ""
    return package + source.stem


def texts(source: str) -> list[ast.Constant]:
    """The texts that are given to ``_`` in a Python file.

    Raises:
        ValueError: one is put together before it is translated, so that no translation can be found.
    """
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]
    for call in calls:
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
            raise ValueError(f"line {call.lineno}: only a text as it stands can be translated; format it afterwards.")
    return [call.args[0] for call in calls]


def with_contexts(source: str, name: str) -> str:
    """A Python file of nothing but its texts, as lupdate understands them."""
    lines = [f"translate({name!r}, {text.value!r})" for text in texts(source)]
    return "from slicer.i18n import translate\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
