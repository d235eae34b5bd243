import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Credentials, open, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
let admin: Credentials;
beforeAll(async () => {
  cli = await commandLine();
});
afterEach(() => cli.endAll());
afterAll(() => cli[Symbol.asyncDispose]());

const DEPLOYMENT = {
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
};

async function start(...args: string[]): Promise<string> {
  const { url } = await cli.start(args);
  admin = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
  return url;
}

async function json<T>(url: string, method = 'GET', body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const asked = { method, headers, credentials: admin, ...(body && { body: JSON.stringify(body) }) };
  return JSON.parse((await ask(url, asked)).text) as T;
}

interface Watched {
  readonly metadata: { readonly managedFields?: readonly { readonly manager: string }[] };
  readonly status?: { readonly readyReplicas?: number };
  /** Of an Event. */
  readonly count?: number;
  readonly message?: string;
}

/** The event of a watch that says what is waited for. */
async function watched(url: string, isIt: (object: Watched) => boolean): Promise<Watched> {
  const answer = await open(url, { credentials: admin });
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { object } = JSON.parse(line) as { object: Watched };
      if (isIt(object)) return object;
    }
  }
  throw new Error('the watch ended');
}

describe('fauxkube controllers --only', () => {
  it('runs controllers outside, under their own accounts, until they are told to end', async () => {
    const url = await start('--controllers=-*,serviceaccount,root-ca-certificate-publisher,scheduler,kubelet');
    const outside = cli.spawn(['controllers', '--only=deployment,replicaset', '--use-service-account-credentials']);
    const [line] = await outside.printed(/runs on .*\n/);
    expect(line).toBe(`runs on ${url}: deployment-controller, replicaset-controller\n`);
    const deployments = `${url}/apis/apps/v1/namespaces/default/deployments`;
    await json(deployments, 'POST', DEPLOYMENT);
    const ready = await watched(`${deployments}?watch=true`, ({ status }) => status?.readyReplicas === 2);
    const { managedFields = [] } = ready.metadata;
    expect(managedFields.map(({ manager }) => manager)).toContain('kube-controller-manager');
    outside.kill('SIGTERM');
    expect((await outside.ended).code).toBe(0);
  });

  it('runs the kubelet outside for the nodes that the server begins with', async () => {
    const url = await start('--controllers=-*');
    cli.spawn(['controllers', '--only=kubelet,node-lifecycle']);
    interface Node {
      readonly metadata: { readonly name: string };
      readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
    }
    const isReady = ({ status }: Node): boolean =>
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
    const ready = await watched(`${url}/api/v1/nodes?watch=true&fieldSelector=metadata.name=node01`, (object) =>
      isReady(object as unknown as Node),
    );
    expect((ready as unknown as Node).metadata.name).toBe('node01');
  });

  it('tells of a refusal in one line, however often it comes', async () => {
    const url = await start('--controllers=-*');
    const outside = cli.spawn(['controllers', '--only=deployment,replicaset']);
    await outside.printed(/runs on .*\n/);
    await json(`${url}/apis/apps/v1/namespaces/default/deployments`, 'POST', DEPLOYMENT);
    await watched(`${url}/api/v1/namespaces/default/events?watch=true`, ({ count = 0 }) => count >= 4);
    outside.kill('SIGTERM');
    const { stderr } = await outside.ended;
    const lines = stderr.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      {
        level: 40,
        time: expect.any(Number),
        controller: 'replicaset-controller',
        key: expect.stringMatching(/^default\/web-/),
        code: 403,
        message: expect.stringMatching(/: serviceaccount "default" not found$/),
        msg: 'will be tried again',
      },
    ]);
  });

  it('tells of a refusal in one line in the server, too, though each tells of another pod', async () => {
    const server = await cli.start([]);
    admin = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
    const quota = { metadata: { name: 'one' }, spec: { hard: { pods: '1' } } };
    await json(`${server.url}/api/v1/namespaces/default/resourcequotas`, 'POST', quota);
    await json(`${server.url}/apis/apps/v1/namespaces/default/deployments`, 'POST', DEPLOYMENT);
    const messages = new Set<string>();
    await watched(`${server.url}/api/v1/namespaces/default/events?watch=true`, ({ message = '' }) => {
      if (message.includes('exceeded quota: one')) messages.add(message);
      return messages.size >= 4;
    });
    server.process.kill('SIGTERM');
    const { stderr } = await server.process.ended;
    expect(stderr.split('\n').filter((line) => line.includes('will be tried again'))).toEqual([
      expect.stringContaining('exceeded quota: one'),
    ]);
  });

  it('works only while no other process has the lease', async () => {
    const url = await start('--controllers=-*,serviceaccount');
    const args = ['controllers', '--only=deployment', '--leader-elect'];
    const first = cli.spawn(args);
    await first.printed(/runs on/);
    const second = cli.spawn(args);
    await second.printed(/waits until it leads/);
    const lease = `${url}/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/fauxkube-controllers`;
    const { spec } = await json<{ spec: { holderIdentity: string } }>(lease);
    expect(spec.holderIdentity).toMatch(/_[0-9a-f-]{36}$/);
    first.kill('SIGTERM');
    // It lets go of the lease, so that the second one need not wait until it is over.
    await second.printed(/runs on/);
    const next = await json<{ spec: { holderIdentity: string; leaseTransitions: number } }>(lease);
    expect(next.spec.leaseTransitions).toBe(1);
    expect(next.spec.holderIdentity).not.toBe(spec.holderIdentity);
  });

  it('says what is wrong with its flags', async () => {
    await start();
    for (const [args, message] of [
      [[], /name the controllers to run with --only/],
      [
        ['--only=deploymnet'],
        /^fauxkube: there is no controller "deploymnet" \(--only\); did you mean deployment-controller\?\n$/,
      ],
      [
        ['--only=certificatesigningrequest-signing'],
        /^fauxkube: certificatesigningrequest-signing-controller \(--only\) runs in the process of the server only: /,
      ],
      [['--only=job', '--kubeconfig=nowhere'], /nowhere: it cannot be read/],
    ] as const) {
      const { code, stderr } = await cli.run(['controllers', ...args]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});

describe('fauxkube controllers list, enable, disable, unset', () => {
  it('show and throw the switches of a running cluster', async () => {
    await start();
    const controllers = async (...args: string[]): Promise<string> => (await cli.run(['controllers', ...args])).stdout;
    expect(await controllers('disable', 'job', 'cronjob')).toBe('job-controller off\ncronjob-controller off\n');
    expect(await controllers('enable', 'job', '--namespace=shop')).toBe('job-controller off\n  on in namespace shop\n');
    const list = await controllers('list');
    expect(list).toContain('\njob-controller off\n  on in namespace shop\ncronjob-controller off\n');
    expect(list).toContain('\ndeployment-controller on\n');
    expect(await controllers('unset', 'job', '--namespace=shop')).toBe('job-controller off\n');
    const unknown = await cli.run(['controllers', 'enable', 'jobs']);
    const meant = /: there is no controller "jobs"; did you mean job-controller/;
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(meant)]);
    const nothing = await cli.run(['controllers', 'enable', 'nothing-like-it']);
    expect(nothing.stderr).toMatch(/; there are\n {2}serviceaccount-token-controller, .*, stage-controller\n$/s);
    expect(nothing.stderr.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(nothing.stderr.split('\n').length).toBeLessThan(25);
    const everywhere = await cli.run(['controllers', 'unset', 'job']);
    expect([everywhere.code, everywhere.stderr]).toEqual([2, expect.stringContaining('--namespace')]);
  });
});
