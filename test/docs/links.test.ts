import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['clients', 'examples'].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, 'README.md'))),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
/** Paths from the root, in code style: `server/http/server.ts`. Placeholders and globs are none. */
const PATH = /`((?:server|controllers|test|docs|scripts|fixtures)\/[\w./-]+)`/g;

test.each(DOCUMENTS)('%s links to files that are there', (document) => {
  const text = readFileSync(document, 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
  const local = links.filter((target) => !/^\w+:/.test(target));
  expect(local.filter((target) => !existsSync(join(dirname(document), target)))).toEqual([]);
});

test.each(DOCUMENTS)('%s names paths that are there', (document) => {
  const named = [...readFileSync(document, 'utf8').matchAll(PATH)].map(([, path = '']) => path);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});
