"""kr8s as scripts use it: objects with methods, workloads, logs, exec and port-forward."""

import threading
import urllib.request

import kr8s
from kr8s.objects import ConfigMap, Deployment, Job, Pod, Service, new_class

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run

Widget = new_class(kind="Widget", version="python.example.com/v1", namespaced=True, scalable=True, asyncio=False)


def config_map(name, data, **metadata):
    return ConfigMap({"metadata": {"name": name, "namespace": NAMESPACE, **metadata}, "data": data})


@holds("the kubeconfig says who and where, and the server what it serves")
def discovery():
    api = kr8s.api()
    equal((api.namespace, api.version()["major"]), (NAMESPACE, "1"))
    resources = {(resource["name"], resource["version"]) for resource in api.api_resources()}
    assert {("pods", "v1"), ("deployments", "apps/v1"), ("widgets", "python.example.com/v1")} <= resources
    assert {"v1", "apps/v1"} <= set(api.api_versions())
    equal(api.lookup_kind("wdg")[0], "widget.python.example.com/v1")


@holds("objects are created, found, patched, labelled and annotated")
def objects():
    first = config_map("first", {"a": "1"})
    equal(first.exists(), False)
    first.create()
    first.patch({"data": {"b": "2"}})
    first.label(app="first")
    first.annotate({"example.com/note": "it is so"})
    found = ConfigMap.get("first", namespace=NAMESPACE)
    equal(found.data.to_dict(), {"a": "1", "b": "2"})
    equal((found.labels.to_dict(), found.annotations["example.com/note"]), ({"app": "first"}, "it is so"))
    first.patch([{"op": "remove", "path": "/data/a"}], type="json")
    found.refresh()
    equal(found.data.to_dict(), {"b": "2"})
    first.remove_label("app")
    with raises(kr8s.ServerError, 'configmaps "first" already exists'):
        config_map("first", {}).create()


@holds("lists are chosen by labels and fields")
def lists():
    for number in range(3):
        config_map(f"list-{number}", {}, labels={"n": str(number)}).create()
    equal(
        [item.name for item in kr8s.get("cm", namespace=NAMESPACE, label_selector="n in (0,2)")], ["list-0", "list-2"]
    )
    equal([item.name for item in kr8s.get("configmaps", namespace=NAMESPACE, label_selector={"n": "1"})], ["list-1"])
    found = kr8s.get("configmap", namespace=NAMESPACE, field_selector={"metadata.name": "list-1"})
    equal([type(item).__name__ for item in found], ["ConfigMap"])


@holds("custom resources are created from their definition, scaled, and adopt what they own")
def custom():
    widget = Widget({"metadata": {"name": "first", "namespace": NAMESPACE}, "spec": {"color": "red"}})
    widget.create()
    equal(widget.replicas, 1)
    widget.scale(3)
    equal(widget.replicas, 3)
    widget.patch({"status": {"phase": "Ready"}}, subresource="status")
    widget.wait("jsonpath='{.status.phase}'=Ready", timeout=PATIENCE)
    equal([found.raw.spec.color for found in kr8s.get("widgets.python.example.com", namespace=NAMESPACE)], ["red"])
    owned = config_map("owned", {})
    owned.create()
    widget.adopt(owned)
    widget.delete()
    owned.wait("delete", timeout=PATIENCE)
    equal((widget.exists(), owned.exists()), (False, False))


@holds("a deployment becomes available, is scaled and restarted")
def deployment():
    labels = {"app": "web"}
    pod = Pod.gen(name="web", image="nginx", ports=[80])
    deployment = Deployment(
        {
            "metadata": {"name": "web", "namespace": NAMESPACE},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod.spec.to_dict()},
            },
        }
    )
    deployment.create()
    deployment.wait("condition=Available", timeout=PATIENCE)
    deployment.wait("jsonpath='{.status.readyReplicas}'=2", timeout=PATIENCE)
    equal((deployment.ready(), len(deployment.pods())), (True, 2))
    deployment.scale(3)
    deployment.wait("jsonpath='{.status.readyReplicas}'=3", timeout=PATIENCE)
    equal(len(deployment.pods()), 3)


@holds("a service has ready pods, and its proxy and a forwarded port answer")
def service():
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 80}]}
    service = Service({"metadata": {"name": "web", "namespace": NAMESPACE}, "spec": spec})
    service.create()
    equal((service.ready(), len(service.ready_pods())), (True, 3))
    assert "Welcome to nginx!" in service.proxy_http_get("/").text
    for resource in (service, service.ready_pods()[0]):
        with resource.portforward(remote_port=80, local_port="auto") as port:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
                assert b"Welcome to nginx!" in answer.read()


@holds("exec gives output, errors and the exit code")
def execute():
    pod = Deployment.get("web", namespace=NAMESPACE).pods()[0]
    equal(pod.exec(["cat", "/etc/hostname"]).stdout, f"{pod.name}\n".encode())
    done = pod.exec(["sh", "-c", "printf something; echo bad >&2; exit 3"], check=False)
    equal((done.stdout, done.stderr, done.returncode), (b"something", b"bad\n", 3))
    with raises(kr8s.ExecError, "exited with status 1"):
        pod.exec(["false"], check=False).check_returncode()


@holds("a job completes, and its log is read and followed")
def job():
    container = {"name": "main", "image": "busybox", "command": ["sh", "-c", "for i in 1 2 3; do echo line $i; done"]}
    template = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    job = Job({"metadata": {"name": "talker", "namespace": NAMESPACE}, "spec": {"template": template}})
    job.create()
    job.wait(["condition=Complete", "condition=Failed"], timeout=PATIENCE)
    equal(job.status.succeeded, 1)
    [pod] = kr8s.get("pods", namespace=NAMESPACE, label_selector={"job-name": "talker"})
    equal(list(pod.logs()), ["line 1", "line 2", "line 3"])
    equal(list(pod.logs(follow=True, tail_lines=2)), ["line 2", "line 3"])


@holds("a watch sees what another thread does")
def watches():
    seen = config_map("seen", {"n": "0"})
    seen.create()

    def change():
        other = ConfigMap.get("seen", namespace=NAMESPACE)
        other.patch({"data": {"n": "1"}})
        other.delete()

    thread = threading.Thread(target=change)
    events = []
    thread.start()
    for event, item in seen.watch():
        events.append((event, item.data["n"]))
        if event == "DELETED":
            break
    thread.join(PATIENCE)
    equal(events, [("MODIFIED", "1"), ("DELETED", "1")])


@holds("what is not there is not found, and what lies outside is for an administrator")
def errors():
    with raises(kr8s.NotFoundError, "Could not find ConfigMap nobody"):
        ConfigMap.get("nobody", namespace=NAMESPACE)
    if IS_NAMESPACED:
        with raises(kr8s.ServerError, 'cannot list resource "nodes" in API group "" at the cluster scope'):
            list(kr8s.get("nodes"))
        with raises(kr8s.ServerError, 'cannot list resource "secrets" in API group "" in the namespace "kube-system"'):
            list(kr8s.get("secrets", namespace="kube-system"))
        return
    assert {"default", NAMESPACE} <= {namespace.name for namespace in kr8s.get("namespaces")}


run()
