"""How the extension describes itself to the Extensions Index: said in CMakeLists.txt, repeated where others look.

    python Testing/submission/description.py                                   # NODEO.json and NODEO.s4ext anew
    python Testing/submission/description.py --address https://github.com/somebody/SlicerNODEO

The index does not expand CMake's variables, so the address of the repository stands in several lines of CMakeLists.txt;
``--address`` changes all of them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "NODEO"
UNSET = "https://example.org/SlicerNODEO"  # until the repository is public
BRANCH = "main"
SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.2.json#"
)


def main() -> int:
    """Write both files, after changing the address if one is given."""
    options = _options()
    cmake = ROOT / "CMakeLists.txt"
    if options.address:
        text = cmake.read_text(encoding="utf-8")
        cmake.write_text(text.replace(described(text)["HOMEPAGE"], options.address.rstrip("/")), encoding="utf-8")
    says = described(cmake.read_text(encoding="utf-8"))
    (ROOT / f"{NAME}.json").write_text(catalogue_entry(says), encoding="utf-8")
    (ROOT / f"{NAME}.s4ext").write_text(older_form(says), encoding="utf-8")
    return 0


def described(cmake: str) -> dict[str, str]:
    """What CMakeLists.txt sets, by the names without ``EXTENSION_``."""
    return dict(re.findall(r'^set\(EXTENSION_(\w+) "?(.*?)"?\)$', cmake, flags=re.MULTILINE))


def catalogue_entry(says: dict[str, str]) -> str:
    """NODEO.json."""
    entry = {
        "$schema": SCHEMA,
        "build_dependencies": says["DEPENDS"].split(),
        "build_subdirectory": ".",
        "category": says["CATEGORY"],
        "scm_revision": BRANCH,
        "scm_url": says["HOMEPAGE"] + ".git",
        "tier": 1,
    }
    return json.dumps(entry, indent=2) + "\n"


def older_form(says: dict[str, str]) -> str:
    """NODEO.s4ext."""
    lines = {
        "scm": "git",
        "scmurl": says["HOMEPAGE"] + ".git",
        "scmrevision": BRANCH,
        "depends": says["DEPENDS"],
        "build_subdirectory": ".",
        "homepage": says["HOMEPAGE"],
        "contributors": says["CONTRIBUTORS"],
        "category": says["CATEGORY"],
        "iconurl": says["ICONURL"],
        "status": "Development",
        "description": says["DESCRIPTION"],
        "screenshoturls": says["SCREENSHOTURLS"],
        "enabled": "1",
    }
    head = "# The older form of NODEO.json, written from CMakeLists.txt by Testing/submission/description.py.\n"
    return head + "".join(f"{key} {value}\n" for key, value in lines.items())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", metavar="URL", help="of the public repository, without .git")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
