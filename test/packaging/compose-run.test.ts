import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { composeFile, networkModule, volumeParts } from '../support/compose.ts';
import { type Container, type Mounts, startContainer } from '../support/container.ts';
import { buildImage, type Image, NOBODY } from '../support/image.ts';

const { fauxkube, example } = composeFile().services;
let image: Image;
beforeAll(async () => {
  image = await buildImage();
}, 300_000);

/** Volumes as an engine makes them: named ones begin as the image's own folder, with its owner. */
function mountsOfFauxkube(): Mounts {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const pairs = fauxkube.volumes.map((text) => {
    const { source, target } = volumeParts(text);
    const path = join(folder, source);
    mkdirSync(path, { recursive: true });
    if (source.startsWith('.')) cpSync(source, path, { recursive: true });
    else if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
    return [target, path] as const;
  });
  return Object.fromEntries(pairs);
}

const up = (mounts: Mounts): Promise<Container> => startContainer(image, { command: fauxkube.command, mounts });

async function kubectl(kubeconfig: string, { url }: Container, ...args: string[]): Promise<string> {
  const command = process.env.FAUXKUBE_TEST_KUBECTL ?? 'kubectl';
  const { stdout } = await promisify(execFile)(command, ['--kubeconfig', kubeconfig, '--server', url, ...args]);
  return stdout;
}

test('is healthy by its own healthcheck, with the fixtures in it', async () => {
  const mounts = mountsOfFauxkube();
  const container = await up(mounts);
  const [kind, ...check] = fauxkube.healthcheck?.test ?? [];
  expect(kind).toBe('CMD');
  expect(await container.run(check, { FAUXKUBE_URL: container.url })).toEqual({ code: 0, output: '' });
  const names = await kubectl(`${mounts['/kubeconfigs']}/host`, container, 'get', 'deployments,services', '-o', 'name');
  expect(names.trim().split('\n')).toEqual([
    'deployment.apps/nginx-deployment',
    'service/kubernetes',
    'service/my-service',
  ]);
});

test('writes one kubeconfig for the host and one for the network, readable for other containers', async () => {
  const mounts = mountsOfFauxkube();
  await up(mounts);
  const server = (name: string): string | undefined =>
    /server: (.*)/.exec(readFileSync(`${mounts['/kubeconfigs']}/${name}`, 'utf8'))?.[1];
  expect([server('host'), server('compose')]).toEqual(['https://127.0.0.1:6443', 'https://fauxkube:6443']);
  for (const name of ['host', 'compose'])
    expect(statSync(`${mounts['/kubeconfigs']}/${name}`).mode & 0o777).toBe(0o644);
});

test('answers the example client, whose certificate check accepts the name of the service', async () => {
  const mounts = mountsOfFauxkube();
  const container = await up(mounts);
  const [node = '', ...args] = example.command;
  const network = networkModule({
    'fauxkube:6443': Number(new URL(container.url).port),
    'fauxkube:6480': Number(new URL(container.proxyUrl).port),
  });
  const { KUBECONFIG = '', ...environment } = example.environment ?? {};
  const kubeconfig = KUBECONFIG.replace(/^\/kubeconfigs/, mounts['/kubeconfigs'] ?? '');
  const env = { ...environment, KUBECONFIG: kubeconfig };
  const { code, output } = await container.run([node, '--import', network, ...args], env);
  expect(output.trim().split('\n').sort()).toEqual(['my-service answered 200', 'the API answered 200']);
  expect(code).toBe(0);
});

test('keeps what was there when it is started again, in one readable file', async () => {
  const mounts = mountsOfFauxkube();
  const first = await up(mounts);
  const kubeconfig = `${mounts['/kubeconfigs']}/host`;
  await kubectl(kubeconfig, first, 'create', 'configmap', 'kept', '--from-literal=a=b');
  first.process.kill('SIGTERM');
  expect(await once(first.process, 'exit')).toEqual([0, null]);
  const second = await up(mounts);
  expect(await kubectl(kubeconfig, second, 'get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}')).toBe('b');
  second.process.kill('SIGTERM');
  await once(second.process, 'exit');
  const snapshot = JSON.parse(readFileSync(`${mounts['/data']}/cluster.json`, 'utf8')) as { kind: string };
  expect(snapshot.kind).toBe('List');
});
