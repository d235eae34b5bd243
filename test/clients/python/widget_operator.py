"""An operator with kopf, run by `kopf run`: each Widget has a ConfigMap, and what becomes of it is in its status."""

import datetime

import kopf
import kubernetes

kubernetes.config.load_kube_config()
core = kubernetes.client.CoreV1Api()

WIDGETS = "widgets.python.example.com"


def ensure(namespace, body):
    """Handlers may be called again."""
    try:
        core.create_namespaced_config_map(namespace, body)
    except kubernetes.client.exceptions.ConflictException:
        pass


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_):
    settings.persistence.finalizer = "python.example.com/widget"
    settings.watching.server_timeout = 2  # watches end and go on all the time
    settings.networking.error_backoffs = [0.1]  # what is forbidden stays forbidden
    settings.background.cancellation_polling = 0.2
    settings.posting.loggers = True


@kopf.on.create(WIDGETS)
@kopf.on.resume(WIDGETS)
def create(spec, name, namespace, patch, retry, **_):
    if spec.get("replicas", 1) > 8 and retry < 2:
        raise kopf.TemporaryError("not yet", delay=0.1)
    body = {"metadata": {"name": f"widget-{name}"}, "data": {"color": spec["color"]}}
    kopf.adopt(body)
    ensure(namespace, body)
    patch.status["phase"] = "Ready"
    return {"configMap": f"widget-{name}", "retries": retry}


@kopf.on.update(WIDGETS, field="spec.color")
def recolor(name, namespace, old, new, body, **_):
    core.patch_namespaced_config_map(f"widget-{name}", namespace, {"data": {"color": new}})
    kopf.event(body, type="Normal", reason="Recolored", message=f"It was {old} and is {new}.")


@kopf.on.delete(WIDGETS)
def delete(name, namespace, **_):
    ensure(namespace, {"metadata": {"name": f"farewell-{name}"}})


@kopf.timer(WIDGETS, interval=0.2, labels={"ticks": kopf.PRESENT})
def tick(status, patch, labels, **_):
    if status.get("ticks", 0) < int(labels["ticks"]):
        patch.status["ticks"] = status.get("ticks", 0) + 1


@kopf.daemon(WIDGETS, labels={"guarded": "yes"})
def guard(stopped, name, namespace, **_):
    lease = {
        "metadata": {"name": name},
        "spec": {"holderIdentity": "guard", "renewTime": datetime.datetime.now(datetime.timezone.utc)},
    }
    leases = kubernetes.client.CoordinationV1Api()
    leases.create_namespaced_lease(namespace, lease)
    stopped.wait()
    leases.delete_namespaced_lease(name, namespace)


@kopf.index("configmaps", labels={"indexed": kopf.PRESENT})
def colors(name, labels, **_):
    return {labels["indexed"]: name}


@kopf.on.field(WIDGETS, field="spec.replicas")
def count(new, patch, colors: kopf.Index, spec, **_):
    patch.status["replicas"] = new
    patch.status["same"] = len(colors.get(spec["color"], []))
