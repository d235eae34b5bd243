"""The official client: objects of a CustomResourceDefinition, as dictionaries."""

import json

from kubernetes import client, config, watch
from kubernetes.client.exceptions import (
    ApiException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    UnprocessableEntityException,
)

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run

GROUP, VERSION, PLURAL = "python.example.com", "v1", "widgets"
WIDGETS = (GROUP, VERSION, NAMESPACE, PLURAL)

config.load_kube_config()
custom = client.CustomObjectsApi()


def widget(name, **spec):
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": "Widget", "metadata": {"name": name}, "spec": spec}


@holds("the definition is discovered with its subresources")
def discovery():
    resources = {resource.name: resource for resource in custom.get_api_resources(GROUP, VERSION).resources}
    equal(set(resources), {"widgets", "widgets/status", "widgets/scale"})
    equal((resources["widgets"].kind, resources["widgets"].short_names), ("Widget", ["wdg"]))
    equal((resources["widgets/scale"].group, resources["widgets/scale"].kind), ("autoscaling", "Scale"))


@holds("an object gets the defaults of its schema, and is the same when it is read")
def create():
    created = custom.create_namespaced_custom_object(*WIDGETS, widget("first", color="red"))
    equal((created["spec"], created["metadata"]["generation"]), ({"color": "red", "replicas": 1}, 1))
    equal(custom.get_namespaced_custom_object(*WIDGETS, "first"), created)


@holds("what the schema forbids is refused with its fields, unknown fields only by strict validation")
def validation():
    with raises(UnprocessableEntityException, status=422) as caught:
        custom.create_namespaced_custom_object(*WIDGETS, widget("bad", color="pink", replicas=-1))
    details = json.loads(caught.error.body)["details"]
    equal((details["group"], details["kind"], details["name"]), (GROUP, "Widget", "bad"))
    equal({cause["field"] for cause in details["causes"]}, {"spec.color", "spec.replicas", ".spec.replicas"})
    odd = widget("odd", color="red", colour="red")
    with raises(ApiException, 'strict decoding error: unknown field \\"spec.colour\\"', status=400):
        custom.create_namespaced_custom_object(*WIDGETS, odd, field_validation="Strict")
    data, code, headers = custom.create_namespaced_custom_object_with_http_info(*WIDGETS, odd, field_validation="Warn")
    equal((code, headers["Warning"]), (201, '299 - "unknown field \\"spec.colour\\""'))
    equal(data["spec"], {"color": "red", "replicas": 1})


@holds("a list is chosen by a field that the definition selects, and comes in pages")
def lists():
    for number, color in enumerate(["green", "blue", "green"]):
        custom.create_namespaced_custom_object(*WIDGETS, widget(f"list-{number}", color=color))
    green = custom.list_namespaced_custom_object(*WIDGETS, field_selector="spec.color=green")
    equal((green["kind"], [item["metadata"]["name"] for item in green["items"]]), ("WidgetList", ["list-0", "list-2"]))
    with raises(ApiException, "field label not supported: spec.replicas", status=400):
        custom.list_namespaced_custom_object(*WIDGETS, field_selector="spec.replicas=1")
    page = custom.list_namespaced_custom_object(*WIDGETS, limit=3)
    rest = custom.list_namespaced_custom_object(*WIDGETS, limit=3, _continue=page["metadata"]["continue"])
    equal((len(page["items"]), page["metadata"]["remainingItemCount"], len(rest["items"])), (3, 2, 2))


@holds("a table has the printer columns of the definition")
def table():
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    found = custom.list_namespaced_custom_object(*WIDGETS, field_selector="spec.color=blue", _headers=accept)
    equal(found["kind"], "Table")
    equal([column["name"] for column in found["columnDefinitions"]], ["Name", "Color", "Phase"])
    equal([row["cells"] for row in found["rows"]], [["list-1", "blue", None]])


@holds("a merge patch keeps the status, and the status subresource changes nothing else")
def status():
    patched = custom.patch_namespaced_custom_object(
        *WIDGETS,
        "first",
        {"spec": {"replicas": 3}, "status": {"phase": "No"}},
        _content_type="application/merge-patch+json",
    )
    assert "status" not in patched and patched["metadata"]["generation"] == 2, patched
    patched["spec"]["replicas"] = 9
    patched["status"] = {"phase": "Ready", "replicas": 2}
    replaced = custom.replace_namespaced_custom_object_status(*WIDGETS, "first", patched)
    equal((replaced["spec"]["replicas"], replaced["status"]), (3, {"phase": "Ready", "replicas": 2}))
    equal(replaced["metadata"]["generation"], 2)
    with raises(ConflictException, "the object has been modified"):
        custom.replace_namespaced_custom_object(*WIDGETS, "first", patched)


@holds("the scale subresource reads and changes the replicas")
def scale():
    scale = custom.get_namespaced_custom_object_scale(*WIDGETS, "first")
    equal((scale["kind"], scale["spec"]["replicas"], scale["status"]["replicas"]), ("Scale", 3, 2))
    custom.patch_namespaced_custom_object_scale(
        *WIDGETS, "first", {"spec": {"replicas": 5}}, _content_type="application/merge-patch+json"
    )
    equal(custom.get_namespaced_custom_object(*WIDGETS, "first")["spec"]["replicas"], 5)


@holds("server-side apply merges a list by its key, and tells who owns an entry")
def apply():
    def applied(manager, parts):
        return custom.patch_namespaced_custom_object(
            *WIDGETS,
            "applied",
            widget("applied", color="blue", parts=parts),
            field_manager=manager,
            _content_type="application/apply-patch+yaml",
        )

    applied("one", [{"name": "a", "weight": 1}])
    both = applied("two", [{"name": "b", "weight": 2}])
    equal([part["name"] for part in both["spec"]["parts"]], ["a", "b"])
    with raises(ConflictException, 'conflict with \\"one\\"', 'spec.parts[name=\\"a\\"].weight'):
        applied("two", [{"name": "a", "weight": 3}])
    equal(applied("one", [])["spec"]["parts"], [{"name": "b", "weight": 2}])


@holds("no strategic merge patch for custom resources")
def strategic():
    with raises(ApiException, "the body of the request was in an unknown format", status=415):
        custom.patch_namespaced_custom_object(
            *WIDGETS, "first", {"spec": {}}, _content_type="application/strategic-merge-patch+json"
        )


@holds("a watch has every change in order, and the last state of what is deleted")
def watches():
    start = custom.list_namespaced_custom_object(*WIDGETS)["metadata"]["resourceVersion"]
    custom.create_namespaced_custom_object(*WIDGETS, widget("seen", color="red"))
    custom.patch_namespaced_custom_object(
        *WIDGETS,
        "seen",
        [{"op": "replace", "path": "/spec/color", "value": "green"}],
        _content_type="application/json-patch+json",
    )
    custom.delete_namespaced_custom_object(*WIDGETS, "seen")
    watcher = watch.Watch()
    events = []
    for event in watcher.stream(
        custom.list_namespaced_custom_object, *WIDGETS, resource_version=start, timeout_seconds=PATIENCE
    ):
        events.append((event["type"], event["object"]["spec"]["color"]))
        if event["type"] == "DELETED":
            watcher.stop()
    equal(events, [("ADDED", "red"), ("MODIFIED", "green"), ("DELETED", "green")])
    with raises(NotFoundException, 'widgets.python.example.com \\"seen\\" not found'):
        custom.get_namespaced_custom_object(*WIDGETS, "seen")


@holds("an owner takes what it owns along")
def owner():
    first = custom.get_namespaced_custom_object(*WIDGETS, "first")
    reference = client.V1OwnerReference(
        api_version=first["apiVersion"], kind="Widget", name="first", uid=first["metadata"]["uid"], controller=True
    )
    core = client.CoreV1Api()
    metadata = client.V1ObjectMeta(name="owned", owner_references=[reference])
    owned = core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=metadata))
    custom.delete_namespaced_custom_object(*WIDGETS, "first")
    watcher = watch.Watch()
    gone = [
        event["object"].metadata.name
        for event in watcher.stream(
            core.list_namespaced_config_map,
            NAMESPACE,
            field_selector="metadata.name=owned",
            resource_version=owned.metadata.resource_version,
            timeout_seconds=PATIENCE,
        )
        if event["type"] == "DELETED" and watcher.stop() is None
    ]
    equal(gone, ["owned"])


@holds("the definition is for an administrator")
def definition():
    name = f"{PLURAL}.{GROUP}"
    if IS_NAMESPACED:
        with raises(ForbiddenException, 'cannot get resource \\"customresourcedefinitions\\"', status=403):
            client.ApiextensionsV1Api().read_custom_resource_definition(name)
        with raises(
            ForbiddenException, f'cannot list resource \\"{PLURAL}\\" in API group \\"{GROUP}\\" at the cluster'
        ):
            custom.list_cluster_custom_object(GROUP, VERSION, PLURAL)
        return
    found = client.ApiextensionsV1Api().read_custom_resource_definition(name)
    conditions = {condition.type: condition.status for condition in found.status.conditions}
    equal((conditions["Established"], found.status.stored_versions), ("True", ["v1"]))
    assert custom.list_cluster_custom_object(GROUP, VERSION, PLURAL)["items"]


run()
