"""Folders of our own, which nobody else may read, and which are gone when this process has ended."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# By the process that made it: a child has a copy of this, and ends earlier.
_kept: dict[Path, int] = {}


def make_folder() -> Path:
    """A new folder, for `remove_folder`, or for the end of this process."""
    folder = Path(tempfile.mkdtemp(prefix="fauxkube-"))
    _kept[folder] = os.getpid()
    return folder


def remove_folder(folder: Path) -> None:
    """Removes it with all that is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    _kept.pop(folder, None)


@atexit.register
def _remove_all() -> None:
    for folder in [folder for folder, owner in _kept.items() if owner == os.getpid()]:
        remove_folder(folder)
