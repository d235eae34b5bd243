import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { ResourceId } from '../../../server/kube/transport.ts';
import { type NodeCluster, nodeCluster } from '../../support/node-cluster.ts';

const STAGES = 'kwok.x-k8s.io/v1alpha1/stages';

/** As kwok's own pod-ready, shortened. */
const STATUS = `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
{{ with (NodeIPsWith .spec.nodeName) }}
hostIP: {{ index . 0 | Quote }}
{{ end }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) | Quote }}
conditions:
- {type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: true, restartCount: 0, imageID: ""}
{{ end }}`;

const expression = (key: string, operator: string, ...values: string[]): object => ({
  key,
  operator,
  ...(values.length > 0 && { values }),
});
const PENDING = expression('.status.phase', 'In', 'Pending');
const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';

describe('Stages', () => {
  let nodes: NodeCluster;

  beforeEach(async () => {
    nodes = await nodeCluster({ fixtures: ['fixtures/kwok/stages.yaml'] });
  });
  afterEach(() => nodes[Symbol.asyncDispose]());

  const stage = async (name: string, spec: object, kind = 'Pod', apiGroup = 'v1'): Promise<void> => {
    const type = { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage' };
    const body = { ...type, metadata: { name }, spec: { resourceRef: { apiGroup, kind }, ...spec } } as KubeObject;
    const key = { namespace: '', name: '' };
    await nodes.cluster.transport().send({ verb: 'create', resource: STAGES as ResourceId, key, body });
    await nodes.cluster.settle();
  };
  const podReady = (more: object = {}): Promise<void> =>
    stage('pod-ready', {
      selector: { matchExpressions: [PENDING, expression(READY, 'NotIn', 'True')] },
      next: { statusTemplate: STATUS },
      ...more,
    });

  test('describe what becomes of pods, and our kubelet leaves them alone', async () => {
    await stage('none', { selector: { matchLabels: { never: 'ever' } } });
    await nodes.createPod('web', { nodeName: 'node01' });
    await nodes.pass(10_000);
    expect((await nodes.pod('web')).status.phase).toBe('Pending');
    await podReady();
    const { status } = await nodes.pod('web');
    expect(status).toMatchObject({ phase: 'Running', hostIP: '172.18.0.11', containerStatuses: [{ name: 'main' }] });
    expect(status.podIP).toMatch(/^10\.244\.1\.\d+$/);
  });

  test('give pods back to our kubelet when they are gone', async () => {
    await stage('none', { selector: { matchLabels: { never: 'ever' } } });
    await nodes.createPod('web', { nodeName: 'node01' });
    await nodes.cluster.transport().send({ verb: 'delete', resource: STAGES, key: { namespace: '', name: 'none' } });
    await nodes.cluster.settle();
    expect((await nodes.pod('web')).status.phase).toBe('Running');
  });

  test('come after their delay, or that which a pod asks for', async () => {
    const durationFrom = { expressionFrom: '.metadata.annotations.wait' };
    await podReady({ delay: { durationMilliseconds: 5000, durationFrom } });
    await nodes.createPod('web', { nodeName: 'node01' });
    await nodes.pass(4999);
    expect((await nodes.pod('web')).status.phase).toBe('Pending');
    await nodes.pass(2);
    expect((await nodes.pod('web')).status.phase).toBe('Running');
  });

  test('follow each other, tell Events, change finalizers and delete', async () => {
    await podReady({
      immediateNextStage: true,
      next: { event: { reason: 'Begun', message: 'it runs' }, statusTemplate: STATUS },
    });
    await stage('held', {
      selector: {
        matchExpressions: [
          expression('.status.phase', 'In', 'Running'),
          expression('.metadata.finalizers', 'DoesNotExist'),
        ],
      },
      next: { finalizers: { add: [{ value: 'example.com/held' }] } },
    });
    await stage('gone', {
      selector: { matchExpressions: [expression('.metadata.deletionTimestamp', 'Exists')] },
      delay: { durationMilliseconds: 1000 },
      next: { finalizers: { empty: true }, delete: true },
    });
    await nodes.createPod('web', { nodeName: 'node01' });
    await nodes.pass(1);
    expect(await nodes.events('web')).toContain('Normal Begun it runs');
    expect((await nodes.pod('web')).metadata.finalizers).toEqual(['example.com/held']);
    const key = { namespace: 'default', name: 'web' };
    await nodes.cluster.transport().send({ verb: 'delete', resource: 'v1/pods', key });
    await nodes.pass(500);
    expect(await nodes.podNames()).toEqual(['web']);
    await nodes.pass(501);
    expect(await nodes.podNames()).toEqual([]);
  });

  test('are chosen by their weights', async () => {
    const phase = (weight: number, value: string): Promise<void> =>
      stage(`becomes-${value.toLowerCase()}`, {
        selector: { matchExpressions: [PENDING] },
        weight,
        next: { statusTemplate: `phase: ${value}` },
      });
    await phase(0, 'Failed');
    await phase(1, 'Succeeded');
    for (let i = 0; i < 8; i++) await nodes.createPod(`p${i}`, { nodeName: 'node01' });
    for (let i = 0; i < 8; i++) expect((await nodes.pod(`p${i}`)).status.phase).toBe('Succeeded');
  });

  test('are about nodes too, whose leases go on', async () => {
    await stage(
      'tired',
      {
        selector: { matchAnnotations: { tired: 'yes' }, matchExpressions: [expression(READY, 'In', 'True')] },
        next: {
          patches: [
            {
              subresource: 'status',
              root: 'status',
              template: 'conditions: [{type: Ready, status: "False", reason: Tired}]',
            },
          ],
        },
      },
      'Node',
    );
    await nodes.annotateNode('node01', { tired: 'yes' });
    expect(await nodes.condition('node01', 'Ready')).toMatchObject({ status: 'False', reason: 'Tired' });
    await nodes.pass(120_000);
    expect(await nodes.condition('node01', 'Ready')).toMatchObject({ status: 'False' });
    expect(await nodes.condition('node01', 'DiskPressure')).toMatchObject({ status: 'False' });
  });

  test('are about objects of any other kind', async () => {
    await stage(
      'marked',
      {
        selector: { matchLabels: { mark: 'me' } },
        next: { patches: [{ type: 'merge', root: 'data', template: 'marked: "yes"' }] },
      },
      'ConfigMap',
    );
    await nodes.cluster.apply(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: default, labels: {mark: me}}}',
    );
    await nodes.cluster.settle();
    const key = { namespace: 'default', name: 'c' };
    const made = await nodes.cluster.transport().send({ verb: 'get', resource: 'v1/configmaps', key });
    expect(made).toMatchObject({ data: { marked: 'yes' } });
  });

  test('that cannot be obeyed are named in an Event, and select nothing', async () => {
    await stage('odd', { selector: {}, next: { statusTemplate: 'phase: {{ env "HOME" }}' } });
    expect(await nodes.events('odd')).toEqual(['Warning StageNotSupported function "env" not defined']);
  });
});
