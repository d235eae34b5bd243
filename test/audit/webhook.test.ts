import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditWebhookOptions } from '../../server/cluster/audit-webhook.ts';
import { startCluster } from '../../server/index.ts';
import { type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type AuditServer, auditServer } from '../support/webhooks/audit-server.ts';

interface Audited extends AsyncDisposable {
  readonly server: AuditServer;
  readonly cluster: SecuredCluster;
  readonly clock: SimulatedClock;
  readonly realClock: SimulatedClock;
  /** Paths of the requests that the server was told of, call by call. */
  readonly told: () => string[][];
}

async function audited(options: Omit<AuditWebhookOptions, 'configFile'> = {}): Promise<Audited> {
  const server = await auditServer();
  const [clock, realClock] = [new SimulatedClock(), new SimulatedClock()];
  const audit = { policyFile: server.policyFile, webhook: { configFile: server.kubeconfig, ...options } };
  const cluster = await securedCluster(clock, { audit, realClock });
  return {
    server,
    cluster,
    clock,
    realClock,
    told: () => server.received.map(({ body }) => body.items.map(({ stage, requestURI }) => `${stage} ${requestURI}`)),
    async [Symbol.asyncDispose]() {
      await cluster.auditLog?.close();
      await cluster[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const VERSION = ['RequestReceived /version', 'ResponseComplete /version'];

describe('a webhook for audit events', () => {
  it('gets lists of them, whose items do not say what they are', async () => {
    await using one = await audited();
    await one.cluster.ask('GET', '/version');
    await one.cluster.auditLog?.flush();
    const [call] = one.server.received;
    const { items, ...list } = call?.body ?? { items: [] };
    expect(list).toEqual({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {} });
    expect(one.told()).toEqual([VERSION]);
    expect(Object.keys(items[0] ?? {})[0]).toBe('level');
    expect(call?.headers).toMatchObject({ authorization: 'Bearer webhook-token', 'content-type': 'application/json' });
  });

  it('waits for half a minute of the cluster, or until a batch is full', async () => {
    await using one = await audited({ batchMaxSize: 4 });
    await one.cluster.ask('GET', '/version');
    await one.clock.advance(29_999);
    expect(one.told()).toEqual([]);
    await one.clock.advance(1);
    await expect.poll(one.told).toEqual([VERSION]);
    for (let times = 0; times < 2; times++) await one.cluster.ask('GET', '/version');
    await expect.poll(one.told).toEqual([VERSION, [...VERSION, ...VERSION]]);
  });

  it('is called again, whatever it answered, up to five times', async () => {
    await using one = await audited({ initialBackoffMs: 1000 });
    one.server.status = 404;
    await one.cluster.ask('GET', '/version');
    await one.cluster.auditLog?.flush();
    expect(one.told()).toEqual([VERSION]);
    for (let times = 2; times <= 5; times++)
      await expect.poll(() => one.realClock.advance(10_000).then(one.told)).toEqual(Array(times).fill(VERSION));
  });

  it('gets a last chance when the cluster stops', async () => {
    await using one = await audited();
    one.server.status = 500;
    await one.cluster.ask('GET', '/version');
    await one.cluster.auditLog?.flush();
    one.server.status = 200;
    await one.cluster.auditLog?.close();
    expect(one.told()).toEqual([VERSION, VERSION]);
  });

  it('loses what does not fit into its buffer', async () => {
    await using one = await audited({ batchBufferSize: 3 });
    for (let times = 0; times < 2; times++) await one.cluster.ask('GET', '/version');
    await one.cluster.auditLog?.flush();
    expect(one.told()).toEqual([[...VERSION, 'RequestReceived /version']]);
  });

  it('is told before the answer, one by one, when requests wait for it', async () => {
    await using one = await audited({ mode: 'blocking' });
    await one.cluster.ask('GET', '/version');
    expect(one.told()).toEqual(VERSION.map((event) => [event]));
  });

  it('ends requests that it is not told of when its mode is strict', async () => {
    await using one = await audited({ mode: 'blocking-strict' });
    expect(await one.cluster.ask('GET', '/version')).toMatchObject({ status: 200 });
    one.server.status = 403;
    await one.cluster.auditLog?.close();
    expect(await one.cluster.ask('GET', '/version?a=b')).toMatchObject({
      status: 500,
      body: 'Internal Server Error: "/version?a=b": failed to store audit event\n',
    });
  });

  it('knows everything once the cluster has settled, and the file besides', async () => {
    await using server = await auditServer();
    const auditLogPath = join(server.policyFile, '..', 'audit.log');
    const audit = { auditPolicyFile: server.policyFile, auditLogPath, auditWebhook: { configFile: server.kubeconfig } };
    await using cluster = await startCluster(audit);
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await cluster.settle();
    const sent = server.received.flatMap(({ body }) => body.items);
    const written = readFileSync(auditLogPath, 'utf8').trimEnd().split('\n');
    expect(sent.some(({ verb, requestURI }) => verb === 'create' && requestURI.includes('/namespaces/shop/'))).toBe(
      true,
    );
    expect(written.slice(0, sent.length).map((line) => JSON.parse(line) as unknown)).toEqual(
      sent.map((event) => ({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event })),
    );
  });

  it('learns which requests were for a deprecated version', async () => {
    await using one = await audited();
    await one.cluster.ask('GET', '/api/v1/namespaces/default/endpoints/kubernetes');
    await one.cluster.ask('GET', '/api/v1/namespaces/default/services/kubernetes');
    await one.cluster.auditLog?.flush();
    const done = one.server.received
      .flatMap(({ body }) => body.items)
      .filter(({ stage }) => stage === 'ResponseComplete');
    const deprecated = done.map(({ annotations }) => (annotations as Record<string, string>)['k8s.io/deprecated']);
    expect(deprecated).toEqual(['true', undefined]);
  });

  it('needs a kubeconfig that can be used', async () => {
    await using server = await auditServer();
    const configFile = join(server.policyFile, '..', 'none');
    const start = startCluster({ auditPolicyFile: server.policyFile, auditWebhook: { configFile } });
    await expect(start).rejects.toThrow(`${configFile}: it cannot be read`);
    await expect(startCluster({ auditWebhook: { configFile: server.kubeconfig } })).rejects.toThrow(
      '--audit-webhook-config-file needs --audit-policy-file',
    );
  });
});
