import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller } from '../../../controllers/legacy-token-cleaner/index.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Secret } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

const SECRETS = 'v1/secrets';
const DAY_MS = 24 * 60 * 60 * 1000;
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';

describe('tokens of service accounts in secrets', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([controller], { clock });
    const { client } = cluster;
    const account = { metadata: key('robot'), secrets: [{ name: 'named' }] };
    await client.create('v1/serviceaccounts', account as KubeObject);
    for (const name of ['named', 'by-hand']) {
      const annotations = { 'kubernetes.io/service-account.name': 'robot' };
      const secret = { metadata: { ...key(name), annotations }, type: 'kubernetes.io/service-account-token' };
      await client.create(SECRETS, secret as KubeObject);
    }
  });
  afterEach(() => cluster.stop());

  const track = async (since: string): Promise<void> => {
    const name = 'kube-apiserver-legacy-service-account-token-tracking';
    const tracking = { metadata: { namespace: 'kube-system', name }, data: { since } };
    await cluster.client.create('v1/configmaps', tracking as KubeObject);
  };
  const pass = async (days: number): Promise<void> => {
    await clock.advance(days * DAY_MS);
    await cluster.settle();
  };
  /** `NAME since when invalid`, of all that are left. */
  const left = async (): Promise<string[]> => {
    const secrets = await cluster.client.list<Secret>(SECRETS);
    return secrets.map(({ metadata }) => `${metadata.name} ${metadata.labels?.[INVALID_SINCE] ?? 'valid'}`).sort();
  };

  test('one that nobody uses is invalid after a year and gone after two; others stay', async () => {
    await track('2026-01-01');
    await pass(365);
    expect(await left()).toEqual(['by-hand valid', 'named valid']);
    await pass(1);
    expect(await left()).toEqual(['by-hand valid', 'named 2027-01-02']);
    await pass(365);
    expect(await left()).toEqual(['by-hand valid', 'named 2027-01-02']);
    await pass(1);
    expect(await left()).toEqual(['by-hand valid']);
  });

  test('one that was used within a year stays', async () => {
    await track('2026-01-01');
    await cluster.client.patch(SECRETS, key('named'), 'merge', { metadata: { labels: { [LAST_USED]: '2026-06-01' } } });
    await pass(370);
    expect(await left()).toContain('named valid');
  });

  test('one that a pod mounts stays', async () => {
    await track('2026-01-01');
    const volumes = [{ name: 'v', secret: { secretName: 'named' } }];
    await cluster.client.create('v1/pods', { metadata: key('p'), spec: { ...podSpec(), volumes } } as KubeObject);
    await pass(370);
    expect(await left()).toContain('named valid');
  });

  test('nothing is done before uses were noted for a year', async () => {
    await track('2026-06-01');
    await pass(370);
    expect(await left()).toContain('named valid');
  });
});
