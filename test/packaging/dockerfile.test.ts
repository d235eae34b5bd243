import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startContainer } from '../support/container.ts';
import { execForm, last, type Stage } from '../support/dockerfile.ts';
import { buildImage, type Image } from '../support/image.ts';
import { exchange } from '../support/plain-server.ts';

/** `npm ci` of the build stage, once for all test files. */
const BUILD_MS = 300_000;

describe('the image of the Dockerfile', () => {
  let image: Image;
  let stage: Stage;
  let root: string;
  beforeAll(async () => {
    image = await buildImage();
    stage = image.stages.at(-1) as Stage;
    root = image.folder(image.stages.length - 1);
  }, BUILD_MS);

  test('holds what runs and nothing else', () => {
    const workdir = join(root, last(stage, 'WORKDIR'));
    expect(readdirSync(workdir).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'fixtures', 'package.json'].sort(),
    );
    for (const { base } of image.stages) expect(base).toMatch(/^node:20-slim$/);
  });

  test('runs as a user who owns the folders that are written to, and nothing else', () => {
    expect(last(stage, 'USER')).toBe('node');
    expect(image.owners).toBe('node:node /data /kubeconfigs');
    expect(statSync(join(root, 'data')).isDirectory()).toBe(true);
  });

  test('exposes the ports that the flags have by default', async () => {
    const container = await startContainer(image);
    const { output } = await container.run(['node', 'dist/cli.js', 'start', '--help']);
    const ports = [...output.matchAll(/--(?:proxy-)?port <port>[^(]*\(default:\s+(\d+)/g)].map(([, port]) => port);
    expect(last(stage, 'EXPOSE').split(/\s+/)).toEqual(ports);
  });

  test('serves, says when it is healthy, writes the kubeconfig and ends in order', async () => {
    const container = await startContainer(image);
    expect((await exchange(container.url, 'GET', '/readyz')).status).toBe(200);
    const health = execForm(last(stage, 'HEALTHCHECK').replace(/^.*CMD\s+/, ''));
    expect(await container.run(health, { FAUXKUBE_URL: container.url })).toEqual({ code: 0, output: '' });
    expect(existsSync(join(root, 'kubeconfigs/host'))).toBe(true);
    expect(readFileSync(join(root, 'kubeconfigs/host'), 'utf8')).toContain(container.url);
    container.process.kill('SIGTERM');
    expect(await once(container.process, 'exit')).toEqual([0, null]);
    const after = await container.run(health, { FAUXKUBE_URL: container.url });
    expect(after.code).toBe(1);
  });
});
