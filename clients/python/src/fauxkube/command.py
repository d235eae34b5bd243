"""Finds the program that serves clusters."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence

VARIABLE = "FAUXKUBE_COMMAND"


def _words(text: str) -> list[str]:
    """The path of a program, which may contain blanks, or words separated by them."""
    words = [text] if os.path.exists(text) else text.split()
    is_script = words[0].endswith((".js", ".mjs"))
    return ["node", *words] if is_script else words


def find_command(given: str | Sequence[str] | None = None, env: Mapping[str, str] = os.environ) -> list[str]:
    """The command that was given, that of the environment, `fauxkube`, or what npm has installed here."""
    if given is not None and not isinstance(given, str):
        return list(given)
    text = given or env.get(VARIABLE)
    if text and text.strip():
        return _words(text)
    if found := shutil.which("fauxkube", path=env.get("PATH")):
        return [found]
    return [shutil.which("npx", path=env.get("PATH")) or "npx", "--no-install", "fauxkube"]
