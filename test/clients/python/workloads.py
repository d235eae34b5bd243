"""The official client: a manifest whose Deployment, Service and Job are run, and what belongs to them."""

import datetime
import threading

from kubernetes import client, config, utils, watch
from kubernetes.client.exceptions import ForbiddenException
from kubernetes.informer import ADDED, DELETED, SharedInformer

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run, until

config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()
batch = client.BatchV1Api()


def wait_for(condition, lister, name):
    """Watches one object until it is so. @return: the object"""
    watcher = watch.Watch()
    for event in watcher.stream(lister, NAMESPACE, field_selector=f"metadata.name={name}", timeout_seconds=PATIENCE):
        if event["type"] != "DELETED" and condition(event["object"]):
            watcher.stop()
            return event["object"]
    raise AssertionError(f"{name} is never so")


def is_rolled_out(deployment):
    status = deployment.status
    return (
        status.observed_generation == deployment.metadata.generation
        and status.updated_replicas == status.available_replicas == status.replicas == deployment.spec.replicas
    )


def pods():
    return core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items


@holds("a manifest of several documents is created, and not twice")
def manifest():
    api_client = client.ApiClient()
    created = utils.create_from_yaml(api_client, "workloads.yaml", namespace=NAMESPACE)
    equal([objects[0].kind for objects in created], ["Deployment", "Service", "Job"])
    with raises(utils.FailToCreateError, "AlreadyExists") as caught:
        utils.create_from_yaml(api_client, "workloads.yaml", namespace=NAMESPACE)
    equal(len(caught.error.api_exceptions), 3)


@holds("the deployment is rolled out, and its service leads to its pods")
def rollout():
    wait_for(is_rolled_out, apps.list_namespaced_deployment, "web")
    addresses = {pod.status.pod_ip for pod in pods()}
    equal(len(addresses), 2)

    def endpoints():
        slices = client.DiscoveryV1Api().list_namespaced_endpoint_slice(
            NAMESPACE, label_selector="kubernetes.io/service-name=web"
        )
        ready = [endpoint for piece in slices.items for endpoint in piece.endpoints or [] if endpoint.conditions.ready]
        return {address for endpoint in ready for address in endpoint.addresses} == addresses

    until(endpoints)
    answer = core.connect_get_namespaced_service_proxy_with_path("web:80", NAMESPACE, path="index.html")
    assert "Welcome to nginx!" in answer, answer


@holds("another image makes another replica set, whose pods take over")
def update():
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:1.28"}]}}}}
    apps.patch_namespaced_deployment("web", NAMESPACE, patch)
    wait_for(is_rolled_out, apps.list_namespaced_deployment, "web")
    sets = apps.list_namespaced_replica_set(NAMESPACE, label_selector="app=web").items
    revisions = {item.metadata.annotations["deployment.kubernetes.io/revision"]: item.spec.replicas for item in sets}
    equal(revisions, {"1": 0, "2": 2})
    until(lambda: {pod.spec.containers[0].image for pod in pods()} == {"nginx:1.28"})


@holds("the scale subresource makes more pods, which an informer sees")
def scale():
    seen, enough = set(), threading.Event()
    informer = SharedInformer(core.list_namespaced_pod, namespace=NAMESPACE, label_selector="app=web")

    def added(pod):
        seen.add(pod.metadata.name)
        if len(seen) == 4:
            enough.set()

    informer.add_event_handler(ADDED, added)
    informer.start()
    try:
        until(lambda: len(informer.cache.list()) == 2)
        found = apps.read_namespaced_deployment_scale("web", NAMESPACE)
        equal((found.spec.replicas, found.status.selector), (2, "app=web"))
        found.spec.replicas = 4
        apps.replace_namespaced_deployment_scale("web", NAMESPACE, found)
        assert enough.wait(PATIENCE), seen
        wait_for(is_rolled_out, apps.list_namespaced_deployment, "web")
        deleted = threading.Event()
        informer.add_event_handler(DELETED, lambda pod: deleted.set())
        apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 3}})
        assert deleted.wait(PATIENCE)
        equal({f"{NAMESPACE}/{pod.metadata.name}" for pod in pods()}, set(informer.cache.list_keys()))
    finally:
        informer.stop()


@holds("a pod that is evicted is replaced, unless a disruption budget forbids it")
def eviction():
    selector = client.V1LabelSelector(match_labels={"app": "web"})
    budget = client.V1PodDisruptionBudget(
        metadata=client.V1ObjectMeta(name="web"),
        spec=client.V1PodDisruptionBudgetSpec(min_available=2, selector=selector),
    )
    policy = client.PolicyV1Api()
    wait_for(is_rolled_out, apps.list_namespaced_deployment, "web")
    policy.create_namespaced_pod_disruption_budget(NAMESPACE, budget)
    wait_for(
        lambda budget: budget.status and budget.status.disruptions_allowed == 1,
        policy.list_namespaced_pod_disruption_budget,
        "web",
    )
    name = pods()[0].metadata.name
    core.create_namespaced_pod_eviction(name, NAMESPACE, client.V1Eviction(metadata={"name": name}))
    until(lambda: name not in {pod.metadata.name for pod in pods()})
    wait_for(is_rolled_out, apps.list_namespaced_deployment, "web")
    policy.patch_namespaced_pod_disruption_budget("web", NAMESPACE, {"spec": {"minAvailable": 3}})
    wait_for(
        lambda budget: (
            budget.status.observed_generation == budget.metadata.generation and budget.status.disruptions_allowed == 0
        ),
        policy.list_namespaced_pod_disruption_budget,
        "web",
    )
    name = pods()[0].metadata.name
    with raises(client.ApiException, "Cannot evict pod as it would violate the pod's disruption budget.", status=429):
        core.create_namespaced_pod_eviction(name, NAMESPACE, client.V1Eviction(metadata={"name": name}))


@holds("the job succeeds, and its pods have said what they should")
def job():
    done = wait_for(
        lambda job: any(condition.type == "Complete" for condition in job.status.conditions or []),
        batch.list_namespaced_job,
        "sum",
    )
    equal((done.status.succeeded, done.status.failed), (2, None))
    assert done.status.completion_time >= done.status.start_time
    finished = core.list_namespaced_pod(
        NAMESPACE, label_selector="batch.kubernetes.io/job-name=sum", field_selector="status.phase=Succeeded"
    ).items
    logs = [core.read_namespaced_pod_log(pod.metadata.name, NAMESPACE) for pod in finished]
    equal(logs, ["6 times 7 is 42\n"] * 2)


@holds("controllers have written Events, and a client writes its own")
def events():
    found = core.list_namespaced_event(
        NAMESPACE, field_selector="involvedObject.kind=Deployment,reason=ScalingReplicaSet"
    )
    assert any(event.message.startswith("Scaled up replica set web-") for event in found.items), found.items
    involved = client.V1ObjectReference(api_version="apps/v1", kind="Deployment", name="web", namespace=NAMESPACE)
    # Without an eventTime the newer API has null, which the client's model of it does not take.
    now = datetime.datetime.now(datetime.timezone.utc)
    body = client.CoreV1Event(
        metadata=client.V1ObjectMeta(generate_name="web."),
        involved_object=involved,
        reason="Tried",
        message="It is so.",
        type="Normal",
        first_timestamp=now,
        last_timestamp=now,
        count=1,
        source=client.V1EventSource(component="program"),
        event_time=now,
        action="Try",
        reporting_component="example.com/program",
        reporting_instance="one",
    )
    made = core.create_namespaced_event(NAMESPACE, body)
    newer = client.EventsV1Api().read_namespaced_event(made.metadata.name, NAMESPACE)
    equal((newer.note, newer.regarding.name, newer.deprecated_count), ("It is so.", "web", 1))


@holds("a token of a service account says who it is")
def token():
    core.create_namespaced_service_account(NAMESPACE, client.V1ServiceAccount(metadata={"name": "robot"}))
    spec = client.V1TokenRequestSpec(audiences=[], expiration_seconds=600)
    answer = core.create_namespaced_service_account_token(
        "robot", NAMESPACE, client.AuthenticationV1TokenRequest(spec=spec)
    )
    default = client.Configuration.get_default_copy()
    own = client.Configuration(host=default.host, api_key={"BearerToken": answer.status.token})
    own.api_key_prefix = {"BearerToken": "Bearer"}
    own.ssl_ca_cert, own.verify_ssl = default.ssl_ca_cert, default.verify_ssl
    with client.ApiClient(own) as robot:
        review = client.AuthenticationV1Api(robot).create_self_subject_review(client.V1SelfSubjectReview())
        equal(review.status.user_info.username, f"system:serviceaccount:{NAMESPACE}:robot")
        with raises(ForbiddenException, f'User \\"system:serviceaccount:{NAMESPACE}:robot\\" cannot list resource'):
            client.CoreV1Api(robot).list_namespaced_pod(NAMESPACE)


@holds("what is deleted in the foreground goes after its pods")
def foreground():
    apps.delete_namespaced_deployment("web", NAMESPACE, propagation_policy="Foreground")
    until(lambda: not apps.list_namespaced_deployment(NAMESPACE).items)
    equal((apps.list_namespaced_replica_set(NAMESPACE, label_selector="app=web").items, pods()), ([], []))


@holds("nodes are for an administrator")
def nodes():
    if IS_NAMESPACED:
        with raises(ForbiddenException, 'cannot list resource \\"nodes\\"', status=403):
            core.list_node()
        return
    for node in core.list_node().items:
        assert utils.parse_quantity(node.status.allocatable["memory"]) > 0
        conditions = {condition.type: condition.status for condition in node.status.conditions}
        equal(conditions["Ready"], "True")


run()
