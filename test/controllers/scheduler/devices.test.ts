import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Pod, ResourceV1ResourceClaim } from '../../../server/kube/types.gen.ts';
import { AttachStory } from '../../support/attach-story.ts';

const CLAIMS = 'resource.k8s.io/v1/resourceclaims';

const CLASS = `
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: gpu}
spec: {selectors: [{cel: {expression: "device.driver == 'gpu.example.com'"}}]}
`;

const SLICE = `
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: s}
spec:
  driver: gpu.example.com
  nodeName: node01
  pool: {name: node01, generation: 1, resourceSliceCount: 1}
  devices:
  - {name: gpu-0, attributes: {kind: {string: small}}, capacity: {memory: {value: 1Gi}}}
  - {name: gpu-1, attributes: {kind: {string: big}, version: {version: 1.2.3}}}
  - {name: gpu-2, attributes: {kind: {string: big}}, taints: [{key: broken, effect: NoSchedule}]}
`;

const claim = (name: string, request: string, more = ''): string => `
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: ${name}, namespace: default}
spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu, ${request}}}]${more}}}
`;

const pod = (name: string, claimName: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: default}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: nginx, resources: {claims: [{name: d}]}}]
  resourceClaims: [{name: d, resourceClaimName: ${claimName}}]
`;

describe('pods with claims of devices', () => {
  let story: AttachStory;

  beforeEach(async () => {
    story = await AttachStory.begin();
  });
  afterEach(() => story[Symbol.asyncDispose]());

  const claimOf = (name: string) => story.client.get<ResourceV1ResourceClaim>(CLAIMS, { namespace: 'default', name });
  const podOf = (name: string) => story.client.get<Pod>('v1/pods', { namespace: 'default', name });
  /** The node of a pod, or why it has none. */
  const place = async (name: string): Promise<string | undefined> => {
    const { spec, status } = await podOf(name);
    return spec.nodeName ?? status.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  };
  const devices = async (name: string): Promise<string[]> => {
    const { status } = await claimOf(name);
    return (status.allocation?.devices.results ?? []).map(({ device }) => device);
  };
  const NONE =
    '0/2 nodes are available: 2 cannot allocate all claims. preemption: 0/2 nodes are available: ' +
    '2 Preemption is not helpful for scheduling.';

  test('a claim gets its devices with the first pod, on a node that has them', async () => {
    await story.apply(`${CLASS}---${SLICE}`);
    await story.apply(`${claim('mine', 'count: 1')}---${pod('p', 'mine')}`);
    const { metadata, status } = await claimOf('mine');
    expect(await place('p')).toBe('node01');
    expect(metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);
    expect(status).toEqual({
      allocation: {
        allocationTimestamp: '2026-01-01T00:00:00Z',
        devices: { results: [{ request: 'r', driver: 'gpu.example.com', pool: 'node01', device: 'gpu-0' }] },
        nodeSelector: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node01'] }] }],
        },
      },
      reservedFor: [{ resource: 'pods', name: 'p', uid: (await podOf('p')).metadata.uid }],
    });
  });

  test('a device goes to one claim only, and comes free with its last pod', async () => {
    await story.apply(`${CLASS}---${SLICE}`);
    const small =
      "selectors: [{cel: {expression: \"device.capacity['gpu.example.com'].memory.isGreaterThan(quantity('0'))\"}}]";
    const only = small.replace('device.capacity', "'memory' in device.capacity['gpu.example.com'] && device.capacity");
    await story.apply(`${claim('a', only)}---${claim('b', only)}---${pod('p', 'a')}`);
    await story.apply(pod('q', 'b'));
    expect([await devices('a'), await place('q')]).toEqual([['gpu-0'], NONE]);
    await story.deletePod('p');
    expect([await devices('b'), await place('q')]).toEqual([['gpu-0'], 'node01']);
  });

  test('pods may share a claim', async () => {
    await story.apply(`${CLASS}---${SLICE}---${claim('mine', 'count: 1')}---${pod('p', 'mine')}`);
    await story.apply(pod('q', 'mine'));
    expect(await place('q')).toBe('node01');
    expect((await claimOf('mine')).status.reservedFor?.map(({ name }) => name)).toEqual(['p', 'q']);
  });

  test('expressions choose by attributes, versions among them', async () => {
    await story.apply(`${CLASS}---${SLICE}`);
    const versioned =
      "'version' in device.attributes['gpu.example.com'] && " +
      "device.attributes['gpu.example.com'].version.isGreaterThan(semver('1.0.0'))";
    await story.apply(`${claim('mine', `selectors: [{cel: {expression: "${versioned}"}}]`)}---${pod('p', 'mine')}`);
    expect(await devices('mine')).toEqual(['gpu-1']);
  });

  test('a tainted device goes to those who tolerate it', async () => {
    await story.apply(`${CLASS}---${SLICE}`);
    await story.apply(`${claim('a', 'count: 3')}---${pod('p', 'a')}`);
    expect(await place('p')).toBe(NONE);
    await story.apply(`${claim('b', 'allocationMode: All, tolerations: [{operator: Exists}]')}---${pod('q', 'b')}`);
    expect(await devices('b')).toEqual(['gpu-0', 'gpu-1', 'gpu-2']);
  });

  test('devices of a claim agree in attributes where they have to', async () => {
    await story.apply(`${CLASS}---${SLICE}`);
    const request = 'count: 2, tolerations: [{operator: Exists}]';
    const same = ', constraints: [{matchAttribute: gpu.example.com/kind}]';
    await story.apply(`${claim('mine', request, same)}---${pod('p', 'mine')}`);
    expect(await devices('mine')).toEqual(['gpu-1', 'gpu-2']);
  });

  test('a pod waits for claim, class and devices, and is placed when all are there', async () => {
    await story.apply(pod('p', 'mine'));
    expect(await place('p')).toBeUndefined();
    await story.apply(claim('mine', 'count: 1'));
    expect(await place('p')).toBe(
      '0/2 nodes are available: request r: device class gpu does not exist. preemption: 0/2 nodes are available: ' +
        '2 Preemption is not helpful for scheduling.',
    );
    await story.apply(CLASS);
    await story.pass(2);
    expect(await place('p')).toBe(NONE);
    await story.apply(SLICE);
    await story.pass(5);
    expect(await place('p')).toBe('node01');
  });
});
