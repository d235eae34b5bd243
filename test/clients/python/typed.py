"""The official client: typed APIs, watches and errors."""

import json

from kubernetes import client, config, watch
from kubernetes.client.exceptions import (
    ApiException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    UnprocessableEntityException,
)
from kubernetes.utils import retry_on_conflict

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run

config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()


def config_map(name, data=None, **metadata):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, **metadata), data=data)


@holds("the server says its version, and what is in the core group")
def discovery():
    version = client.VersionApi().get_code()
    assert version.major == "1" and int(version.minor) >= 30, version
    resources = {resource.name: resource for resource in core.get_api_resources().resources}
    equal(resources["pods"].short_names, ["po"])
    assert "pods/log" in resources and resources["namespaces"].namespaced is False
    groups = {group.name: group.preferred_version.version for group in client.ApisApi().get_api_versions().groups}
    equal((groups["apps"], groups["batch"]), ("v1", "v1"))


@holds("a config map is created, read, and not created twice")
def create():
    created = core.create_namespaced_config_map(NAMESPACE, config_map("first", {"a": "1"}))
    assert created.metadata.uid and created.metadata.creation_timestamp.tzinfo is not None
    equal(core.read_namespaced_config_map("first", NAMESPACE), created)
    with raises(ConflictException, '"reason":"AlreadyExists"', status=409, reason="Conflict"):
        core.create_namespaced_config_map(NAMESPACE, config_map("first"))


@holds("names are generated, and a dry run keeps nothing")
def generate_name():
    made = core.create_namespaced_config_map(NAMESPACE, config_map(None, generate_name="made-"))
    assert made.metadata.name.startswith("made-") and len(made.metadata.name) == 10, made.metadata.name
    core.create_namespaced_config_map(NAMESPACE, config_map("dry"), dry_run="All")
    with raises(NotFoundException, 'configmaps \\"dry\\" not found'):
        core.read_namespaced_config_map("dry", NAMESPACE)


@holds("a stale update is a conflict, and succeeds when it is tried again")
def conflict():
    stale = core.read_namespaced_config_map("first", NAMESPACE)
    fresh = core.patch_namespaced_config_map("first", NAMESPACE, {"data": {"b": "2"}})
    assert int(fresh.metadata.resource_version) > int(stale.metadata.resource_version)
    stale.data["c"] = "3"
    with raises(ConflictException, "the object has been modified"):
        core.replace_namespaced_config_map("first", NAMESPACE, stale)

    def attempt():
        found = core.read_namespaced_config_map("first", NAMESPACE)
        found.data["c"] = "3"
        return core.replace_namespaced_config_map("first", NAMESPACE, found)

    equal(retry_on_conflict(attempt).data, {"a": "1", "b": "2", "c": "3"})


@holds("patches are strategic by default, and may be JSON and merge patches")
def patches():
    container = client.V1Container(name="main", image="nginx", env=[client.V1EnvVar(name="A", value="1")])
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels={"app": "patched"}), spec=client.V1PodSpec(containers=[container])
    )
    spec = client.V1DeploymentSpec(
        replicas=0, selector=client.V1LabelSelector(match_labels={"app": "patched"}), template=template
    )
    apps.create_namespaced_deployment(NAMESPACE, client.V1Deployment(metadata={"name": "patched"}, spec=spec))
    more = {"spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "B", "value": "2"}]}]}}}}
    patched = apps.patch_namespaced_deployment("patched", NAMESPACE, more)
    env = {entry.name: entry.value for entry in patched.spec.template.spec.containers[0].env}
    equal((env, patched.spec.template.spec.containers[0].image), ({"A": "1", "B": "2"}, "nginx"))
    operations = [
        {"op": "test", "path": "/spec/replicas", "value": 9},
        {"op": "add", "path": "/spec/paused", "value": True},
    ]
    with raises(UnprocessableEntityException, "the server rejected our request due to an error in our request"):
        apps.patch_namespaced_deployment("patched", NAMESPACE, operations, _content_type="application/json-patch+json")
    operations[0]["value"] = 0
    patched = apps.patch_namespaced_deployment(
        "patched", NAMESPACE, operations, _content_type="application/json-patch+json"
    )
    equal(patched.spec.paused, True)
    merge = {"spec": {"paused": None}, "metadata": {"annotations": {"a/b": "c"}}}
    patched = apps.patch_namespaced_deployment(
        "patched", NAMESPACE, merge, _content_type="application/merge-patch+json"
    )
    equal((patched.spec.paused, patched.metadata.annotations["a/b"]), (None, "c"))


@holds("server-side apply with a conflict tells who owns the field")
def apply():
    def applied(manager, data, **options):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": data}
        return core.patch_namespaced_config_map(
            "applied", NAMESPACE, body, field_manager=manager, _content_type="application/apply-patch+yaml", **options
        )

    applied("one", {"a": "1", "b": "1"})
    with raises(ConflictException, 'conflict with \\"one\\"', '"field":".data.a"'):
        applied("two", {"a": "2"})
    forced = applied("two", {"a": "2"}, force=True)
    owners = {entry.manager: entry.fields_v1["f:data"] for entry in forced.metadata.managed_fields}
    equal(owners, {"one": {"f:b": {}}, "two": {"f:a": {}}})
    equal(applied("one", {}).data, {"a": "2"})


@holds("a bad object is refused with a cause for each field")
def validation():
    bad = {"metadata": {"name": "Bad Name"}, "spec": {"ports": [{"port": 99999}]}}
    with raises(UnprocessableEntityException, status=422) as caught:
        core.create_namespaced_service(NAMESPACE, bad)
    causes = [cause["field"] for cause in json.loads(caught.error.body)["details"]["causes"]]
    equal(causes, ["metadata.name", "spec.ports[0].port", "spec.ports[0].targetPort"])


@holds("a list comes in pages with a remainder, all of one version, and by selectors")
def pages():
    for number in range(5):
        core.create_namespaced_secret(
            NAMESPACE,
            {"metadata": {"name": f"page-{number}", "labels": {"odd": str(number % 2)}}, "type": "example/page"},
        )
    page = core.list_namespaced_secret(NAMESPACE, limit=2, field_selector="type=example/page")
    equal(page.metadata.remaining_item_count, None)
    page = core.list_namespaced_config_map(NAMESPACE, limit=2)
    everything = core.list_namespaced_config_map(NAMESPACE).items
    equal(page.metadata.remaining_item_count, len(everything) - 2)
    names, versions = [], set()
    while True:
        names += [item.metadata.name for item in page.items]
        versions.add(page.metadata.resource_version)
        token = page.metadata._continue
        if not token:
            break
        core.create_namespaced_config_map(NAMESPACE, config_map(None, generate_name="zz-"))
        page = core.list_namespaced_config_map(NAMESPACE, limit=2, _continue=token)
    equal((names, len(versions)), ([item.metadata.name for item in everything], 1))
    chosen = core.list_namespaced_secret(
        NAMESPACE, label_selector="odd in (1),!even", field_selector="type=example/page"
    )
    equal([item.metadata.name for item in chosen.items], ["page-1", "page-3"])
    core.delete_collection_namespaced_secret(NAMESPACE, label_selector="odd")
    equal(core.list_namespaced_secret(NAMESPACE, label_selector="odd").items, [])


@holds("a watch goes on where a list has ended, and ends after its time")
def watches():
    start = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    core.create_namespaced_config_map(NAMESPACE, config_map("seen", {"n": "0"}, labels={"watch": "me"}))
    core.patch_namespaced_config_map("seen", NAMESPACE, {"data": {"n": "1"}})
    core.create_namespaced_config_map(NAMESPACE, config_map("unseen"))
    core.patch_namespaced_config_map("seen", NAMESPACE, {"metadata": {"labels": {"watch": None}}})
    watcher = watch.Watch()
    events = [
        (event["type"], event["object"].metadata.name, event["object"].data)
        for event in watcher.stream(
            core.list_namespaced_config_map,
            NAMESPACE,
            resource_version=start,
            label_selector="watch=me",
            timeout_seconds=1,
        )
    ]
    equal(events, [("ADDED", "seen", {"n": "0"}), ("MODIFIED", "seen", {"n": "1"}), ("DELETED", "seen", {"n": "1"})])
    assert int(watcher.resource_version) > int(start)


@holds("a watch that streams the list first marks its end with a bookmark")
def initial_events():
    events = []
    watcher = watch.Watch()
    for event in watcher.stream(
        core.list_namespaced_config_map,
        NAMESPACE,
        send_initial_events=True,
        allow_watch_bookmarks=True,
        resource_version_match="NotOlderThan",
        timeout_seconds=PATIENCE,
    ):
        events.append(event)
        if event["type"] == "BOOKMARK":
            watcher.stop()
    equal(events[-1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true")
    equal({event["type"] for event in events[:-1]}, {"ADDED"})
    names = sorted(event["object"].metadata.name for event in events[:-1])
    equal(names, [item.metadata.name for item in core.list_namespaced_config_map(NAMESPACE).items])


@holds("a watch from a version that is gone is 410, a list from one to come times out")
def gone():
    with raises(ApiException, "Expired: too old resource version: 1", status=410):
        for _ in watch.Watch().stream(
            core.list_namespaced_config_map, NAMESPACE, resource_version="1", timeout_seconds=PATIENCE
        ):
            pass
    with raises(ApiException, "Too large resource version: 999999999", status=504):
        core.list_namespaced_config_map(NAMESPACE, resource_version="999999999", _request_timeout=PATIENCE)


@holds("a finalizer keeps what is deleted until it is taken away, and preconditions are kept")
def deletion():
    kept = core.create_namespaced_config_map(NAMESPACE, config_map("kept", finalizers=["example.com/wait"]))
    wrong = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid="0"))
    with raises(ConflictException, "the UID in the precondition (0) does not match"):
        core.delete_namespaced_config_map("kept", NAMESPACE, body=wrong)
    core.delete_namespaced_config_map("kept", NAMESPACE)
    going = core.read_namespaced_config_map("kept", NAMESPACE)
    equal((going.metadata.uid, going.metadata.deletion_grace_period_seconds), (kept.metadata.uid, 0))
    assert going.metadata.deletion_timestamp is not None
    core.patch_namespaced_config_map("kept", NAMESPACE, {"metadata": {"finalizers": None}})
    with raises(NotFoundException, status=404):
        core.read_namespaced_config_map("kept", NAMESPACE)


@holds("what one may do is what SelfSubjectAccessReview says")
def access():
    def may(verb, resource, namespace=None):
        attributes = client.V1ResourceAttributes(verb=verb, resource=resource, namespace=namespace)
        spec = client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes)
        body = client.V1SelfSubjectAccessReview(spec=spec)
        return client.AuthorizationV1Api().create_self_subject_access_review(body).status.allowed

    equal((may("list", "pods", NAMESPACE), may("list", "nodes")), (True, not IS_NAMESPACED))
    if not IS_NAMESPACED:
        assert core.list_namespace(label_selector=f"kubernetes.io/metadata.name={NAMESPACE}").items
        return
    with raises(ForbiddenException, 'cannot list resource \\"nodes\\" in API group \\"\\" at the cluster scope'):
        core.list_node()
    with raises(ForbiddenException, 'in the namespace \\"kube-system\\"', status=403):
        core.list_namespaced_secret("kube-system")


run()
