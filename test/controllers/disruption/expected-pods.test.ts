import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as disruption } from '../../../controllers/disruption/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';
import { BUDGETS, barePod, budget, countsOf, evict, statusOf } from './support.ts';

const FAILED = 'CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ';

describe('how many pods a budget expects', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([disruption, deployments, replicaSets, readyPods()]);
  });
  afterEach(() => cluster.stop());

  async function controlled(reference: { apiVersion: string; kind: string; uid?: string }): Promise<void> {
    await cluster.client.create(BUDGETS, budget('web', { maxUnavailable: 1 }));
    await cluster.settle();
    await cluster.client.create(PODS, barePod('p', 'web', [{ controller: true, name: 'x', uid: 'u', ...reference }]));
    await cluster.settle();
  }

  test('as many as the deployment wants, whichever of its replica sets have them', async () => {
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 4 }));
    await cluster.client.create(BUDGETS, budget('web', { maxUnavailable: 1 }));
    expect(await countsOf(cluster, 'web')).toBe('1/4/3/4');
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('nginx:2'));
    expect(await countsOf(cluster, 'web')).toBe('1/4/3/4');
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'merge', { spec: { replicas: 6 } });
    expect(await countsOf(cluster, 'web')).toBe('1/6/5/6');
  });

  test('the scale of a workload that is no built-in one', async () => {
    const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const version = { name: 'v1', served: true, storage: true, schema, subresources: { scale } };
    const names = { plural: 'herds', singular: 'herd', kind: 'Herd', listKind: 'HerdList' };
    const spec = { group: 'example.com', scope: 'Namespaced', names, versions: [version] };
    const definitions = 'apiextensions.k8s.io/v1/customresourcedefinitions';
    await cluster.client.create(definitions, { metadata: { name: 'herds.example.com' }, spec } as never);
    await cluster.settle();
    const herd = await cluster.client.create('example.com/v1/herds', {
      apiVersion: 'example.com/v1',
      kind: 'Herd',
      metadata: key('x'),
      spec: { replicas: 7 },
    } as never);
    await controlled({ apiVersion: 'example.com/v1', kind: 'Herd', uid: herd.metadata.uid ?? '' });
    expect(await countsOf(cluster, 'web')).toBe('0/1/6/7');
  });

  test.each([
    [{ apiVersion: 'apps/v1', kind: 'DaemonSet' }, 'daemonsets.apps does not implement the scale subresource'],
    [{ apiVersion: 'example.com/v1', kind: 'Foo' }, 'no matches for kind "Foo" in version "example.com/v1"'],
    [{ apiVersion: 'apps/v1', kind: 'StatefulSet' }, 'found no controllers for pod "p"'],
  ])('nothing is allowed while %j is unknown', async (reference, message) => {
    await controlled(reference);
    expect(await statusOf(cluster, 'web')).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ status: 'False', reason: 'SyncFailed', message }],
    });
    expect(await cluster.events('web')).toContain(FAILED + message);
    expect((await evict(cluster, 'p'))?.details?.causes).toEqual([
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget web does not allow evicting pods currently because it failed sync: ${message}`,
      },
    ]);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  });

  test('pods that nobody controls count as none, and an Event tells of it', async () => {
    await cluster.client.create(PODS, barePod('p', 'web'));
    const matchExpressions = [
      { key: 'app', operator: 'In', values: ['web', 'x'] },
      { key: 'q', operator: 'DoesNotExist' },
    ];
    const selector = { matchLabels: { app: 'web' }, matchExpressions };
    await cluster.client.create(BUDGETS, budget('web', { maxUnavailable: '50%', selector }));
    expect(await countsOf(cluster, 'web')).toBe('0/1/0/0');
    const [event] = await cluster.events('web');
    expect(event).toContain(
      'UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]' +
        'string{app: web,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:app,Operator:In,' +
        'Values:[web x],},' +
        'LabelSelectorRequirement{Key:q,Operator:DoesNotExist,Values:[],},},}) were found to be unmanaged.',
    );
  });
});
