"""Writes what the pages say of the code: ``python Testing/documentation/generate.py [--check]``, or ``make docs``.

The panel is opened in the stand-in for Slicer, to see what a fresh one shows; slicer_host/README.md says more.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is not current")
    check = options.parse_args().check
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(ROOT / "Testing"), str(MODULE)]
    from slicer_host import start

    from documentation.pages import not_current, texts

    host = start()
    host.reset()
    stale = not_current(texts(host.load(MODULE / "NODEORegistration.py").ui))
    host.reset()
    for page, text in stale.items():
        print(f"{page.relative_to(ROOT)}: {'not current, run make docs' if check else 'written'}")
        if not check:
            page.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
