"""The arguments of each command, as its parser has them."""

from __future__ import annotations

import argparse
import textwrap

from nodeo.app.cli import parser

from .table import table

_WIDTH = 120  # of a line of text


def commands() -> str:
    """A section for each command: what it does, how it is called, its arguments."""
    return "\n\n".join(_section(command, about) for command, about in _leaves(parser(), ""))


def _leaves(group: argparse.ArgumentParser, about: str) -> list[tuple[argparse.ArgumentParser, str]]:
    """The commands below a parser that have none below themselves, each with its line in the list of commands."""
    for action in group._actions:
        if isinstance(action, argparse._SubParsersAction):
            about_each = {choice.dest: choice.help or "" for choice in action._choices_actions}
            return [leaf for name, sub in action.choices.items() for leaf in _leaves(sub, about_each[name])]
    return [(group, about)]


def _section(command: argparse.ArgumentParser, about: str) -> str:
    arguments = [action for action in command._actions if not isinstance(action, argparse._HelpAction)]
    arguments.sort(key=lambda action: bool(action.option_strings))  # as the line is typed: what has no -- comes first
    about = textwrap.fill(command.description or f"{about[:1].upper()}{about[1:]}.", _WIDTH)
    # what has no help is said all about by the line above the table
    rows = [(f"`{_typed(action)}`", _meaning(action)) for action in arguments if action.help]
    parts = [f"### `{command.prog}`", about, f"    {_usage(command, arguments)}"]
    return "\n\n".join(parts + ([table(("argument", "meaning"), rows)] if rows else []))


def _usage(command: argparse.ArgumentParser, arguments: list[argparse.Action]) -> str:
    """One line: what has to be given, what may be, and where the options go."""
    needed = [_typed(action) for action in arguments if action.required]
    welcome = [f"[{_typed(action)}]" for action in arguments if not action.required and not action.option_strings]
    return " ".join([command.prog, *welcome, *needed, *(["[OPTION …]"] if arguments else [])])


def _typed(action: argparse.Action) -> str:
    """An argument as it is typed: ``--output DIR``, ``FIXED``."""
    if isinstance(action.metavar, tuple):  # so many, and more
        return " ".join([*action.option_strings[:1], *action.metavar, "[…]"])
    value = action.metavar or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else "")
    return " ".join([*action.option_strings[:1], *([str(value)] if value and action.nargs != 0 else [])])


def _meaning(action: argparse.Action) -> str:
    repeated = "; may be given more than once" if isinstance(action, argparse._AppendAction) else ""
    return f"{action.help or ''}{repeated}"
