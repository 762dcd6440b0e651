"""Progress for a person at a terminal."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from ..errors import InputError
from ..progress import Progress


class Display:
    """Answers on standard output; a live bar and errors on standard error.

    With rich installed the bar is rich's; else it is one line, rewritten. Where standard error is no terminal, a line a
    level.

    Args:
        live: show progress at all.
    """

    def __init__(self, live: bool) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that knows only ASCII gets ? for ±
        self._bar = _bar() if live and sys.stderr is not None else None

    def progress(self, news: Progress) -> None:
        if self._bar is not None:
            try:
                self._bar.show(news)
            except OSError:  # whoever read it has gone; the work goes on
                self._bar = None

    def say(self, text: str) -> None:
        self.close()
        error = _printed(text, sys.stdout)
        if error is not None and error.errno != errno.EPIPE:
            raise InputError(f"The answer could not be written to standard output: {error.strerror}.")

    def finished(self, output: Path, metrics: dict[str, Any], text: str) -> None:
        try:
            self.say(f"{text}\nWritten to {output}")
        except InputError as error:
            _printed(f"nodeo: {error.message} The results are in {output}.", sys.stderr)

    def failed(self, message: str, hint: str, code: str = "") -> None:
        self.close()
        _printed(_on_one_line(f"nodeo: {message} {hint}".rstrip()), sys.stderr)

    def cancelled(self, note: str) -> None:
        self.close()
        _printed(f"nodeo: cancelled; {note or 'nothing was written.'}", sys.stderr)

    def close(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            with contextlib.suppress(OSError):
                bar.close()


def _on_one_line(text: str) -> str:
    """A text in which whatever a terminal would obey, such as the line break in a file's name, is written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _printed(text: str, stream: TextIO | None) -> OSError | None:
    """Print a text; the error if the stream refuses, which then leads nowhere. Nothing happens if it is closed."""
    if stream is None:
        return None
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        with contextlib.suppress(OSError):  # else what is left in the stream makes the process's end a failure
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        return error
    return None


def summary(metrics: dict[str, Any]) -> str:
    """The figures a person asks for first."""
    similarity, folding, jacobian = metrics["similarity"], metrics["folding"], metrics["jacobian"]
    back = metrics["inverse_consistency_mm"]
    lines = [
        f"Similarity loss ({similarity['name']})  {similarity['before']:.4f} -> {similarity['after']:.4f}",
        f"Folded voxels         {folding['voxels']}, on the way back {metrics['inverse_folding']['voxels']}",
        f"det J                 {jacobian['min']:.3f} to {jacobian['max']:.2f}, median {jacobian['p50']:.3f}",
        f"Inverse consistency   {back['mean']:.3f} mm mean, {back['p99']:.3f} mm 99th percentile",
        f"Time                  {metrics['seconds']['total']:.1f} s on {metrics['device']}",
    ]
    if similarity.get("chosen"):
        lines.insert(1, f"Similarity chosen     {similarity['chosen']}")
    if "dice" in metrics:
        before, after = metrics["dice"]["before"], metrics["dice"]["after"]
        said = " of structures that guided" if metrics["dice"].get("guided") else ""
        lines.insert(1, f"Dice                  {before['mean_dice']:.4f} -> {after['mean_dice']:.4f}{said}")
    if "points" in metrics:
        lines.insert(1, f"Target error          {_errors(metrics['points'])}")
    lines.extend(f"Note                  {fallback}" for fallback in metrics["fallbacks"])
    return "\n".join(lines)


def _errors(points: dict[str, Any]) -> str:
    """At points, before and after, in words."""
    before, after = points["before"], points["after"]
    said = " that guided" if points["guided"] else ""
    change = f"{before['mean_mm']:.2f} -> {after['mean_mm']:.2f} mm mean"
    return f"{change}, {after['p95_mm']:.2f} mm 95th percentile, at {points['number']} points{said}"


def _bar():
    if not sys.stderr.isatty():
        return _Lines()
    try:
        return _RichBar()
    except ImportError:
        return _OneLine()


def _details(news: Progress) -> str:
    level = f"level {news.level}/{news.levels}" if news.levels else ""
    return f"{level}  loss {news.loss:.4f}" if news.loss is not None else level


class _RichBar:
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[details]}"),
            TimeRemainingColumn(),
        )
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("Starting", total=1.0, details="")
        self._bar.start()

    def show(self, news: Progress) -> None:
        self._bar.update(self._task, completed=news.fraction, description=news.stage, details=_details(news))

    def close(self) -> None:
        self._bar.stop()


class _OneLine:
    def __init__(self) -> None:
        self._start = time.monotonic()

    def show(self, news: Progress) -> None:
        spent = time.monotonic() - self._start
        left = f"{spent / news.fraction - spent:.0f} s left" if news.fraction > 0.05 else ""
        line = f"{news.stage}  {100 * news.fraction:3.0f} %  {_details(news)}  {left}"
        print(f"\r{line[:100]:<100}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        print(f"\r{'':<100}\r", end="", file=sys.stderr, flush=True)


class _Lines:
    def __init__(self) -> None:
        self._last = ("", 0)

    def show(self, news: Progress) -> None:
        if (news.stage, news.level) != self._last:
            self._last = (news.stage, news.level)
            print(f"{100 * news.fraction:3.0f} %  {news.stage}  {_details(news)}".rstrip(), file=sys.stderr, flush=True)

    def close(self) -> None:
        pass
