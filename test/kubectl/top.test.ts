import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyKubectl, openShop, rows, type Shop } from '../support/kubectl.ts';

const versions = everyKubectl().filter((path) => !/1\.(28|29|30|31)$/.test(path));
const names = versions.map((path) => path.split('/').at(-1) ?? '');

const PODS = `
apiVersion: v1
kind: Pod
metadata: {name: said, labels: {app: web}, annotations: {fauxkube.dev/usage: 'cpu=250m,memory=64Mi,side/cpu=10m'}}
spec: {nodeName: node01, containers: [{name: c, image: nginx}, {name: side, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: kwok, annotations: {kwok.x-k8s.io/usage-cpu: 100m, kwok.x-k8s.io/usage-memory: 1Gi}}
spec: {nodeName: node02, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: told, labels: {app: told}}
spec: {nodeName: node01, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: unknown, annotations: {fauxkube.dev/usage: unknown}}
spec: {nodeName: node01, containers: [{name: c, image: nginx}]}
`;

describe.each(names)('%s top', (name) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ simulatedMetrics: true }, versions[names.indexOf(name)]);
    await shop.apply(PODS);
    await shop.kubectl('wait', '--for=condition=Ready', 'pod', '--all');
    const usage = { selector: 'app=told', usage: { cpu: '1', memory: '1Mi' } };
    await shop.run(['replace', '--raw', '/-/metrics/resource', '-f', '-'], { input: JSON.stringify(usage) });
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it('shows what pods use, by labels and by containers', async () => {
    expect(rows(await shop.kubectl('top', 'pod'))).toEqual([
      { NAME: 'kwok', 'CPU(cores)': '100m', 'MEMORY(bytes)': '1024Mi' },
      { NAME: 'said', 'CPU(cores)': '260m', 'MEMORY(bytes)': '64Mi' },
      { NAME: 'told', 'CPU(cores)': '1000m', 'MEMORY(bytes)': '1Mi' },
    ]);
    expect(rows(await shop.kubectl('top', 'pod', '-l', 'app=web', '--containers'))).toMatchObject([
      { POD: 'said', NAME: 'c', 'CPU(cores)': '250m' },
      { POD: 'said', NAME: 'side', 'CPU(cores)': '10m' },
    ]);
    expect((await shop.fails('top', 'pod', 'unknown')).stderr).toContain('podmetrics.metrics.k8s.io');
  });

  it('shows what nodes use', async () => {
    const nodes = rows(await shop.kubectl('top', 'node'));
    expect(nodes).toMatchObject([
      { NAME: 'node01', 'CPU(cores)': '1260m', 'MEMORY(bytes)': '65Mi' },
      { NAME: 'node02', 'CPU(cores)': '100m', 'MEMORY(bytes)': '1024Mi' },
    ]);
  });

  it('shows what a command in a container uses as its machine measures it', async () => {
    await shop.kubectl(
      'run',
      'loop',
      '--image=busybox',
      '--',
      'sh',
      '-c',
      'dd if=/dev/zero of=/x bs=1M count=8; sleep 600',
    );
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/loop');
    await shop.cluster.settle();
    const [loop] = rows(await shop.kubectl('top', 'pod', 'loop'));
    expect(Number.parseInt(loop?.['MEMORY(bytes)'] ?? '', 10)).toBeGreaterThanOrEqual(9);
    await shop.kubectl('delete', 'pod', 'loop', '--now');
  });
});
