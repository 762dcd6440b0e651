"""Runs a notebook and writes what came out into it: ``python Testing/documentation/notebook.py [FILE] [--check]``.

The code cells are run one after the other in this process, as a kernel would run them: what a cell prints, and the
figures that it leaves, are its outputs. No kernel is needed for that, nor the twenty packages that come with one.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIRST = ROOT / "Resources" / "Documentation" / "notebooks" / "first_registration.ipynb"
DPI = 54


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path, nargs="?", default=FIRST)
    options.add_argument("--check", action="store_true", help="write what came out to standard output instead")
    given = options.parse_args()
    sys.path.insert(0, str(ROOT / "NODEORegistration"))
    import matplotlib

    matplotlib.use("agg")
    notebook = json.loads(given.file.read_text(encoding="utf-8"))
    os.chdir(given.file.parent)
    text = json.dumps(run(notebook), indent=1, ensure_ascii=False) + "\n"
    if given.check:
        print(text)
    else:
        Path(given.file.name).write_text(text, encoding="utf-8")
    return 0


def run(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with fresh outputs."""
    names: dict[str, Any] = {"__name__": "__main__"}
    number = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            number += 1
            cell.update(execution_count=number, outputs=_outputs("".join(cell["source"]), f"cell {number}", names))
    return notebook


def _outputs(source: str, name: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, name, "exec"), names)
    lines = printed.getvalue().splitlines(keepends=True)
    return ([{"name": "stdout", "output_type": "stream", "text": lines}] if lines else []) + _figures()


def _figures() -> list[dict[str, Any]]:
    """The figures that are open, as outputs; none is open afterwards."""
    from matplotlib import pyplot

    found = []
    for number in pyplot.get_fignums():
        buffer = io.BytesIO()
        pyplot.figure(number).savefig(buffer, format="png", dpi=DPI, bbox_inches="tight")
        picture = base64.b64encode(buffer.getvalue()).decode("ascii")
        data = {"image/png": picture, "text/plain": ["<Figure>"]}
        found.append({"data": data, "metadata": {}, "output_type": "display_data"})
    pyplot.close("all")
    return found


if __name__ == "__main__":
    sys.exit(main())
