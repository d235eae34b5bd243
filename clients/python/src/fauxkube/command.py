"""Finds the program that serves clusters."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

VARIABLE = "FAUXKUBE_COMMAND"


def _words(text: str) -> list[str]:
    """The path of a program, which may contain blanks, or words separated by them."""
    words = [text] if os.path.exists(text) else text.split()
    is_script = words[0].endswith((".js", ".mjs"))
    return ["node", *words] if is_script else words


def _installed(folder: Path) -> str | None:
    """What npm put into the nearest folder: asking npx for it takes a second, and may ask a registry."""
    bins = [str(parent / "node_modules" / ".bin") for parent in (folder, *folder.parents)]
    return shutil.which("fauxkube", path=os.pathsep.join(bins))


def find_command(
    given: str | Sequence[str] | None = None,
    env: Mapping[str, str] = os.environ,
    folder: Path | None = None,
) -> list[str]:
    """The command that was given, that of the environment, what npm installed here or above, or that of the PATH.

    :raises FileNotFoundError: when there is none
    """
    if given is not None and not isinstance(given, str):
        return list(given)
    text = given or env.get(VARIABLE)
    if text and text.strip():
        return _words(text)
    found = _installed(folder or Path.cwd()) or shutil.which("fauxkube", path=env.get("PATH"))
    if found is None:
        raise FileNotFoundError(
            f"there is no fauxkube here: npm install it (docs/test-kits.md, Installing), or set {VARIABLE}"
        )
    return [found]
