/** What users, administrators and accidents do. */
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Pod, Service } from '../../server/kube/types.gen.ts';
import { anyLabel, CREATED, KINDS, NAMESPACES, OWNER_LABEL } from './objects.ts';
import { NODES, type World } from './world.ts';

type Operation = (world: World) => Promise<unknown>;

const SCALED = ['apps/v1/deployments', 'apps/v1/replicasets', 'v1/replicationcontrollers', 'apps/v1/statefulsets'];
const TEMPLATED = ['apps/v1/deployments', 'apps/v1/statefulsets', 'apps/v1/daemonsets'];
const POLICIES = ['Background', 'Foreground', 'Orphan'];

async function patch(world: World, resource: string, object: KubeObject | undefined, body: object): Promise<void> {
  if (object) await world.send({ verb: 'patch', resource, key: keyOf(object), patchType: 'merge', body });
}

async function remove(world: World, resource: string, object: KubeObject | undefined): Promise<void> {
  const { choice } = world;
  if (!object) return;
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: choice.of(POLICIES),
    ...(resource === 'v1/pods' && choice.oneIn(4) && { gracePeriodSeconds: 0 }),
  };
  await world.send({ verb: 'delete', resource, key: keyOf(object), body });
}

const create: Operation = async (world) => {
  const { choice } = world;
  const make = choice.weighted(KINDS);
  if (!make) return;
  const { resource, body } = make(choice);
  const namespace = choice.of(NAMESPACES) ?? '';
  const made = await world.send({ verb: 'create', resource, key: { namespace, name: '' }, body });
  if (made && resource === 'v1/services') note(world, made as Service);
};

/** What a service holds has to be free again when it is gone. */
function note(world: World, { spec }: Service): void {
  if (spec.clusterIP && spec.clusterIP !== 'None') world.addresses.add(spec.clusterIP);
  for (const { nodePort } of spec.ports ?? []) if (nodePort) world.nodePorts.add(nodePort);
}

const scale: Operation = async (world) => {
  const resource = world.choice.of(SCALED) ?? '';
  await patch(world, resource, await world.any(resource), { spec: { replicas: world.choice.whole(0, 6) } });
};

const changeTemplate: Operation = async (world) => {
  const resource = world.choice.of(TEMPLATED) ?? '';
  const annotations = { version: String(world.choice.whole(1, 4)) };
  await patch(world, resource, await world.any(resource), { spec: { template: { metadata: { annotations } } } });
};

/** Orphans a pod, hands it to somebody else, or brings it back. */
const relabel: Operation = async (world) => {
  const resource = world.choice.oneIn(6) ? 'apps/v1/replicasets' : 'v1/pods';
  const label = world.choice.oneIn(3) ? 'nobody' : anyLabel(world.choice);
  await patch(world, resource, await world.any(resource), { metadata: { labels: { [OWNER_LABEL]: label } } });
};

const pause: Operation = async (world) => {
  const [resource, field] = world.choice.of([
    ['apps/v1/deployments', 'paused'],
    ['batch/v1/jobs', 'suspend'],
    ['batch/v1/cronjobs', 'suspend'],
  ] as const) ?? ['', ''];
  await patch(world, resource, await world.any(resource), { spec: { [field]: world.choice.oneIn(3) } });
};

const retarget: Operation = async (world) => {
  const { choice } = world;
  const service = (await world.any('v1/services')) as Service | undefined;
  const type = service?.spec.clusterIP !== 'None' && choice.oneIn(2) ? choice.of(['ClusterIP', 'NodePort']) : undefined;
  const spec = { selector: { [OWNER_LABEL]: anyLabel(choice) }, ...(type && { type }) };
  await patch(world, 'v1/services', service, { spec });
  const key = service && keyOf(service);
  const changed = key && (await world.send({ verb: 'get', resource: 'v1/services', key }));
  if (changed) note(world, changed as Service);
};

const evict: Operation = async (world) => {
  const pod = await world.any('v1/pods');
  if (!pod) return;
  const key = keyOf(pod);
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { ...key } };
  await world.send({ verb: 'create', resource: 'v1/pods', key, subresource: 'eviction', body });
};

const removeAny: Operation = async (world) => {
  const resource = world.choice.of(CREATED) ?? '';
  await remove(world, resource, await world.any(resource));
};

const removePod: Operation = async (world) => remove(world, 'v1/pods', await world.any('v1/pods'));

/** Objects of controllers, which they have to make again or do without. */
const removeMade: Operation = async (world) => {
  const resources = ['discovery.k8s.io/v1/endpointslices', 'v1/endpoints', 'apps/v1/controllerrevisions'];
  const resource = world.choice.of(resources) ?? '';
  await remove(world, resource, await world.any(resource));
};

const cordon: Operation = async (world) => {
  const key = { namespace: '', name: world.choice.of(NODES) ?? '' };
  const body = { spec: { unschedulable: world.choice.oneIn(2) } };
  await world.send({ verb: 'patch', resource: 'v1/nodes', key, patchType: 'merge', body });
};

const removeNode: Operation = async (world) => {
  const key = { namespace: '', name: world.choice.of(NODES) ?? '' };
  await world.send({ verb: 'delete', resource: 'v1/nodes', key });
};

/** Those that are missing come back. */
export const addNodes: Operation = async (world) => {
  for (const name of NODES)
    await world.send({
      verb: 'create',
      resource: 'v1/nodes',
      key: { namespace: '', name },
      body: { metadata: { name } },
    });
};

const removeNamespace: Operation = async (world) => {
  const key = { namespace: '', name: world.choice.of(NAMESPACES) ?? '' };
  await world.send({ verb: 'delete', resource: 'v1/namespaces', key });
};

export const addNamespaces: Operation = async (world) => {
  for (const name of NAMESPACES) await world.makeNamespace(name);
};

/** A controller ends, and another process of it begins later or at once. */
const restart: Operation = async ({ cluster, choice }) => {
  const { name = '', enabled = true } = choice.of(cluster.controllers()) ?? {};
  if (name.startsWith('bootstrap-signer') || name.startsWith('token-cleaner')) return;
  await cluster.setController(name, !enabled);
  if (choice.oneIn(2)) await cluster.setController(name, true);
};

const switchNamespace: Operation = async ({ cluster, choice }) => {
  const { name = '', enabled = true } = choice.of(cluster.controllers()) ?? {};
  const namespace = choice.of(NAMESPACES) ?? '';
  if (!enabled) return;
  if (choice.oneIn(2)) await cluster.setController(name, false, { namespace });
  else await cluster.setController(name, undefined, { namespace });
};

/** Everything is as at the start of the controllers. */
export const switchAllOn: Operation = async ({ cluster }) => {
  for (const { name, namespaces = {} } of cluster.controllers()) {
    for (const namespace of Object.keys(namespaces)) await cluster.setController(name, undefined, { namespace });
    if (!name.startsWith('bootstrap-signer') && !name.startsWith('token-cleaner'))
      await cluster.setController(name, true);
  }
};

/** Nothing may begin any more. */
export const endCronJobs: Operation = async (world) => {
  for (const job of await world.list('batch/v1/cronjobs'))
    await patch(world, 'batch/v1/cronjobs', job, { spec: { suspend: true } });
};

const ORDINAL_LABEL = 'statefulset.kubernetes.io/pod-name';

/**
 * Pods that nobody controls keep claims that have been deleted, and with them whoever owns those. Or they stand where
 * their StatefulSet wants another one: it asks for ever, and each time a quota counts a pod that does not come.
 */
export const endStrayPods: Operation = async (world) => {
  for (const pod of (await world.list('v1/pods')) as readonly Pod[]) {
    const { ownerReferences, labels } = pod.metadata;
    const isInTheWay = pod.spec.volumes?.some((volume) => volume.persistentVolumeClaim) || labels?.[ORDINAL_LABEL];
    if (!ownerReferences?.length && isInTheWay)
      await world.send({ verb: 'delete', resource: 'v1/pods', key: keyOf(pod) });
  }
};

/** What happens, by name, with how often. */
export const OPERATIONS: readonly (readonly [weight: number, operation: readonly [name: string, Operation]])[] = [
  [30, ['create', create]],
  [14, ['scale', scale]],
  [8, ['change a template', changeTemplate]],
  [8, ['relabel', relabel]],
  [4, ['pause or resume', pause]],
  [5, ['retarget a service', retarget]],
  [4, ['evict', evict]],
  [14, ['delete', removeAny]],
  [8, ['delete a pod', removePod]],
  [2, ['delete what a controller made', removeMade]],
  [3, ['cordon', cordon]],
  [1, ['delete a node', removeNode]],
  [2, ['add nodes', addNodes]],
  [1, ['delete a namespace', removeNamespace]],
  [2, ['add namespaces', addNamespaces]],
  [4, ['restart a controller', restart]],
  [1, ['switch a namespace', switchNamespace]],
  [1, ['switch all on', switchAllOn]],
];
