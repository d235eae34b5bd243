import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { commandLine } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'fauxkube-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const policyFile = join(folder, 'policy.yaml');
writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

const eventsOf = (path: string): Event[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);

describe('the audit log of a cluster', () => {
  it('tells of controllers as well, with the rule that lets them do what they do', async () => {
    const auditLogPath = join(folder, 'audit.log');
    await using cluster = await startCluster({ auditPolicyFile: policyFile, auditLogPath });
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await cluster.settle();
    const made = eventsOf(auditLogPath).find(
      ({ stage, verb, user, objectRef }) =>
        stage === 'ResponseComplete' &&
        verb === 'create' &&
        objectRef?.resource === 'serviceaccounts' &&
        user.username === 'system:serviceaccount:kube-system:service-account-controller',
    );
    expect(made?.annotations).toEqual({
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason':
        'RBAC: allowed by ClusterRoleBinding "system:controller:service-account-controller" of ClusterRole ' +
        '"system:controller:service-account-controller" to ServiceAccount "service-account-controller/kube-system"',
    });
  });

  it('is read by its owner only, and goes on where it ended', async () => {
    const auditLogPath = join(folder, 'twice.log');
    for (const times of [1, 2]) {
      await using _cluster = await startCluster({ auditPolicyFile: policyFile, auditLogPath, nodes: 0 });
      expect(eventsOf(auditLogPath).length, `start ${times}`).toBeGreaterThan(0);
    }
    expect(statSync(auditLogPath).mode & 0o777).toBe(0o600);
  });

  it('has standard output for itself when it goes there', async () => {
    await using cli = await commandLine();
    const args = ['start', '--port=0', '--proxy-port=0', `--audit-policy-file=${policyFile}`, '--audit-log-path=-'];
    const started = cli.spawn(args);
    await started.printed(/"stage":"ResponseComplete"/);
    await expect.poll(() => started.stderr).toMatch(/^fauxkube is ready: /);
    started.kill('SIGTERM');
    const { stdout } = await started.ended;
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ kind: 'Event' });
  });

  it.each([
    [{ auditPolicyFile: policyFile }, '--audit-policy-file needs --audit-log-path'],
    [{ auditLogPath: join(folder, 'a.log') }, '--audit-log-path needs --audit-policy-file'],
    [{ auditPolicyFile: join(folder, 'none'), auditLogPath: join(folder, 'a.log') }, 'the audit policy cannot be read'],
    [{ auditPolicyFile: policyFile, auditLogPath: join(folder, 'none', 'a.log') }, 'the audit log cannot be written'],
  ])('needs files that are there: %o', async (options, why) => {
    await expect(startCluster(options)).rejects.toThrow(why);
  });
});
