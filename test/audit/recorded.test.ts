/** The audit log tells of requests what that of a real server tells, field by field and in the same order. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { AUDIT_STEPS, CREATE_NAMESPACE, comparableEvents, USER_AGENT } from '../support/audit-steps.ts';
import { securedCluster } from '../support/secured-cluster.ts';

const golden = (name: string): string => fileURLToPath(new URL(`../golden/audit/${name}`, import.meta.url));
const recorded = (JSON.parse(readFileSync(golden('events.json'), 'utf8')) as { cases: string[] }).cases;

const folder = mkdtempSync(join(tmpdir(), 'fauxkube-audit-'));
const logPath = join(folder, 'audit.log');
let told: string[];

beforeAll(async () => {
  await using cluster = await securedCluster(systemClock(), { audit: { policyFile: golden('policy.yaml'), logPath } });
  await cluster.ask('POST', CREATE_NAMESPACE.path, { body: CREATE_NAMESPACE.body as object });
  for (const { method, path, body, type, headers = [], token } of AUDIT_STEPS) {
    const all = [['User-Agent', USER_AGENT], ...headers, ...(type ? [['Content-Type', type]] : [])] as [
      string,
      string,
    ][];
    await cluster.ask(method, path, {
      headers: all,
      ...(body !== undefined && { body }),
      ...(token !== undefined && { token }),
    });
  }
  told = comparableEvents(readFileSync(logPath, 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('has as many events', () => {
  expect(told).toHaveLength(recorded.length);
});

it('has the same events', () => {
  for (const [i, line] of recorded.entries()) expect(told[i]).toBe(line);
});
