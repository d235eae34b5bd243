import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fauxkube
from fauxkube.command import find_command

HERE = """
import os, sys, fauxkube
cluster = fauxkube.start(["--nodes=0"])
print(cluster.kubeconfig_path, flush=True)
{then}
"""


def is_served(kubeconfig: str) -> bool:
    try:
        fauxkube.connect(kubeconfig).admin("GET", "/version")
    except OSError:
        return False
    return True


def test_stop_ends_the_server_and_removes_its_files() -> None:
    with fauxkube.start(["--nodes=0"]) as cluster:
        path, text = cluster.kubeconfig_path, cluster.kubeconfig
        assert is_served(text)
    assert not is_served(text)
    assert not path.parent.exists()
    cluster.stop()


@pytest.mark.parametrize("then", ["os._exit(3)", "os.kill(os.getpid(), 9)"], ids=["exit", "kill"])
def test_server_ends_with_a_process_that_cannot_say_so(then: str) -> None:
    ended = subprocess.run([sys.executable, "-c", HERE.format(then=then)], capture_output=True, text=True)
    assert ended.returncode in (3, -signal.SIGKILL)
    path = Path(ended.stdout.strip())
    text = path.read_text()
    shutil.rmtree(path.parent)
    give_up = time.monotonic() + 10
    while is_served(text) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert not is_served(text)


def test_files_go_with_a_process_that_stops_nothing(tmp_path: Path) -> None:
    then = "print(cluster.fork('a', 'empty').kubeconfig_path.read_text() != '' and cluster.fork().kubeconfig_path)"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", HERE.format(then=then)], capture_output=True, text=True, env=environment
    )
    paths = [Path(line) for line in ended.stdout.split()]
    assert [path.name for path in paths] == ["kubeconfig", "kubeconfig"]
    assert list(tmp_path.glob("fauxkube-*")) == []


def test_flags_reach_the_server() -> None:
    with fauxkube.start(["--nodes=1"]) as cluster:
        assert len(cluster.admin("GET", "/api/v1/nodes")["items"]) == 1


def test_what_a_start_says_is_told() -> None:
    with pytest.raises(fauxkube.StartError, match="--nodes has to be a whole number"):
        fauxkube.start(["--nodes=many"])


def test_server_that_is_not_ready_in_time_is_ended() -> None:
    with pytest.raises(fauxkube.StartError, match="was not ready after 0.5 s"):
        fauxkube.start(command=["node", "-e", "process.stdin.resume()"], timeout_seconds=0.5)


def test_program_that_is_not_there_is_named() -> None:
    with pytest.raises(fauxkube.StartError, match="no-such-program cannot be run"):
        fauxkube.start(command="no-such-program")


def test_command_is_given_or_of_the_environment_or_found(tmp_path: Path) -> None:
    script = tmp_path / "with blank" / "cli.js"
    script.parent.mkdir()
    script.touch()
    env = {"FAUXKUBE_COMMAND": str(script), "PATH": str(tmp_path)}
    assert find_command(["a", "b c"], env) == ["a", "b c"]
    assert find_command("node a.js", env) == ["node", "a.js"]
    assert find_command(None, env) == ["node", str(script)]
    with pytest.raises(FileNotFoundError, match=r"npm install it \(docs/test-kits.md, .*, or set FAUXKUBE_COMMAND"):
        find_command(None, {"PATH": str(tmp_path)}, tmp_path)
    found = tmp_path / "fauxkube"
    nearer = tmp_path / "node_modules" / ".bin" / "fauxkube"
    nearer.parent.mkdir(parents=True)
    for file, folder in ((found, Path("/")), (nearer, script.parent)):
        file.touch()
        file.chmod(0o755)
        assert find_command(None, {"PATH": str(tmp_path)}, folder) == [str(file)]
