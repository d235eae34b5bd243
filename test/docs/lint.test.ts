import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, Clone } from '../support/clone.ts';

let clone: Clone;
beforeAll(async () => {
  clone = await Clone.make();
  await clone.start(['--nodes', '1']);
}, 300_000);
afterAll(() => clone[Symbol.asyncDispose]());

/** `npx fauxkube` would look for an installed package: here it is the build. */
const scripts = blocksOf('docs/lint.md', 'sh').map((text) => text.replaceAll('npx fauxkube', 'node dist/cli.js'));

test.each([
  ['lint finds the writes that change nothing', scripts[0], /^warning no-op-write: configmaps default\/settings$/m],
  ['rbac gives what was refused', scripts[1], /- configmaps\n {2}verbs:\n {2}- list\n/],
  ['why follows a Deployment', scripts[2], /^deployment\/web in default: .*\n(.*\n)* {4}pod\/web-/m],
])('%s', (_name, script = '', output) => {
  const { status, stdout } = clone.script(script);
  expect([status, stdout]).toEqual([0, expect.stringMatching(output)]);
});
