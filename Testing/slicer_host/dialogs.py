"""Modal dialogs, answered by the test: `dialogs.answer("overwrite", True)`; those shown are in `dialogs.seen`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from .faults import faults

Box = QtWidgets.QMessageBox
Answer = bool | int | str | list | tuple | Callable
YES = (Box.Ok, Box.Yes, Box.Save, Box.Open, Box.Apply, Box.Retry, Box.YesToAll, Box.SaveAll)
NO = (Box.Cancel, Box.No, Box.Close, Box.Discard, Box.Abort, Box.Ignore, Box.NoToAll)


@dataclass
class Shown:
    """A dialog that was opened."""

    kind: str  # class of the dialog, or name of the static function
    title: str
    text: str
    details: str = ""

    def __contains__(self, part: str) -> bool:
        return any(part.lower() in field.lower() for field in (self.kind, self.title, self.text, self.details))


class Dialogs:
    """What was shown, and what will be answered."""

    def __init__(self) -> None:
        self.seen: list[Shown] = []
        self.openedUrls: list[str] = []
        self._answers: list[tuple[str, Answer]] = []

    def clear(self) -> None:
        self.seen.clear()
        self.openedUrls.clear()
        self._answers.clear()

    def answer(self, part: str, reply: Answer) -> None:
        """Answer the next dialog whose kind, title or text contains `part`.

        A box or dialog takes True (its first affirmative button, or accept), False, a standard button, or a function
        of the dialog, which presses what it likes; a file or input dialog takes the text, or "" for cancelled.
        """
        self._answers.append((part, reply))

    def unused(self) -> list[str]:
        """Answers that nobody asked for."""
        return [part for part, _ in self._answers]

    def take(self, shown: Shown) -> Answer | None:
        self.seen.append(shown)
        for entry in self._answers:
            if entry[0] in shown:
                self._answers.remove(entry)
                return entry[1]
        return None


dialogs = Dialogs()


def install() -> None:
    QtWidgets.QDialog.exec = QtWidgets.QDialog.exec_ = _run
    for name in ("getOpenFileName", "getSaveFileName", "getExistingDirectory", "getOpenFileNames"):
        setattr(QtWidgets.QFileDialog, name, staticmethod(_pathFunction(name)))
    for name in ("getText", "getItem", "getInt", "getDouble", "getMultiLineText"):
        setattr(QtWidgets.QInputDialog, name, staticmethod(_pathFunction(name)))
    for name in ("question", "information", "warning", "critical"):
        setattr(Box, name, staticmethod(_boxFunction(name)))
    QtGui.QDesktopServices.openUrl = staticmethod(_openUrl)


def _openUrl(url: QtCore.QUrl) -> bool:
    dialogs.openedUrls.append(url.toString())
    return True


def _unanswered(shown: Shown) -> None:
    faults.append(f"Nobody answers: {shown}")


def _pathFunction(name: str) -> Callable:
    def ask(parent: Any = None, caption: str = "", start: str = "", *rest) -> str | tuple:
        shown = Shown(name, caption, str(start), str(rest))
        reply = dialogs.take(shown)
        if reply is None:
            _unanswered(shown)
        if name == "getOpenFileNames":
            return tuple(reply or ())
        return reply or ""

    return ask


def _boxFunction(name: str) -> Callable:
    def ask(parent: Any, title: str, text: str, buttons: int = Box.Ok, default: int = Box.NoButton) -> int:
        box = Box(parent)
        box.windowTitle, box.text, box.standardButtons = title, text, buttons
        return _run(box)

    return ask


def _run(dialog: QtWidgets.QDialog) -> int:
    """Instead of `exec`: show, let the test answer, and hide again; without an answer it counts as a fault."""
    isBox = isinstance(dialog, Box)
    text = dialog.text if isBox else ""
    shown = Shown(type(dialog).__name__, dialog.windowTitle.strip(), text, dialog.detailedText if isBox else "")
    reply = dialogs.take(shown)
    dialog.show()
    if callable(reply):
        reply(dialog)
    elif isBox:
        button = _standardButton(dialog, reply)
        if button is None:
            _unanswered(shown)
        else:
            dialog.button(button).click()
    elif reply is not None:
        (dialog.accept if reply else dialog.reject)()
    else:
        _unanswered(shown)
    if dialog.visible:
        dialog.reject()
    return dialog.result()


def _standardButton(box: Box, reply: Answer | None) -> int | None:
    if reply is None:  # a box that says something and has one button is read and closed
        return box.standardButtons if box.standardButtons in (Box.Ok, Box.Close) else None
    if reply is True or reply is False:
        wanted = [button for button in (YES if reply else NO) if box.button(button)]
        return wanted[0] if wanted else None
    return reply if box.button(reply) else None
