"""The checks of the Extensions Index that need no network, and the list of those that only people can make.

    python Testing/submission/check.py

Exit code 1 if one fails; what is still to be set before the submission is told, and is no failure.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from urllib.parse import urlsplit

from description import NAME, ROOT, UNSET, catalogue_entry, described, older_form

# Of the index's own list: those that could be this extension's.
CATEGORIES = ("Registration", "Neuroimaging", "Analysis", "Filtering", "Utilities")
STANDARD = sys.stdlib_module_names | {
    "ctk",
    "numpy",
    "qt",
    "scipy",
    "SimpleITK",
    "slicer",
    "vtk",
    NAME + "RegistrationLib",
}
HARMLESS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
LARGEST = 5e6  # bytes of one file: what is larger makes every clone slow

PEOPLE = """
Only people can see to these:
  tier 1  the repository is public and associated with the topic 3d-slicer-extension
  tier 1  icon and screenshots can be loaded from the addresses above
  tier 3  it builds on the Slicer factory for Windows, macOS and Linux; the documentation has a tutorial with pictures
  tier 3  somebody answers issues within some weeks, and tests the preview release
  tier 5  a core developer of Slicer takes part; its tests run on the dashboard every night
"""


def main() -> int:
    """Print every check with its outcome."""
    cmake = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    outcomes = [*_described(cmake), *_files(), *_module()]
    for what, reason in outcomes:
        print(f"{'ok   ' if not reason else 'FAILS'}  {what}{': ' + reason if reason else ''}")
    if described(cmake)["HOMEPAGE"] == UNSET:
        print(f"\nTo be set: the address of the repository ({UNSET} stands for it):")
        print("  python Testing/submission/description.py --address https://github.com/…/SlicerNODEO")
    print(PEOPLE)
    return int(any(reason for _, reason in outcomes))


def _described(cmake: str) -> list[tuple[str, str]]:
    """What is said of the extension, and whether it is said alike everywhere."""
    says = described(cmake)
    addresses = {name: says[name].split() for name in ("HOMEPAGE", "ICONURL", "SCREENSHOTURLS")}
    variables = [name for name, values in addresses.items() if any("$" in value for value in values)]
    schemes = [name for name, values in addresses.items() if any(urlsplit(v).scheme != "https" for v in values)]
    pictures = [url for name in ("ICONURL", "SCREENSHOTURLS") for url in addresses[name]]
    missing = [url for url in pictures if not (ROOT / url.partition("/main/")[2]).is_file()]
    project = re.search(r"project\s*\(\s*(\w+)", cmake)
    repository = says["HOMEPAGE"].rsplit("/", 1)[-1]
    entry = (ROOT / f"{NAME}.json").read_text(encoding="utf-8")
    return [
        ("the project is called like its description file", "" if project and project[1] == NAME else "it is not"),
        ("the category is one of the index", "" if says["CATEGORY"] in CATEGORIES else says["CATEGORY"]),
        ("the repository's name says Slicer", "" if "slicer" in repository.lower() else repository),
        ("addresses are written out", f"a variable in {', '.join(variables)}" if variables else ""),
        ("addresses are https", ", ".join(schemes)),
        ("icon and screenshots are in the tree", ", ".join(missing)),
        ("NODEO.json is current", "" if entry == catalogue_entry(says) else "run description.py"),
        ("NODEO.json has the fields of its schema", _against_schema(json.loads(entry))),
        (
            "NODEO.s4ext is current",
            "" if (ROOT / f"{NAME}.s4ext").read_text(encoding="utf-8") == older_form(says) else "run description.py",
        ),
        ("the description is one or two sentences", "" if 40 < len(says["DESCRIPTION"]) < 300 else "too short or long"),
    ]


def _against_schema(entry: dict) -> str:
    """What the schema 1.0.2 would find wrong with a catalogue entry."""
    known = {
        "$schema": str,
        "category": str,
        "scm_url": str,
        "scm_revision": str,
        "scm_type": str,
        "build_dependencies": list,
        "dicom_support_rule": str,
        "build_subdirectory": str,
        "enabled": bool,
        "tier": int,
    }
    wrong = [key for key, value in entry.items() if key not in known or type(value) is not known[key]]
    wrong += [key for key in ("$schema", "category", "scm_url") if key not in entry]
    return ", ".join(wrong)


def _files() -> list[tuple[str, str]]:
    """What has to lie in the root, and nothing too large anywhere."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    parts = {
        "a picture": "![",
        "the publication": "arxiv.org",
        "the licence": "Apache License",
        "a tutorial": "Register",
    }
    lacking = [name for name, text in parts.items() if text not in readme]
    large = [
        path.relative_to(ROOT).as_posix()
        for folder in ("Resources", "NODEORegistration", "Testing")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.stat().st_size > LARGEST
    ]
    return [
        ("there is a licence", "" if (ROOT / "LICENSE").is_file() else "no LICENSE"),
        ("the start page has what a stranger looks for", ", ".join(lacking)),
        (f"no file is larger than {LARGEST / 1e6:g} MB", ", ".join(large)),
    ]


def _module() -> list[tuple[str, str]]:
    """The reviewers read the module: nothing happens when it is imported, and nothing unusual is."""
    module = ROOT / "NODEORegistration" / "NODEORegistration.py"
    files = [module, *(ROOT / "NODEORegistration" / "NODEORegistrationLib").rglob("*.py")]
    acting, strange = [], []
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not (docstring or isinstance(node, HARMLESS)):
                acting.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                names = []
            strange += [f"{path.name}: {name}" for name in names if name.split(".")[0] not in STANDARD]
    return [
        ("importing the module does nothing", ", ".join(acting)),
        ("at the top only what Slicer has is imported", ", ".join(strange)),
    ]


if __name__ == "__main__":
    sys.exit(main())
