import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf } from '../support/clone.ts';
import { buildImage } from '../support/image.ts';

/** What is right, and what is not. */
const PROGRAM = `
import { connect } from 'fauxkube/client';
import { startProcess } from 'fauxkube/process';
import { useCluster } from 'fauxkube/jest';
import { expect as expectOfPage, test as ofPlaywright } from 'fauxkube/playwright';
import { startContainer } from 'fauxkube/testcontainers';
import { clusterTest, expect } from 'fauxkube/vitest';
import type { Matchers } from 'expect';

declare const expected: Matchers<Promise<void>>;
await expected.toBeReady('pod/a', { namespace: 'b' });
const cluster = useCluster({ flags: { nodes: 3 } });
const { name, url } = await cluster.current.request('POST /clusters');
const state = await cluster.main.request('PUT /controllers/{name}', { params: { name }, body: { enabled: true } });
const names: Readonly<Record<string, boolean>> | undefined = state.namespaces;
// @ts-expect-error it has parameters
await connect().request('DELETE /clusters/{name}');
// @ts-expect-error a field is missing
await connect(url).request('PUT /controllers/{name}', { params: { name }, body: {} });
// @ts-expect-error there is none
await connect().request('POST /nothing');
clusterTest({ nodes: 1 })('a', async ({ cluster, mainCluster }) => {
  await expect(cluster).toHaveEvent({ reason: 'b', about: 'pod/a' });
  await expect(mainCluster).not.toHaveReadyReplicas('deployment/a', 3);
  // @ts-expect-error not a number
  await expect(cluster).toHaveReadyReplicas('deployment/a', 'three');
});
ofPlaywright('a', async ({ cluster, fauxkube, page }) => {
  await page.goto(fauxkube.url);
  await expectOfPage(cluster).toHaveCondition('deployment/a', 'Available', { status: 'False' });
});
// @ts-expect-error there is no image that is not said
await startContainer({ flags: { nodes: 3 } });
export { names, startProcess };
`;

let folder: string;
beforeAll(async () => {
  const image = await buildImage();
  folder = mkdtempSync(join(tmpdir(), 'fauxkube-types-'));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync('node_modules').filter((entry) => !entry.startsWith('.')))
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(join(image.folder(0), 'src'), join(folder, 'node_modules/fauxkube'));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('programs of documents and tests compile against the types of the package', () => {
  const programs = [PROGRAM, ...['docs/javascript.md', 'docs/lint.md'].flatMap((path) => blocksOf(path, 'ts'))];
  expect(programs.length).toBeGreaterThan(4);
  const files = programs.map((program, index) => {
    writeFileSync(join(folder, `program-${index}.ts`), program);
    return `program-${index}.ts`;
  });
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    preserveSymlinks: true,
    noEmit: true,
  };
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('');
});
