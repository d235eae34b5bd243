import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { formatPage } from '../conformance/page.ts';
import { readRecord } from '../conformance/record.ts';

const PAGE = readFileSync('docs/conformance.md', 'utf8');

test('docs/conformance.md is what the recorded outcomes make', () => {
  const record = readRecord();
  expect(record && formatPage(record), 'run npm run conformance').toBe(PAGE);
});

test('docs/conformance.md has a line for each of the 462 specs, sorted by who owns them', () => {
  const [, ...sections] = PAGE.split('\n## sig-');
  const rows = sections.map((section) => section.split('\n').filter((line) => /^\| [^-]/.test(line)).length - 1);
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(462);
  const names = sections.map((section) => section.slice(0, section.indexOf('\n')));
  expect(names).toEqual(names.toSorted());
});

test('docs/conformance.md is about the version of Kubernetes that is served', () => {
  expect(PAGE).toContain(`## Kubernetes ${builtInTypes().gitVersion.slice(1)}:`);
  expect(readFileSync('test/conformance/go.mod', 'utf8')).toContain(`k8s.io/kubernetes ${builtInTypes().gitVersion}\n`);
});

test('a failure cannot break the table that it stands in', () => {
  const page = formatPage({
    kubernetesVersion: '1.0.0',
    specs: [{ name: '[sig-a] reads [it] [Conformance]', result: 'failed', why: 'a|b <c> `d` _e_' }],
  });
  expect(page).toContain('| reads \\[it\\] | failed: a\\|b \\<c\\> \\`d\\` \\_e\\_ |');
});
