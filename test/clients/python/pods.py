"""Pods that answer, through the official client: logs, exec, attach and port-forward."""

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException, NotFoundException
from kubernetes.stream import portforward, stream
from kubernetes.stream.ws_client import STDERR_CHANNEL, STDOUT_CHANNEL

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run, until

config.load_kube_config()
core = client.CoreV1Api()


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


@holds("a pod is created and watched until it is ready")
def web():
    create_pod("web", "nginx")


@holds("a log is followed")
def logs():
    create_pod("talker", "busybox", ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"])
    lines = []
    for line in watch.Watch().stream(core.read_namespaced_pod_log, "talker", NAMESPACE, follow=True):
        lines.append(line)
        if len(lines) == 3:
            break
    equal(lines, ["line 1", "line 2", "line 3"])
    until(lambda: core.read_namespaced_pod_log("talker", NAMESPACE, tail_lines=1) == "line 3\n")


@holds("there is no log of a pod that is not there")
def missing():
    with raises(NotFoundException, 'pods \\"nobody\\" not found', status=404):
        core.read_namespaced_pod_log("nobody", NAMESPACE)


@holds("exec gives its output at once")
def at_once():
    said = stream(
        core.connect_get_namespaced_pod_exec,
        "web",
        NAMESPACE,
        command=["cat", "/etc/hostname"],
        stdin=False,
        stdout=True,
        stderr=True,
        tty=False,
    )
    equal(said, "web\n")


@holds("exec takes standard input and gives an exit code")
def execute():
    session = stream(
        core.connect_get_namespaced_pod_exec,
        "web",
        NAMESPACE,
        command=["sh", "-c", "read word; echo got $word; echo bad >&2; exit 3"],
        stdin=True,
        stdout=True,
        stderr=True,
        tty=False,
        _preload_content=False,
    )
    session.write_stdin("something\n")
    session.run_forever(timeout=PATIENCE)
    said = (session.read_channel(STDOUT_CHANNEL), session.read_channel(STDERR_CHANNEL), session.returncode)
    equal(said, ("got something\n", "bad\n", 3))


@holds("attach reaches what runs")
def attach():
    create_pod("attached", "busybox", ["sh", "-c", "read word; echo got $word; sleep 1000"], stdin=True)
    session = stream(
        core.connect_get_namespaced_pod_attach,
        "attached",
        NAMESPACE,
        container="main",
        stdin=True,
        stdout=True,
        stderr=False,
        tty=False,
        _preload_content=False,
    )
    session.write_stdin("something\n")
    equal(session.readline_stdout(timeout=PATIENCE), "got something")
    session.close()


@holds("a request goes through a forwarded port")
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


@holds("pods are listed, labelled and deleted, which a watch sees")
def change_and_delete():
    start = core.list_namespaced_pod(NAMESPACE)
    equal([pod.metadata.name for pod in start.items], ["attached", "talker", "web"])
    core.patch_namespaced_pod("talker", NAMESPACE, {"metadata": {"labels": {"app": "talker"}}})
    core.delete_namespaced_pod("talker", NAMESPACE, grace_period_seconds=0)
    watcher = watch.Watch()
    events = []
    for event in watcher.stream(
        core.list_namespaced_pod,
        NAMESPACE,
        label_selector="app=talker",
        timeout_seconds=PATIENCE,
        resource_version=start.metadata.resource_version,
    ):
        events.append(event["type"])
        if event["type"] == "DELETED":
            watcher.stop()
    equal((events[0], events[-1]), ("ADDED", "DELETED"))


@holds("exec needs the right to it")
def forbidden():
    def attempt(namespace):
        stream(
            core.connect_get_namespaced_pod_exec,
            "nobody",
            namespace,
            command=["true"],
            stdin=False,
            stdout=True,
            stderr=True,
            tty=False,
        )

    with raises(ApiException, "Handshake status 404 Not Found", 'pods \\"nobody\\" not found'):
        attempt(NAMESPACE)
    if IS_NAMESPACED:
        with raises(ApiException, "Handshake status 403 Forbidden", 'cannot get resource \\"pods/exec\\"'):
            attempt("kube-system")


run()
