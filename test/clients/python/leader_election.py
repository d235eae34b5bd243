"""The official client: leader election with leases and config maps."""

import threading
import time

from kubernetes import client, config
from kubernetes.client.exceptions import ConflictException, ForbiddenException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run, until

config.load_kube_config()
coordination = client.CoordinationV1Api()
core = client.CoreV1Api()


class Candidate:
    """Leads as soon as it may, until it is told to stop."""

    def __init__(self, lock):
        self.leads, self.has_stopped = threading.Event(), threading.Event()
        self._told = threading.Event()
        election = electionconfig.Config(
            lock,
            lease_duration=4,
            renew_deadline=3,
            retry_period=1.1,
            onstarted_leading=self._lead,
            onstopped_leading=self.has_stopped.set,
        )
        self._thread = threading.Thread(target=leaderelection.LeaderElection(election).run, daemon=True)
        self._thread.start()

    def _lead(self):
        self.leads.set()
        self._told.wait()
        raise RuntimeError("told to stop")  # which is how the election learns of it

    def stop(self):
        self._told.set()
        assert self.has_stopped.wait(PATIENCE)
        self._thread.join(PATIENCE)


first = Candidate(LeaseLock("leader", NAMESPACE, "first"))


def lease():
    return coordination.read_namespaced_lease("leader", NAMESPACE)


@holds("the only candidate leads, and its lease says so")
def leads():
    assert first.leads.wait(PATIENCE)
    spec = lease().spec
    equal((spec.holder_identity, spec.lease_duration_seconds), ("first", 4))
    assert spec.acquire_time.microsecond != 0 or spec.renew_time.microsecond != 0, spec


@holds("the leader renews its lease")
def renews():
    found = lease()
    renewed = until(lambda: (now := lease()).spec.renew_time > found.spec.renew_time and now)
    equal((renewed.spec.acquire_time, renewed.metadata.uid), (found.spec.acquire_time, found.metadata.uid))
    assert int(renewed.metadata.resource_version) > int(found.metadata.resource_version)


@holds("a stale lease cannot be written")
def stale():
    found = lease()
    until(lambda: lease().metadata.resource_version != found.metadata.resource_version)
    found.spec.holder_identity = "third"
    with raises(ConflictException, "the object has been modified"):
        coordination.replace_namespaced_lease("leader", NAMESPACE, found)
    equal(lease().spec.holder_identity, "first")


@holds("another candidate waits, and takes over when the lease has expired")
def takes_over():
    second = Candidate(LeaseLock("leader", NAMESPACE, "second"))
    equal(second.leads.is_set(), False)
    first.stop()
    stopped = time.monotonic()
    assert second.leads.wait(PATIENCE)
    assert time.monotonic() - stopped > 1, "it has not waited for the lease to expire"
    spec = lease().spec
    equal(spec.holder_identity, "second")
    second.stop()


@holds("a config map is a lock as well")
def config_map():
    third = Candidate(ConfigMapLock("leader", NAMESPACE, "third"))
    assert third.leads.wait(PATIENCE)
    annotations = core.read_namespaced_config_map("leader", NAMESPACE).metadata.annotations
    assert '"third"' in annotations["control-plane.alpha.kubernetes.io/leader"], annotations
    third.stop()


@holds("leases are listed and deleted")
def leases():
    equal([item.metadata.name for item in coordination.list_namespaced_lease(NAMESPACE).items], ["leader"])
    coordination.delete_namespaced_lease("leader", NAMESPACE)
    equal(coordination.list_namespaced_lease(NAMESPACE).items, [])


@holds("leases of nodes are for an administrator")
def outside():
    if IS_NAMESPACED:
        with raises(ForbiddenException, 'cannot list resource \\"leases\\"', status=403):
            coordination.list_namespaced_lease("kube-node-lease")
        return
    for item in coordination.list_namespaced_lease("kube-node-lease").items:
        equal(item.metadata.owner_references[0].kind, "Node")


run()
