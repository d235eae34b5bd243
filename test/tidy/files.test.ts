import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { isSource, lineProblems, type SourceFile, writtenFiles } from './tree.ts';

const LINES_MAX = 400;
const COLUMNS_MAX = 120;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config|\.d)?\.(ts|mjs|cjs)$|^\.[a-z-]+\.cjs$/;
const EMPTY_WORDS = /(^|-)(utils?|helpers?|common|misc)(-|\.|$)/;
/** Where things lie on one machine, and where packages come from: of no use to anybody else. */
const MACHINE_PATH = /(^|[\s"'`(=:])\/(tmp|root|home|work|Users)\/[\w.]/;

function lengthProblems({ path, text }: SourceFile): string[] {
  const count = text.split('\n').length - 1;
  return count > LINES_MAX ? [`${path} has ${count} lines, ${LINES_MAX} at most: cut it by idea`] : [];
}

function nameProblems({ path }: SourceFile): string[] {
  const problems = KEBAB_CASE.test(basename(path)) ? [] : [`${path}: name files in kebab-case, such as node-info.ts`];
  const empty = path.split('/').find((part) => EMPTY_WORDS.test(part));
  if (empty !== undefined) problems.push(`${path}: ${empty} says nothing, name the idea that the file holds`);
  return problems;
}

function columnProblems(file: SourceFile): readonly string[] {
  const isMarkdown = file.path.endsWith('.md');
  return lineProblems(file, (line) => {
    const { length } = Array.from(line);
    if (length <= COLUMNS_MAX || (isMarkdown && line.startsWith('|'))) return undefined;
    return `has ${length} columns, ${COLUMNS_MAX} at most: break it (texts with +)`;
  });
}

function placeProblems(file: SourceFile): readonly string[] {
  return lineProblems(file, (line) => (MACHINE_PATH.test(line) ? 'names a place on one machine' : undefined));
}

const files = writtenFiles();

test('no file is longer than 400 lines', () => {
  expect(files.flatMap(lengthProblems)).toEqual([]);
  expect(lengthProblems({ path: 'a.ts', text: '\n'.repeat(401) })).toHaveLength(1);
});

test('files have kebab-case names that say what they hold', () => {
  expect(files.filter(isSource).flatMap(nameProblems)).toEqual([]);
  for (const path of ['server/nodeInfo.ts', 'server/Node.ts', 'server/pod-utils.ts', 'server/helpers/node.ts'])
    expect(nameProblems({ path, text: '' })).toHaveLength(1);
});

test('no line is wider than 120 columns', () => {
  const withText = files.filter(({ path }) => !/go\.mod$|^package\.json$/.test(path));
  expect(withText.flatMap(columnProblems)).toEqual([]);
  expect(columnProblems({ path: 'a.ts', text: `ok\n${'x'.repeat(121)}` })).toEqual([
    'a.ts:2 has 121 columns, 120 at most: break it (texts with +)',
  ]);
});

test('no file names a place on the machine where it was written', () => {
  // Files of images speak of places in containers.
  const elsewhere = files.filter(({ path }) => !path.startsWith('fixtures/pods/'));
  expect(elsewhere.flatMap(placeProblems)).toEqual([]);
  const text = ['cd /', "'/home/", "me/a'"].join('');
  expect(placeProblems({ path: 'a.ts', text })).toEqual(['a.ts:1 names a place on one machine']);
});
