"""Pods that answer, through the official client: logs, exec, attach and port-forward."""
import os
import sys
import time

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream
from kubernetes.stream.ws_client import STDERR_CHANNEL, STDOUT_CHANNEL

PATIENCE = 30
NAMESPACE = os.environ["NAMESPACE"]

config.load_kube_config()
core = client.CoreV1Api()
failed = False


def check(what, test):
    global failed
    try:
        test()
        print(f"ok {what}", flush=True)
    except Exception as error:  # whatever it is, it is told
        failed = True
        print(f"not ok {what}: {type(error).__name__} {error}".replace("\n", " "), flush=True)


def until(holds):
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)


def create_pod(name, image, command=None, stdin=False):
    container = client.V1Container(name="main", image=image, command=command, stdin=stdin)
    body = client.V1Pod(metadata=client.V1ObjectMeta(name=name), spec=client.V1PodSpec(containers=[container]))
    core.create_namespaced_pod(NAMESPACE, body)
    for event in watch.Watch().stream(
        core.list_namespaced_pod, NAMESPACE, field_selector=f"metadata.name={name}", timeout_seconds=PATIENCE
    ):
        conditions = event["object"].status.conditions or []
        if any(condition.type == "Ready" and condition.status == "True" for condition in conditions):
            return
    raise AssertionError(f"{name} is never ready")


def execute():
    session = stream(
        core.connect_get_namespaced_pod_exec, "web", NAMESPACE,
        command=["sh", "-c", "read word; echo got $word; echo bad >&2; exit 3"],
        stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False,
    )
    session.write_stdin("something\n")
    session.run_forever(timeout=PATIENCE)
    said = (session.read_channel(STDOUT_CHANNEL), session.read_channel(STDERR_CHANNEL), session.returncode)
    assert said == ("got something\n", "bad\n", 3), said


def at_once():
    said = stream(
        core.connect_get_namespaced_pod_exec, "web", NAMESPACE, command=["cat", "/etc/hostname"],
        stdin=False, stdout=True, stderr=True, tty=False,
    )
    assert said == "web\n", said


def attach():
    create_pod("attached", "busybox", ["sh", "-c", "read word; echo got $word; sleep 1000"], stdin=True)
    session = stream(
        core.connect_get_namespaced_pod_attach, "attached", NAMESPACE, container="main",
        stdin=True, stdout=True, stderr=False, tty=False, _preload_content=False,
    )
    session.write_stdin("something\n")
    assert session.readline_stdout(timeout=PATIENCE) == "got something"
    session.close()


def forward():
    forwarded = portforward(core.connect_get_namespaced_pod_portforward, "web", NAMESPACE, ports="80")
    socket = forwarded.socket(80)
    socket.setblocking(True)
    socket.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = b""
    while data := socket.recv(65536):
        answer += data
    assert b"Welcome to nginx!" in answer, answer
    assert forwarded.error(80) is None


def logs():
    create_pod("talker", "busybox", ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"])
    lines = []
    for line in watch.Watch().stream(core.read_namespaced_pod_log, "talker", NAMESPACE, follow=True):
        lines.append(line)
        if len(lines) == 3:
            break
    assert lines == ["line 1", "line 2", "line 3"], lines
    until(lambda: core.read_namespaced_pod_log("talker", NAMESPACE, tail_lines=1) == "line 3\n")


def missing():
    try:
        core.read_namespaced_pod_log("nobody", NAMESPACE)
    except ApiException as error:
        assert error.status == 404 and 'pods \\"nobody\\" not found' in error.body, error.body
        return
    raise AssertionError("nobody has a log")


check("create a pod and watch it until it is ready", lambda: create_pod("web", "nginx"))
check("follow a log", logs)
check("be told that there is no such pod", missing)
check("exec and take its output", at_once)
check("exec with stdin and an exit code", execute)
check("attach", attach)
check("a request through a forwarded port", forward)
sys.exit(1 if failed else 0)
