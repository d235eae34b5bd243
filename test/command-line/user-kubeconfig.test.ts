import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { CertificateSigningRequest } from '../../server/kube/types.gen.ts';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine, type Ended } from '../support/command-line.ts';

let cli: CommandLine;
let cluster: RunningCluster;
beforeAll(async () => {
  cli = await commandLine();
  cluster = await startCluster({ nodes: 0 });
  await writeFile(cli.file('admin'), cluster.kubeconfig());
});
afterAll(async () => {
  await cluster.stop();
  await cli[Symbol.asyncDispose]();
});

const kubeconfig = (...args: string[]): Promise<Ended> => cli.run(['kubeconfig', '--kubeconfig', 'admin', ...args]);

/** Whom the server takes the owner of a kubeconfig for. */
async function whoIs(file: string): Promise<unknown> {
  const { text } = await ask(`${cluster.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    credentials: await readKubeconfigFile(cli.file(file)),
  });
  const { userInfo } = (JSON.parse(text) as { status: { userInfo: Record<string, unknown> } }).status;
  return [userInfo.username, userInfo.groups];
}

async function requests(): Promise<readonly CertificateSigningRequest[]> {
  const { items } = await cluster
    .transport()
    .list({ resource: 'certificates.k8s.io/v1/certificatesigningrequests', namespace: '' });
  return items as readonly CertificateSigningRequest[];
}

describe('fauxkube kubeconfig', () => {
  it('makes a user in groups, who can log in, and says what to do next', async () => {
    const { code, stdout, stderr } = await kubeconfig('--user', 'jane', '--group', 'dev', '--group', 'ops');
    expect([code, stderr]).toEqual([0, '']);
    const file = cli.file('.fauxkube/jane.kubeconfig');
    expect(stdout).toMatch(/^jane \(dev, ops\) may log in until .* GMT: /);
    expect(stdout).toContain(`\nNext:\n  kubectl --kubeconfig ${file} auth whoami\n`);
    expect(stdout).toContain(
      '  kubectl --kubeconfig admin create rolebinding dev-view --clusterrole=view --group=dev ',
    );
    expect(await whoIs('.fauxkube/jane.kubeconfig')).toEqual(['jane', ['dev', 'ops', 'system:authenticated']]);
  });

  it('keeps the key where it is: in a file that only its owner can read, and nowhere else', async () => {
    await writeFile(cli.file('there'), 'something', { mode: 0o644 });
    const { stdout, stderr } = await kubeconfig('--user', 'eve', '--output', 'there');
    expect((await stat(cli.file('there'))).mode & 0o777).toBe(0o600);
    const key = /client-key-data: (\S+)/.exec(await readFile(cli.file('there'), 'utf8'))?.[1] ?? '';
    expect(Buffer.from(key, 'base64').toString()).toContain('PRIVATE KEY');
    for (const text of [stdout, stderr, JSON.stringify(await requests())])
      expect(text).not.toContain(key.slice(40, 80));
  });

  it('lets others read the file with --kubeconfig-mode, and names another server with --server', async () => {
    const server = 'https://cluster.example:6443';
    const { code } = await kubeconfig('--user=ann', '--output=shared', '--kubeconfig-mode=0644', `--server=${server}`);
    expect(code).toBe(0);
    expect((await stat(cli.file('shared'))).mode & 0o777).toBe(0o644);
    expect(await readFile(cli.file('shared'), 'utf8')).toContain(`    server: ${server}\n`);
  });

  it('asks for the lifetime that --ttl says, and approves what it asked for', async () => {
    await kubeconfig('--user', 'short', '--ttl', '1h30m', '--output', 'short');
    const asked = (await requests()).find(({ spec }) => spec.expirationSeconds !== undefined);
    expect(asked?.spec).toMatchObject({
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
      expirationSeconds: 5400,
      username: 'kubernetes-admin',
    });
    expect(asked?.status.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['Approved', 'FauxkubeKubeconfig'],
    ]);
  });

  it('writes to stdout with --output -, and nothing but the kubeconfig', async () => {
    const { stdout } = await kubeconfig('--user', 'system:odd', '--output', '-');
    await writeFile(cli.file('odd'), stdout);
    expect(await whoIs('odd')).toEqual(['system:odd', ['system:authenticated']]);
    expect(stdout).toContain('current-context: "system:odd@fauxkube"\n');
  });

  it.each([
    ['without a user', [], "error: required option '--user <name>' not specified\n", 2],
    ['with a lifetime that is none', ['--user=a', '--ttl=1x'], /--ttl has to be .*ten minutes or more/, 2],
    ['with a lifetime that is too short', ['--user=a', '--ttl=5m'], /--ttl has to be .*ten minutes or more/, 2],
    ['with a server that is none', ['--user=a', '--server=here'], /--server has to be a URL such as https:/, 2],
    [
      'without a kubeconfig of an administrator',
      ['--user=a', '--kubeconfig=missing'],
      /^fauxkube: missing: it cannot be read: .*; choose the kubeconfig of a running cluster with --kubeconfig\n$/,
      1,
    ],
    [
      'with a file that cannot be written',
      ['--user=a', '--output=admin/x'],
      /^fauxkube: the kubeconfig cannot be written, choose another file with --output: /,
      1,
    ],
  ])('ends %s with a sentence that says what to do', async (_, args, message, code) => {
    const ended = await kubeconfig(...args);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
  });

  it('writes no kubeconfig that lets nobody in, because the clock of the cluster was moved', async () => {
    const nowMs = systemClock().now();
    await cluster.clock.advance('48h');
    const ahead = await kubeconfig('--user', 'later', '--output', 'later');
    expect([ahead.code, ahead.stdout]).toEqual([1, '']);
    expect(ahead.stderr).toMatch(
      /^fauxkube: the clock of the cluster was moved: the certificate is good from \S+Z to \S+Z only, and TLS goes by /,
    );
    await expect(readFile(cli.file('later'))).rejects.toThrow('ENOENT');
    await cluster.clock.set(nowMs - 48 * 3_600_000);
    const behind = await kubeconfig('--user', 'later', '--ttl', '8h', '--output', 'later');
    expect(behind.stderr).toContain('bring real time back with `fauxkube clock set now`');
    expect(await cluster.clock.set('now')).toMatchObject({ frozen: false, offset: 0 });
    expect((await kubeconfig('--user', 'later', '--output', 'later')).code).toBe(0);
    expect(await whoIs('later')).toEqual(['later', ['system:authenticated']]);
  });

  it('shows the words of the API when it refuses', async () => {
    await kubeconfig('--user', 'nobody', '--output', 'nobody');
    const { code, stderr } = await kubeconfig('--user', 'x', '--kubeconfig', 'nobody');
    expect([code, stderr]).toEqual([
      1,
      'fauxkube: certificatesigningrequests.certificates.k8s.io is forbidden: User "nobody" cannot create resource ' +
        '"certificatesigningrequests" in API group "certificates.k8s.io" at the cluster scope\n',
    ]);
  });

  it('says that no server runs when none answers', async () => {
    const text = cluster.kubeconfig({ server: 'https://127.0.0.1:1' });
    await writeFile(cli.file('down'), text);
    const { stderr } = await kubeconfig('--user', 'x', '--kubeconfig', 'down');
    expect(stderr).toMatch(/^fauxkube: https:\/\/127\.0\.0\.1:1 cannot be reached .*: is fauxkube start running\?\n$/);
  });
});
