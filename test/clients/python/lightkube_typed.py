"""lightkube: typed models, generic resources, server-side apply, watches, scale, logs and exec."""

from pathlib import Path

from lightkube import ApiError, Client, codecs, operators
from lightkube.core.exceptions import ConditionError
from lightkube.generic_resource import (
    create_namespaced_resource,
    get_generic_resource,
    load_in_cluster_generic_resources,
)
from lightkube.models.autoscaling_v1 import ScaleSpec
from lightkube.models.core_v1 import Container, PodSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.batch_v1 import Job
from lightkube.resources.core_v1 import ConfigMap, Namespace, Node, Pod, Secret, Service
from lightkube.types import CascadeType, OnErrorAction, OnErrorResult, PatchType, on_error_stop

from checks import IS_NAMESPACED, NAMESPACE, equal, holds, raises, run

client = Client(field_manager="program")
Widget = create_namespaced_resource("python.example.com", "v1", "Widget", "widgets")


def config_map(name, data=None, **metadata):
    return ConfigMap(metadata=ObjectMeta(name=name, **metadata), data=data)


@holds("the namespace is that of the kubeconfig, and objects go there")
def objects():
    equal(client.namespace, NAMESPACE)
    created = client.create(config_map("first", {"a": "1"}))
    equal((created.metadata.namespace, client.get(ConfigMap, "first")), (NAMESPACE, created))
    created.data["b"] = "2"
    replaced = client.replace(created)
    assert int(replaced.metadata.resourceVersion) > int(created.metadata.resourceVersion)
    with raises(ApiError, "the object has been modified") as caught:
        client.replace(created)
    equal((caught.error.status.code, caught.error.status.reason), (409, "Conflict"))
    equal([entry.manager for entry in replaced.metadata.managedFields], ["program"])


@holds("patches of each kind, and labels that are set and removed")
def patches():
    client.patch(ConfigMap, "first", {"data": {"c": "3"}})
    client.patch(ConfigMap, "first", {"data": {"a": None}}, patch_type=PatchType.MERGE)
    operations = [{"op": "move", "from": "/data/b", "path": "/data/d"}]
    patched = client.patch(ConfigMap, "first", operations, patch_type=PatchType.JSON)
    equal(patched.data, {"c": "3", "d": "2"})
    client.set(ConfigMap, "first", labels={"app": "first", "old": "yes"})
    found = client.set(ConfigMap, "first", labels={"old": None}, annotations={"example.com/note": "it is so"})
    equal((found.metadata.labels, found.metadata.annotations), ({"app": "first"}, {"example.com/note": "it is so"}))
    client.create(config_map("dry"), dry_run=True)
    with raises(ApiError, 'configmaps "dry" not found'):
        client.get(ConfigMap, "dry")


@holds("lists are chosen by operators on labels and fields, in chunks of one version")
def lists():
    for number in range(5):
        client.create(config_map(f"list-{number}", labels={"n": str(number)}))
    fields = {"metadata.name": operators.not_equal("list-4")}
    chosen = client.list(ConfigMap, labels={"n": operators.not_in(["1", "3"])}, fields=fields)
    equal([item.metadata.name for item in chosen if item.metadata.name.startswith("list-")], ["list-0", "list-2"])
    chunked = client.list(ConfigMap, labels={"n": operators.exists()}, chunk_size=2)
    equal([item.metadata.labels["n"] for item in chunked], ["0", "1", "2", "3", "4"])
    assert int(chunked.resourceVersion) > 0
    for number in range(3):
        client.create(Secret(metadata=ObjectMeta(name=f"gone-{number}"), stringData={"a": "b"}))
    client.deletecollection(Secret)
    equal(list(client.list(Secret)), [])


@holds("server-side apply with a conflict tells who owns the field")
def apply():
    def body(value):
        return ConfigMap(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="applied"), data={"a": value})

    client.apply(body("1"))
    with raises(ApiError, 'conflict with "program": .data.a'):
        client.apply(body("2"), field_manager="other")
    forced = client.apply(body("2"), field_manager="other", force=True)
    equal([(entry.manager, entry.operation) for entry in forced.metadata.managedFields], [("other", "Apply")])


@holds("a watch goes on where a list has ended")
def watches():
    listed = client.list(ConfigMap)
    list(listed)
    client.create(config_map("seen", {"n": "0"}))
    client.patch(ConfigMap, "seen", {"data": {"n": "1"}})
    client.delete(ConfigMap, "seen")
    events = []
    for event, item in client.watch(
        ConfigMap, resource_version=listed.resourceVersion, fields={"metadata.name": "seen"}
    ):
        events.append((event, item.data["n"]))
        if event == "DELETED":
            break
    equal(events, [("ADDED", "0"), ("MODIFIED", "1"), ("DELETED", "1")])


@holds("a watch from a version that is gone is 410, and starts anew if it should")
def gone():
    errors = []

    def on_error(error, count):
        errors.append(error.status.code)
        return OnErrorResult(OnErrorAction.RETRY if len(errors) == 1 else OnErrorAction.STOP)

    with raises(ApiError, "too old resource version: 1"):
        list(client.watch(ConfigMap, resource_version="1", server_timeout=5))
    for event, item in client.watch(
        ConfigMap, resource_version="1", on_error=on_error, fields={"metadata.name": "first"}
    ):
        equal((event, item.metadata.name), ("ADDED", "first"))
        break
    equal(errors, [410])


@holds("custom resources are generic ones, with status and scale")
def generic():
    if not IS_NAMESPACED:
        load_in_cluster_generic_resources(client)
        assert get_generic_resource("python.example.com/v1", "Widget") is Widget
    created = client.create(Widget(metadata=ObjectMeta(name="first"), spec={"color": "red"}))
    equal(created.spec, {"color": "red", "replicas": 1})
    status = Widget.Status(metadata=created.metadata, spec={"color": "blue"}, status={"phase": "Ready", "replicas": 1})
    equal(client.replace(status).status["phase"], "Ready")
    equal(client.get(Widget, "first").spec["color"], "red")
    scale = client.get(Widget.Scale, "first")
    equal((scale.kind, scale.spec.replicas, scale.status.replicas), ("Scale", 1, 1))
    client.patch(Widget.Scale, "first", {"spec": {"replicas": 4}}, patch_type=PatchType.MERGE)
    equal(client.get(Widget, "first").spec["replicas"], 4)
    with raises(ApiError, 'Unsupported value: "pink"') as caught:
        client.create(Widget(metadata=ObjectMeta(name="bad"), spec={"color": "pink"}))
    equal([cause.field for cause in caught.error.status.details.causes], ["spec.color"])
    client.delete(Widget, "first", cascade=CascadeType.FOREGROUND)


@holds("the objects of a manifest are made, waited for and scaled")
def manifest():
    for item in codecs.load_all_yaml(Path("workloads.yaml").read_text()):
        client.create(item, namespace=NAMESPACE)
    client.wait(Deployment, "web", for_conditions=["Available"])
    equal(client.get(Service, "web").spec.ports[0].targetPort, 80)
    client.replace(Deployment.Scale(metadata=ObjectMeta(name="web", namespace=NAMESPACE), spec=ScaleSpec(replicas=3)))
    for _, deployment in client.watch(Deployment, fields={"metadata.name": "web"}):
        if deployment.status.readyReplicas == 3:
            break
    equal(len([pod for pod in client.list(Pod, labels={"app": "web"}) if pod.status.phase == "Running"]), 3)


@holds("a job that completes is waited for, and what a condition says of one that fails")
def jobs():
    equal(client.wait(Job, "sum", for_conditions=["Complete"], raise_for_conditions=["Failed"]).status.succeeded, 2)
    pods = list(client.list(Pod, labels={"batch.kubernetes.io/job-name": "sum"}))
    equal([list(client.log(pod.metadata.name, newlines=False)) for pod in pods], [["6 times 7 is 42"]] * 2)
    job = client.get(Job, "sum")
    bad = Job(metadata=ObjectMeta(name="bad"), spec=job.spec)
    bad.spec.selector = bad.spec.template.metadata = None
    bad.spec.backoffLimit = 0
    bad.spec.template.spec.containers[0].command = ["false"]
    client.create(bad)
    with raises(ConditionError, "Job has reached the specified backoff limit"):
        client.wait(Job, "bad", for_conditions=["Complete"], raise_for_conditions=["Failed"])


@holds("a log is followed while it is written")
def pods():
    command = ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"]
    spec = PodSpec(containers=[Container(name="main", image="busybox", command=command)])
    client.create(Pod(metadata=ObjectMeta(name="talker"), spec=spec))
    client.wait(Pod, "talker", for_conditions=["Ready"])
    lines = []
    for line in client.log("talker", follow=True):
        lines.append(line)
        if len(lines) == 3:
            break
    equal(lines, ["line 1\n", "line 2\n", "line 3\n"])


@holds("what lies outside of the namespace is for an administrator")
def outside():
    if not IS_NAMESPACED:
        equal(client.get(Namespace, NAMESPACE).status.phase, "Active")
        assert all(node.status.capacity["cpu"] for node in client.list(Node))
        return
    with raises(ApiError, 'nodes is forbidden: User "system:serviceaccount:') as caught:
        list(client.list(Node))
    equal((caught.error.status.reason, caught.error.status.details.kind), ("Forbidden", "nodes"))
    with raises(ApiError, 'in the namespace "kube-system"'):
        list(client.list(Secret, namespace="kube-system"))
    equal(list(client.watch(Namespace, on_error=on_error_stop)), [])


# Last, and once: the thread that reads a WebSocket outlives it, and would read from the connection that comes next.
@holds("exec gives output, errors and the exit code")
def execute():
    done = client.exec(
        "talker", command=["sh", "-c", "cat; echo bad >&2; exit 3"], stdin="something", stdout=True, stderr=True
    )
    equal((done.stdout, done.stderr, done.exit_code), ("something", "bad\n", 3))


run()
