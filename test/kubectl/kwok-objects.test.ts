import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

const OBJECTS = `
apiVersion: v1
kind: ConfigMap
metadata: {name: logs}
data:
  now: |
    2026-01-02T03:04:05.000000007Z stdout F first
    2026-01-02T03:04:06Z stderr P half a
    2026-01-02T03:04:06Z stderr F  line
    {"log":"of docker\\n","stream":"stdout","time":"2026-01-02T03:04:07Z"}
  before: |
    2026-01-01T00:00:00Z stdout F of the run before
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes: [{name: logs, configMap: {name: logs}}]
  containers:
  - {name: web, image: nginx, volumeMounts: [{name: logs, mountPath: /logs}], workingDir: /srv}
  - {name: side, image: registry.k8s.io/pause, volumeMounts: [{name: logs, mountPath: /logs}]}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Logs
metadata: {name: web}
spec:
  logs:
  - {containers: [side], logsFile: /logs/now, previousLogsFile: /logs/before}
  - {containers: [web], logsFile: /etc/hostname}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterExec
metadata: {name: all}
spec:
  selector: {matchNamespaces: [default]}
  execs:
  - containers: [web]
    local:
      workDir: /var
      envs: [{name: COLOUR, value: green}]
      securityContext: {runAsUser: 1000, runAsGroup: 1001}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Attach
metadata: {name: web}
spec: {attaches: [{containers: [web], logsFile: /attached}]}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterPortForward
metadata: {name: all}
spec:
  selector: {matchNames: [web]}
  forwards:
  - {ports: [8001], target: {port: 80, address: localhost}}
  - {ports: [8002], command: [sh, -c, "printf 'HTTP/1.0 200 OK\\\\r\\\\n\\\\r\\\\nof a command'"]}
  - {ports: [8003], target: {port: 80, address: 192.0.2.1}}
`;

describe('objects of kwok', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ fixtures: ['fixtures/kwok/behaviours.yaml'] });
    await shop.apply(OBJECTS);
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/web');
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it('Logs: files of the container are its log, in the forms of container runtimes', async () => {
    const logs = (...args: string[]): Promise<string> => shop.kubectl('logs', 'web', '-c', 'side', ...args);
    expect(await logs()).toBe('first\nhalf a line\nof docker\n');
    expect(await logs('--timestamps', '--tail=2')).toBe(
      '2026-01-02T03:04:06.000000000Z half a line\n2026-01-02T03:04:07.000000000Z of docker\n',
    );
    expect(await logs('--since-time=2026-01-02T03:04:07Z')).toBe('of docker\n');
    const followed = shop.follow('logs', '-f', 'web', '-c', 'side');
    expect([await followed.next(), await followed.next()]).toEqual(['first', 'half a line']);
    followed.end();
    expect(await logs('--previous')).toBe('of the run before\n');
    expect((await shop.fails('logs', 'web', '-c', 'web', '--previous')).stderr).toContain('previous terminated');
  });

  it('Logs: no file is one of the host', async () => {
    expect(await shop.kubectl('logs', 'web', '-c', 'web')).toBe('web\n');
  });

  it('ClusterExec: commands run in the surroundings that it says', async () => {
    const seen = await shop.kubectl('exec', 'web', '-c', 'web', '--', 'sh', '-c', 'pwd; echo $COLOUR; id -u; id -g');
    expect(seen).toBe('/var\ngreen\n1000\n1001\n');
  });

  it('Attach: whoever attaches reads what comes to a file', async () => {
    const attached = shop.follow('attach', 'web', '-c', 'web', '--quiet');
    const say = 'until [ -e /stop ]; do echo hello >> /attached; sleep 0.1; done';
    await shop.kubectl('delete', 'clusterexec', 'all');
    const speaker = shop.run(['exec', 'web', '-c', 'web', '--', 'sh', '-c', say]);
    expect(await attached.next()).toBe('hello');
    attached.end();
    await shop.kubectl('exec', 'web', '-c', 'web', '--', 'touch', '/stop');
    await speaker;
  });

  it('ClusterPortForward: ports lead to the pod, to a command, and nowhere outside', async () => {
    const forward = shop.follow('port-forward', 'web', ':8001', ':8002', ':8003');
    const ports: number[] = [];
    while (ports.length < 3) {
      const [, port] = /127\.0\.0\.1:(\d+) -> 800\d/.exec(await forward.next()) ?? [];
      if (port !== undefined) ports.push(Number(port));
    }
    const ask = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        get({ port, host: '127.0.0.1', agent: false }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          answer.on('end', () => resolve(text));
        }).on('error', reject);
      });
    const [first = 0, second = 0, third = 0] = ports;
    expect(await ask(first)).toContain('Welcome to nginx');
    expect(await ask(second)).toBe('of a command');
    await expect(ask(third)).rejects.toThrow();
    forward.end();
  });
});

it('the definitions of the package are those that the objects need', async () => {
  const texts = ['behaviours', 'usage'].map((name) => readFile(`fixtures/kwok/${name}.yaml`, 'utf8'));
  const text = (await Promise.all(texts)).join('');
  for (const kind of ['Logs', 'Exec', 'Attach', 'PortForward', 'ResourceUsage'])
    for (const name of [kind, `Cluster${kind}`]) expect(text).toContain(`{kind: ${name}, plural: `);
});
