import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStream } from './streams.ts';
import { CONFIG_MAPS, configMap, faultyCluster } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'fauxkube-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly objectRef?: { readonly resource: string };
  readonly responseStatus?: { readonly code: number; readonly message?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

it('is told of in the audit log as the client saw it, with the name of the rule', async () => {
  const auditPolicyFile = join(folder, 'policy.yaml');
  const policy =
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n';
  writeFileSync(auditPolicyFile, policy);
  const auditLogPath = join(folder, 'audit.log');
  await using shop = await faultyCluster({ auditPolicyFile, auditLogPath, nodes: 0 });
  const match = { resource: 'configmaps' };
  await shop.fault({ name: 'slow', match, delay: '1ms' });
  await shop.fault({ name: 'no', match: { ...match, verbs: ['get'] }, code: 503 });
  await shop.fault({ name: 'gone', match: { ...match, verbs: ['create'] }, reset: 'after' });
  await shop.fault({ name: 'short', match, watch: { close: true } });
  await shop.read(`${CONFIG_MAPS}/a`);
  await expect(shop.admin('POST', CONFIG_MAPS, configMap('a'))).rejects.toThrow();
  using stream = await openStream('http1', shop, `${CONFIG_MAPS}?watch=1`);
  await stream.ended;
  await shop.cluster.settle();
  const events = readFileSync(auditLogPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
    .filter(
      ({ objectRef, annotations }) => objectRef?.resource === 'configmaps' && annotations?.['fauxkube.dev/fault'],
    );
  const told = events.map(({ stage, verb, responseStatus, annotations }) =>
    [verb, stage, responseStatus?.code, annotations?.['fauxkube.dev/fault'], responseStatus?.message].join(' ').trim(),
  );
  expect(told).toEqual([
    'get ResponseComplete 503 slow,no the server is currently unable to handle the request',
    "create Panic 500 slow,gone APIServer panic'd: net/http: abort Handler",
    'watch ResponseStarted 200 slow',
    'watch ResponseComplete 200 slow,short',
  ]);
});
