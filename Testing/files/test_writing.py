"""A result appears whole or not at all: whatever was there before, whoever else writes, whenever the process dies."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conversations import environment
from nodeo.errors import InputError
from nodeo.files import hidden, swap
from nodeo.files.destination import check_file, check_output
from nodeo.files.writing import appearing, appearing_file

KNOWN = ("a", "b", "c")
posix = pytest.mark.skipif(os.name != "posix", reason="links, locks and devices are POSIX")


def contents(folder: Path) -> dict[str, str]:
    """Every file below ``folder``, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, text: str, names: tuple[str, ...] = KNOWN, **how: bool) -> None:
    with appearing(folder, KNOWN, **how) as partial:
        for name in names:
            (partial / name).write_text(text)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with an old result and what is somebody's own, in a folder of nothing else."""
    folder = tmp_path / "out"
    write(folder, "old")
    (folder / "runs" / "deep").mkdir(parents=True)
    (folder / "thesis.txt").write_text("precious")
    (folder / "runs" / "deep" / "scores.csv").write_text("precious, too")
    (folder / "latest").symlink_to("runs")
    return folder


FOREIGN = {"thesis.txt": "precious", "runs/deep/scores.csv": "precious, too"}
NEW = {"a": "new", "b": "new", **FOREIGN}


@pytest.mark.parametrize("exchange", [True, False])
def test_a_result_is_replaced_and_the_rest_stays(exchange: bool, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchange:
        monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    out.chmod(0o750)
    write(out, "new", ("a", "b"))
    assert contents(out) == NEW
    assert (out / "latest").is_symlink() and out.stat().st_mode & 0o777 == 0o750
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("why", ["current folder", "no second names"])
def test_where_the_folder_cannot_be_swapped_the_files_are(why: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if why == "current folder":
        monkeypatch.chdir(out / "runs")
    else:
        monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(PermissionError(1, "no links")))
    before = out.stat().st_ino
    write(out, "new", ("a", "b"))
    assert contents(out) == NEW and out.stat().st_ino == before
    assert list(out.parent.iterdir()) == [out]


def test_a_folder_reached_through_a_link_is_replaced_behind_it(out: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(out)
    write(link, "new", ("a", "b"))
    assert link.is_symlink() and contents(out) == NEW


def test_a_failure_leaves_the_old_result(out: Path) -> None:
    before = contents(out)
    with pytest.raises(ZeroDivisionError), appearing(out, KNOWN) as partial:
        (partial / "a").write_text("new")
        raise ZeroDivisionError
    assert contents(out) == before and list(out.parent.iterdir()) == [out]


@posix
@pytest.mark.parametrize("exchange", [True, False])
def test_killed_before_any_step_the_old_or_the_new_result_is_whole(exchange: bool, tmp_path: Path) -> None:
    """One process forks another for every step; it dies, without a chance, just before that step."""
    program = textwrap.dedent(
        f"""
        import os, signal, sys
        from pathlib import Path
        from nodeo.files import swap
        from nodeo.files.destination import check_output
        from nodeo.files.writing import appearing

        def write(folder, text):
            with appearing(folder, ("a", "b", "c")) as partial:
                for name in ("a", "b"):
                    (partial / name).write_text(text)

        def run(folder, last_step):
            steps = iter(range(10_000))
            def watch(event, arguments):
                if event in ("os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "open"):
                    if next(steps) == last_step:
                        os.kill(os.getpid(), signal.SIGKILL)
            sys.addaudithook(watch)
            write(folder, "new")
            os._exit(0)

        if not {exchange}:
            swap._exchanged = lambda *_: False
        old = {{"a": "old", "b": "old", "thesis.txt": "precious"}}
        new = {{**old, "a": "new", "b": "new"}}
        for step in range(10_000):
            folder = Path(f"{{step}}") / "out"
            folder.parent.mkdir()
            write(folder, "old")
            (folder / "thesis.txt").write_text("precious")
            child = os.fork()
            if not child:
                run(folder, step)
            _, status = os.waitpid(child, 0)
            if {exchange} or folder.exists():
                found = {{path.name: path.read_text() for path in folder.iterdir()}}
                assert found in (old, new), (step, found)
            check_output(folder, True)  # the next run
            found = {{path.name: path.read_text() for path in folder.iterdir()}}
            assert found in (old, new), (step, found)
            assert list(folder.parent.iterdir()) == [folder], (step, list(folder.parent.iterdir()))
            if status == 0:
                break
        print(step, "steps")
        """
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.split()[0]) > 10


def test_two_runs_into_one_folder_the_second_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        pytest.raises(InputError, match="something else was written into"),
        appearing(out, KNOWN, overwrite=False) as partial,
    ):
        (partial / "a").write_text("second")
        write(out, "first", overwrite=False)
    assert contents(tmp_path) == {f"out/{name}": "first" for name in KNOWN}
    out = tmp_path / "empty"
    out.mkdir(0o700)
    write(out, "only", overwrite=False)
    assert out.stat().st_mode & 0o777 == 0o700 and len(contents(out)) == 3


@posix
def test_what_lives_is_left_alone_and_what_is_dead_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with appearing(out, KNOWN) as mine:
        (mine / "a").write_text("new")
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        number = mine.name.split("-")[-2]
        assert number == str(os.getpid())
        stale = mine.with_name(mine.name.replace(f"-{number}-", f"-{dead.pid}-"))
        stale.mkdir()
        (stale / "a").write_text("half")
        other = tmp_path / mine.name.replace(".out.", ".other.")
        other.mkdir()
        check_output(out, False)
        assert mine.is_dir() and other.is_dir() and not stale.exists()
        assert hidden.leftovers(out) == []
    assert {path.name for path in tmp_path.iterdir()} == {"out", other.name}


# --- what is never replaced -------------------------------------------------------------------------------------------


def test_an_input_is_never_replaced(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(out.parent)
    for read in (out / "a", Path("out/a"), Path("out/../out/a"), out / "runs" / ".." / "a"):
        with pytest.raises(InputError, match="is an input") as caught:
            check_output(Path("out"), True, KNOWN, [read])
        assert caught.value.hint == "Choose another output."
    check_output(out, True, KNOWN, [out / "thesis.txt", out / "nowhere"])
    with pytest.raises(InputError, match="is an input"):
        check_file(Path("out/a"), [out / "a"])


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link to a device"])
def test_what_is_no_plain_file_is_never_replaced(kind: str, out: Path) -> None:
    special = out / "c"
    special.unlink()
    if kind == "pipe":
        os.mkfifo(special)
    elif kind == "folder":
        special.mkdir()
    elif kind == "link to a device":
        special.symlink_to(os.devnull)
    else:
        try:
            os.mknod(special, 0o600 | 0o020000, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root makes devices")
    before = special.lstat()
    with pytest.raises(InputError, match=r"no plain file|is a folder"):
        check_file(special)
    with pytest.raises(InputError, match="no plain file"):
        check_output(out, True, KNOWN)
    assert os.path.samestat(before, special.lstat())


# --- names ------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dangling", "link to nowhere"),
        ("loop", "link to nowhere"),
        ("dangling/out", "link to nowhere"),
        ("x" * 300, "too long"),
        ("x" * 300 + "/out", "too long"),
        ("/".join(["x" * 200] * 21), "too long"),
        (os.fsdecode(b"caf\xe9"), "not UTF-8"),
    ],
    ids=lambda text: text[:12].encode("ascii", "replace").decode(),
)
def test_names_that_cannot_be_are_refused(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    for check in (lambda path: check_output(path, True), check_file):
        with pytest.raises(InputError, match=words) as caught:
            check(tmp_path / name)
        assert caught.value.message.endswith(".") and caught.value.hint


def test_a_name_as_long_as_allowed_is_written(tmp_path: Path) -> None:
    name = "ü" * 127
    write(tmp_path / name, "new")
    with appearing_file(tmp_path / f"{name[:-3]}.csv") as partial:
        partial.write_text("new")
    assert len(contents(tmp_path)) == 4


# --- a file -----------------------------------------------------------------------------------------------------------


def test_a_file_and_its_second_file_get_their_names(tmp_path: Path) -> None:
    for text in ("one", "two"):
        with appearing_file(tmp_path / "deep" / "x.mhd") as partial:
            partial.write_text(text)
            partial.with_suffix(".raw").write_text(text)
        assert contents(tmp_path) == {"deep/x.mhd": text, "deep/x.raw": text}


def test_a_second_file_does_not_replace_what_belongs_to_something_else(tmp_path: Path) -> None:
    (tmp_path / "x.raw").write_text("precious")
    with pytest.raises(InputError, match=r"x\.raw is there already"), appearing_file(tmp_path / "x.mhd") as partial:
        partial.write_text("new")
        partial.with_suffix(".raw").write_text("new")
    assert contents(tmp_path) == {"x.raw": "precious"}


def test_a_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), appearing_file(tmp_path / "deep" / "x.csv") as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
