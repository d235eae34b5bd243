"""Serves a cluster by a process of its own, which ends with this one at the latest."""

from __future__ import annotations

import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from .cluster import Cluster
from .command import find_command
from .credentials import read_credentials
from .folders import make_folder, remove_folder

_POLL_SECONDS = 0.01
_STOP_SECONDS = 10


class StartError(Exception):
    """The process ended, or was not ready in time. What it printed stands in the message."""


def start(
    args: Sequence[str] = (),
    *,
    command: str | Sequence[str] | None = None,
    timeout_seconds: float = 60,
) -> Cluster:
    """Starts a cluster on free ports, and returns as soon as it is ready.

    :param args: flags of `fauxkube start`, such as `["--nodes=3"]`
    :param command: the program: a path, or several words; see `FAUXKUBE_COMMAND`
    :raises StartError: that says what the process said
    """
    try:
        words = find_command(command)
    except FileNotFoundError as error:
        raise StartError(str(error)) from error
    folder = make_folder()
    kubeconfig, log = folder / "kubeconfig", folder / "log"
    own = ["start", "--port=0", "--proxy-port=0", f"--kubeconfig={kubeconfig}", "--stop-with-stdin"]
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*words, *own, *args], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
            )
    except OSError as error:
        remove_folder(folder)
        raise StartError(f"{words[0]} cannot be run: {error}") from error

    def stop() -> None:
        _end(process)
        remove_folder(folder)

    try:
        _wait(process, kubeconfig, log, words, timeout_seconds)
    except BaseException:
        stop()
        raise
    return Cluster(kubeconfig.read_text(), path=kubeconfig, on_stop=stop)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its standard input is all that keeps it, and whoever it started."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(
    process: subprocess.Popen[bytes], kubeconfig: Path, log: Path, words: Sequence[str], timeout_seconds: float
) -> None:
    give_up = time.monotonic() + timeout_seconds
    while not _is_ready(kubeconfig):
        if process.poll() is not None:
            said = log.read_text(errors="replace").strip()
            raise StartError(f"{' '.join(words)} start ended with {process.returncode}: {said}")
        if time.monotonic() > give_up:
            said = log.read_text(errors="replace").strip()
            raise StartError(f"{' '.join(words)} start was not ready after {timeout_seconds} s: {said}")
        time.sleep(_POLL_SECONDS)


def _is_ready(kubeconfig: Path) -> bool:
    try:
        credentials = read_credentials(kubeconfig.read_text())
    except (OSError, ValueError):
        return False  # not there, or half written
    # Proxies of the environment are for other places than this machine.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=credentials.authority)),
    )
    try:
        with opener.open(f"{credentials.server}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
