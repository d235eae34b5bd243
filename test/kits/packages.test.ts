import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from '../support/clone.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const { version, license } = JSON.parse(read('package.json')) as { version: string; license: string };

/** Where each package says its version and licence. */
const METADATA = [
  ['clients/python/pyproject.toml', /^version = "(.*)"$/m, /^license = "(.*)"$/m],
  ['clients/rust/Cargo.toml', /^version = "(.*)"$/m, /^license = "(.*)"$/m],
  [
    'clients/java/pom.xml',
    /<artifactId>fauxkube-junit<\/artifactId>\s*<version>(.*)<\/version>/,
    /<name>(Ap.*)<\/name>/,
  ],
  ['clients/go/container/go.mod', /fauxkube\.dev\/go\/fauxkube v(\S+)$/m, undefined],
] as const;

test.each(METADATA)('%s has the version and the licence of the server', (path, versionPattern, licensePattern) => {
  expect(versionPattern.exec(read(path))?.[1]).toBe(version);
  if (licensePattern) expect(licensePattern.exec(read(path))?.[1]).toBe(license);
});

test.each(['python', 'go', 'go/container', 'java', 'rust'])('clients/%s brings the licence along', (folder) => {
  expect(read(`clients/${folder}/LICENSE`)).toBe(read('LICENSE'));
});

/** Programs of READMEs that no test of the package reads there itself. */
const PROGRAMS = [
  ['clients/go/README.md', 'go', 'clients/go/example_test.go'],
  ['clients/java/README.md', 'java', 'clients/java/src/test/java/dev/fauxkube/ReadmeTest.java'],
] as const;

test.each(PROGRAMS)('%s shows the %s that %s runs', (document, language, file) => {
  const blocks = blocksOf(document, language);
  expect(blocks).toHaveLength(1);
  expect(read(file)).toContain(blocks[0] ?? 'nothing');
});

test('every kit can be started from the folder of an example', () => {
  const files = ['pytest/website-crd.yaml', 'go/website-crd.yaml', 'junit/src/test/resources/website-crd.yaml'];
  const [first, ...others] = [...files, 'rust/tests/website-crd.yaml'].map((path) => read(`examples/${path}`));
  for (const other of others) expect(parse(other)).toEqual(parse(first ?? ''));
});
