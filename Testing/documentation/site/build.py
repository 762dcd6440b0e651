"""Builds the site: ``python Testing/documentation/site/build.py [--output build/site]``, or ``make docs``.

The pages are those of the repository, as the forge shows them. They are gathered, with what they link to, in a folder
beside the output, since Sphinx would otherwise look through everything that lies in a checkout. A link that leads
nowhere is an error. Needs only what requirements.txt names, not the engine.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "Testing"))

from documentation.site.navigation import front_page, pages  # noqa: E402

_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")


def main() -> int:
    """Gather the pages, and let Sphinx write them; its exit code."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    output = options.parse_args().output
    source = output.with_name(f"{output.name}-source")
    gather(ROOT, source)
    command = ["-b", "html", "-c", str(source), "-d", str(source / ".doctrees"), "-q", "-W", "--keep-going"]
    done = subprocess.run([sys.executable, "-m", "sphinx", *command, str(source), str(output)])
    if done.returncode == 0:
        print(f"Open {output / 'index.html'}")
    return done.returncode


def gather(root: Path, source: Path) -> None:
    """A fresh folder with the pages, at their places, and all that they show or link to."""
    shutil.rmtree(source, ignore_errors=True)
    chapters = pages(root)
    for path in (path for found in chapters.values() for path in found):
        _copy(root, source, path)
        if path.endswith(".md"):
            (source / path).write_text(without_folders(root, path), encoding="utf-8")
            for file in linked(root, path):
                _copy(root, source, file)
    (source / "index.md").write_text(front_page(chapters), encoding="utf-8")
    _copy(root, source, "Resources/NODEO.png")
    shutil.copy(HERE / "conf.py", source)
    shutil.copytree(HERE / "static", source / "static")


def linked(root: Path, page: str) -> list[str]:
    """The files that a page names, but for other pages and folders."""
    text = (root / page).read_text(encoding="utf-8")
    names = [one or other for one, other in _LINK.findall(text)]
    files = [(root / page).parent / name for name in names if not re.match(r"[a-z]+:", name)]
    inside = [file.resolve() for file in files if file.is_file() and not file.name.endswith((".md", ".ipynb"))]
    return sorted({file.relative_to(root.resolve()).as_posix() for file in inside})


def without_folders(root: Path, page: str) -> str:
    """The page, its links to folders as plain words: a forge lists a folder, a site has none."""
    beside = (root / page).parent

    def word(link: re.Match[str]) -> str:
        return link[1] if (beside / link[2]).is_dir() else link[0]

    return re.sub(r"\[([^\]]+)\]\(([\w./-]+)\)", word, (root / page).read_text(encoding="utf-8"))


def _copy(root: Path, source: Path, path: str) -> None:
    (source / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / path, source / path)


if __name__ == "__main__":
    sys.exit(main())
