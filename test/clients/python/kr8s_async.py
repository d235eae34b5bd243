"""kr8s with asyncio: the same objects, and many waits and watches at once."""

import asyncio

import httpx
import kr8s
from kr8s.asyncio.objects import ConfigMap, Job, Pod, objects_from_files

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run


async def config_map(name, data, **metadata):
    return await ConfigMap({"metadata": {"name": name, "namespace": NAMESPACE, **metadata}, "data": data})


async def pod(name, image, command=None):
    container = {"name": "main", "image": image, **({"command": command} if command else {})}
    return await Pod({"metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"containers": [container]}})


@holds("objects are created at once, and listed in pages")
async def create():
    made = [await config_map(f"many-{number:03}", {}, labels={"app": "many"}) for number in range(120)]
    await asyncio.gather(*(item.create() for item in made))
    api = await kr8s.asyncio.api()
    found = [item.name async for item in api.get("configmaps", namespace=NAMESPACE, label_selector="app=many")]
    equal(found, [item.name for item in made])
    await asyncio.gather(*(item.delete() for item in made))
    equal([item async for item in ConfigMap.list(namespace=NAMESPACE, label_selector="app=many")], [])


@holds("a manifest's objects are created, and its deployment and job end as they should")
async def manifest():
    deployment, service, job = await objects_from_files("workloads.yaml")
    for item in (deployment, service, job):
        item.namespace = NAMESPACE
        await item.create()
    await asyncio.gather(
        deployment.wait("condition=Available", timeout=PATIENCE),
        job.wait(["condition=Complete", "condition=Failed"], timeout=PATIENCE),
    )
    await deployment.wait("jsonpath='{.status.readyReplicas}'=2", timeout=PATIENCE)
    equal((await service.ready(), len(await deployment.ready_pods())), (True, 2))
    found = await Job.get("sum", namespace=NAMESPACE)
    equal(found.status.succeeded, 2)
    await found.delete(propagation_policy="Foreground")
    await found.wait("delete", timeout=PATIENCE)
    api = await kr8s.asyncio.api()
    equal([item async for item in api.get("pods", namespace=NAMESPACE, label_selector={"job-name": "sum"})], [])


@holds("a watch of a kind sees each change of all of its objects")
async def watches():
    api = await kr8s.asyncio.api()
    events, is_watching = [], asyncio.Event()

    async def see():
        async for event, item in api.watch("configmaps", namespace=NAMESPACE, label_selector="app=seen"):
            events.append((event, item.name, item.data["n"]))
            is_watching.set()
            if event == "DELETED":
                return

    seen = asyncio.create_task(see())
    item = await config_map("seen", {"n": "0"}, labels={"app": "seen"})
    await item.create()
    await asyncio.wait_for(is_watching.wait(), PATIENCE)
    await item.patch({"data": {"n": "1"}})
    await item.delete()
    await asyncio.wait_for(seen, PATIENCE)
    equal(events, [("ADDED", "seen", "0"), ("MODIFIED", "seen", "1"), ("DELETED", "seen", "1")])


@holds("a log is followed while it is written")
async def logs():
    talker = await pod(
        "talker", "busybox", ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"]
    )
    await talker.create()
    await talker.wait("condition=Ready", timeout=PATIENCE)
    lines = []
    async for line in talker.logs(follow=True, timeout=PATIENCE):
        lines.append(line)
        if len(lines) == 3:
            break
    equal(lines, ["line 1", "line 2", "line 3"])


@holds("exec runs at once in several pods")
async def execute():
    web = await pod("web", "nginx")
    await web.create()
    talker = await Pod.get("talker", namespace=NAMESPACE)
    done = await asyncio.gather(*(item.exec(["cat", "/etc/hostname"]) for item in (web, talker)))
    equal([result.stdout for result in done], [b"web\n", b"talker\n"])


@holds("several requests go through one forwarded port")
async def forward():
    web = await Pod.get("web", namespace=NAMESPACE)
    async with web.portforward(80, local_port="auto") as port, httpx.AsyncClient() as http:
        answers = await asyncio.gather(*(http.get(f"http://127.0.0.1:{port}/") for _ in range(4)))
        equal([answer.status_code for answer in answers], [200] * 4)
        assert all("Welcome to nginx!" in answer.text for answer in answers)


@holds("a pod goes within its grace period")
async def delete():
    web = await Pod.get("web", namespace=NAMESPACE)
    await web.delete(force=True)
    await web.wait("delete", timeout=PATIENCE)
    equal(await web.exists(), False)


@holds("a node is cordoned by an administrator alone")
async def nodes():
    api = await kr8s.asyncio.api()
    if IS_NAMESPACED:
        with raises(kr8s.ServerError, 'cannot list resource "nodes" in API group "" at the cluster scope'):
            _ = [node async for node in api.get("nodes")]
        return
    node = [node async for node in api.get("nodes")][0]
    await node.cordon()
    equal(node.unschedulable, True)
    await node.uncordon()
    await node.refresh()
    equal([taint for taint in node.spec.get("taints", []) if "unschedulable" in taint.key and node.unschedulable], [])


run()
