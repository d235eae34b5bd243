import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInTypes } from '../../../server/schema/type-table.ts';

type Texts = Record<string, Record<string, string>>;

let texts: Texts;
let missing: string[];
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'field-texts-'));
  const file = join(directory, 'docs.gen.json.gz');
  const output = execFileSync(process.execPath, ['scripts/build-docs.mjs', '--list-missing', file]);
  missing = output.toString().trim().split('\n');
  texts = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Texts;
});

afterAll(() => rmSync(directory, { recursive: true }));

test('every field that has a text in the real documents has one', () => {
  const table = builtInTypes();
  const silent: string[] = [];
  for (const [type, fields] of Object.entries(texts)) {
    for (const row of table.row(type)?.f ?? []) {
      if ((fields[row.n] === undefined) !== (row.x === 1)) silent.push(`${type}#${row.n}`);
    }
  }
  expect(silent).toEqual([]);
});

test('texts come from the dependency', () => {
  const pod = texts['io.k8s.api.core.v1.Pod'];
  expect(pod?.['']).toMatch(/^Pod is a collection of containers/);
  expect(texts['io.k8s.api.core.v1.PodSpec']?.nodeName).toMatch(/^NodeName indicates/);
});

test('the allowed values of a field end its text', () => {
  const lines = texts['io.k8s.api.core.v1.PodSpec']?.restartPolicy?.split('\n') ?? [];
  expect(lines.slice(-4)).toEqual(['Possible enum values:', ' - `"Always"`', ' - `"Never"`', ' - `"OnFailure"`']);
});

test('what the dependency lacks is listed, and said in words of our own', () => {
  expect(missing).toContain('io.k8s.api.core.v1.HTTPGetAction#protocol');
  expect(texts['io.k8s.api.core.v1.HTTPGetAction']?.protocol).toMatch(/^protocol of HTTPGetAction is a string\./);
  expect(missing).not.toContain('io.k8s.api.core.v1.PodSpec#nodeName');
});
