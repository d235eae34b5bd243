"""kopf: an operator that runs beside this program, which does what its users do."""

import atexit
import signal
import subprocess
import sys

from kubernetes import client, config
from kubernetes.client.exceptions import ForbiddenException, NotFoundException

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run, until

WIDGETS = ("python.example.com", "v1", NAMESPACE, "widgets")

config.load_kube_config()
core = client.CoreV1Api()
custom = client.CustomObjectsApi()


def start():
    where = ["--namespace", NAMESPACE] if IS_NAMESPACED else ["--all-namespaces"]
    command = [sys.executable, "-m", "kopf", "run", "--standalone", "--verbose", *where, "widget_operator.py"]
    process = subprocess.Popen(command, stdout=sys.stderr)
    atexit.register(process.kill)
    return process


def stop(process):
    process.send_signal(signal.SIGTERM)
    equal(process.wait(PATIENCE), 0)


def create(name, labels=None, **spec):
    body = {
        "apiVersion": "python.example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": spec,
    }
    return custom.create_namespaced_custom_object(*WIDGETS, body)


def patch(name, body):
    custom.patch_namespaced_custom_object(*WIDGETS, name, body, _content_type="application/merge-patch+json")


def read(name):
    return custom.get_namespaced_custom_object(*WIDGETS, name)


def status(name, field):
    return read(name).get("status", {}).get(field)


def is_gone(reader, *names):
    try:
        reader(*names)
    except NotFoundException:
        return True
    return False


before = create("before", color="red")
operator = start()


@holds("what was there before the operator is taken care of when it starts")
def resume():
    until(lambda: status("before", "phase") == "Ready")
    found = read("before")
    equal(found["metadata"]["finalizers"], ["python.example.com/widget"])
    equal(found["status"]["create"], {"configMap": "widget-before", "retries": 0})
    [owner] = core.read_namespaced_config_map("widget-before", NAMESPACE).metadata.owner_references
    equal((owner.kind, owner.uid, owner.controller), ("Widget", before["metadata"]["uid"], True))


@holds("a new object is seen, and tried again after an error")
def retries():
    create("many", color="blue", replicas=9)
    until(lambda: status("many", "phase") == "Ready")
    equal(status("many", "create"), {"configMap": "widget-many", "retries": 2})
    annotations = read("many")["metadata"]["annotations"]
    assert "kopf.zalando.org/last-handled-configuration" in annotations, annotations

    def told():
        found = core.list_namespaced_event(NAMESPACE, field_selector="involvedObject.name=many,type=Error").items
        return [event.message for event in found]

    equal(until(told)[0], "Handler 'create' failed temporarily: not yet")


@holds("a field that changes is followed, and an Event tells of it")
def update():
    patch("before", {"spec": {"color": "green"}})
    until(lambda: core.read_namespaced_config_map("widget-before", NAMESPACE).data == {"color": "green"})

    def told():
        events = core.list_namespaced_event(NAMESPACE, field_selector="involvedObject.name=before,reason=Recolored")
        return [event.message for event in events.items]

    equal(until(told), ["It was red and is green."])


@holds("an index knows what other objects there are")
def index():
    for number in range(3):
        metadata = client.V1ObjectMeta(name=f"indexed-{number}", labels={"indexed": "blue"})
        core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=metadata))

    def counted():
        patch("many", {"spec": {"replicas": 10 + (status("many", "replicas") or 0) % 50}})
        return status("many", "same") == 3

    until(counted)


@holds("a timer goes on over many watches, and ends when it is filtered out")
def timer():
    create("timed", labels={"ticks": "12"}, color="red")
    until(lambda: status("timed", "ticks") == 12)
    patch("timed", {"metadata": {"labels": {"ticks": None}}})


@holds("a daemon lives as long as its object, and ends before it")
def daemon():
    leases = client.CoordinationV1Api()
    create("guarded", labels={"guarded": "yes"}, color="red")
    until(lambda: not is_gone(leases.read_namespaced_lease, "guarded", NAMESPACE))
    custom.delete_namespaced_custom_object(*WIDGETS, "guarded")
    until(lambda: is_gone(read, "guarded"))
    equal(is_gone(leases.read_namespaced_lease, "guarded", NAMESPACE), True)


@holds("a deletion waits for the operator, and takes what it owns along")
def delete():
    custom.delete_namespaced_custom_object(*WIDGETS, "before")
    until(lambda: is_gone(read, "before"))
    core.read_namespaced_config_map("farewell-before", NAMESPACE)
    until(lambda: is_gone(core.read_namespaced_config_map, "widget-before", NAMESPACE))


@holds("the operator ends when it is told to, and another goes on where it was")
def restart():
    stop(operator)
    custom.delete_namespaced_custom_object(*WIDGETS, "many")
    patch("timed", {"spec": {"color": "blue"}})
    equal("deletionTimestamp" in read("many")["metadata"], True)
    second = start()
    until(lambda: is_gone(read, "many"))
    until(lambda: core.read_namespaced_config_map("widget-timed", NAMESPACE).data == {"color": "blue"})
    stop(second)


@holds("definitions are watched by an administrator alone")
def outside():
    definitions = client.ApiextensionsV1Api()
    if IS_NAMESPACED:
        with raises(ForbiddenException, 'cannot list resource \\"customresourcedefinitions\\"', status=403):
            definitions.list_custom_resource_definition()
        return
    names = [item.metadata.name for item in definitions.list_custom_resource_definition().items]
    assert "widgets.python.example.com" in names, names


run()
