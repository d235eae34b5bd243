"""kubernetes-asyncio: pods with logs and exec, and a leader election."""

import asyncio

from kubernetes_asyncio import client, config, watch
from kubernetes_asyncio.client.api_client import ApiClient
from kubernetes_asyncio.client.exceptions import ApiException
from kubernetes_asyncio.leaderelection import electionconfig
from kubernetes_asyncio.leaderelection.leaderelection import LeaderElection
from kubernetes_asyncio.leaderelection.resourcelock.leaselock import LeaseLock
from kubernetes_asyncio.stream import WsApiClient
from kubernetes_asyncio.stream.ws_client import ERROR_CHANNEL, STDOUT_CHANNEL

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run


async def ready_pod(core, name, image, command=None):
    container = client.V1Container(name="main", image=image, command=command)
    body = client.V1Pod(
        metadata=client.V1ObjectMeta(name=name),
        spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=0),
    )
    await core.create_namespaced_pod(NAMESPACE, body)
    async with watch.Watch() as watcher:
        async for event in watcher.stream(
            core.list_namespaced_pod, NAMESPACE, field_selector=f"metadata.name={name}", timeout_seconds=PATIENCE
        ):
            conditions = event["object"].status.conditions or []
            if any(condition.type == "Ready" and condition.status == "True" for condition in conditions):
                return event["object"]
    raise AssertionError(f"{name} is never ready")


@holds("pods are created at once and watched until they are ready")
async def ready():
    await config.load_kube_config()
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        talk = ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"]
        pods = await asyncio.gather(ready_pod(core, "web", "nginx"), ready_pod(core, "talker", "busybox", talk))
        equal([pod.status.phase for pod in pods], ["Running", "Running"])
        equal(len({pod.status.pod_ip for pod in pods}), 2)


@holds("a log is followed line by line")
async def log():
    async with ApiClient() as api:
        lines = []
        async with watch.Watch() as watcher:
            async for line in watcher.stream(client.CoreV1Api(api).read_namespaced_pod_log, "talker", NAMESPACE):
                lines.append(line)
                if len(lines) == 3:
                    break
        equal(lines, ["line 1\n", "line 2\n", "line 3\n"])


@holds("exec gives its output, and its exit code on a channel of its own")
async def execute():
    async with WsApiClient() as api:
        core = client.CoreV1Api(api)
        said = await core.connect_get_namespaced_pod_exec(
            "web", NAMESPACE, command=["cat", "/etc/hostname"], stderr=True, stdin=False, stdout=True, tty=False
        )
        equal(said, "web\n")
        connection = await core.connect_get_namespaced_pod_exec(
            "web",
            NAMESPACE,
            command=["sh", "-c", "read word; echo got $word; exit 3"],
            stderr=True,
            stdin=True,
            stdout=True,
            tty=False,
            _preload_content=False,
        )
        async with connection as socket:
            await socket.send_bytes(b"\x00something\n")
            messages = {}
            async for message in socket:
                channel = message.data[0]
                messages[channel] = messages.get(channel, b"") + message.data[1:]
        equal(messages[STDOUT_CHANNEL], b"got something\n")
        equal(WsApiClient.parse_error_data(messages[ERROR_CHANNEL]), 3)


@holds("a pod is labelled, listed by its label and deleted")
async def delete():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        await core.patch_namespaced_pod("talker", NAMESPACE, {"metadata": {"labels": {"app": "talker"}}})
        [found] = (await core.list_namespaced_pod(NAMESPACE, label_selector="app=talker")).items
        await core.delete_namespaced_pod("talker", NAMESPACE)
        async with watch.Watch() as watcher:
            types = []
            async for event in watcher.stream(
                core.list_namespaced_pod,
                NAMESPACE,
                field_selector="metadata.name=talker",
                resource_version=found.metadata.resource_version,
                timeout_seconds=PATIENCE,
            ):
                types.append(event["type"])
                if event["type"] == "DELETED":
                    break
        equal(types[-1], "DELETED")


@holds("a leader leads until its lease is taken away")
async def election():
    leads, stopped = asyncio.Event(), asyncio.Event()

    async def lead():
        leads.set()
        await asyncio.Event().wait()

    async def stop():
        stopped.set()

    async with ApiClient() as api:
        configuration = electionconfig.Config(
            LeaseLock("leader", NAMESPACE, "one", api),
            lease_duration=4,
            renew_deadline=3,
            retry_period=1,
            onstarted_leading=lead,
            onstopped_leading=stop,
        )
        election = asyncio.create_task(LeaderElection(configuration).run())
        await asyncio.wait_for(leads.wait(), PATIENCE)
        leases = client.CoordinationV1Api(api)
        equal((await leases.read_namespaced_lease("leader", NAMESPACE)).spec.holder_identity, "one")
        await leases.patch_namespaced_lease("leader", NAMESPACE, {"spec": {"holderIdentity": "two"}})
        await asyncio.wait_for(stopped.wait(), PATIENCE)
        await election
        equal((await leases.read_namespaced_lease("leader", NAMESPACE)).spec.holder_identity, "two")


@holds("logs of another namespace are for an administrator")
async def outside():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        with raises(ApiException, status=403 if IS_NAMESPACED else 404):
            await core.read_namespaced_pod_log("nobody", "kube-system")


run()
