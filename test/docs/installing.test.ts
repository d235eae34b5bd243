import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What would fetch a package of our name from a registry. */
const FROM_REGISTRY = /(npm install|pip install|cargo add|npm i)( --?[-a-z]+)* fauxkube\b(?!\[)/;

it('nothing tells to install what no registry has', () => {
  const listed = execFileSync('git', ['ls-files', 'README.md', 'docs', 'examples', 'clients'], { encoding: 'utf8' });
  const files = listed.split('\n').filter((file) => /\.(md|py|go|rs|java)$/.test(file));
  expect(files).toContain('clients/python/README.md');
  expect(files.filter((file) => FROM_REGISTRY.test(readFileSync(file, 'utf8')))).toEqual([]);
});
