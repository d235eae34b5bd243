import { expect, test } from 'vitest';
import { at, securedCluster } from '../support/secured-cluster.ts';

/** What a real server says to each name of a field manager; nothing where it takes it. */
const NAMES: readonly (readonly [name: string, problems: readonly string[]])[] = [
  ['kubectl create', []],
  ['é', []],
  ['😀', []],
  ['\t', ['Invalid value: "\\t": invalid character U+0009 (at position 0)']],
  ['a\u00a0b', ['Invalid value: "a\\u00a0b": invalid character U+00A0 (at position 1)']],
  ['a\u00adb', ['Invalid value: "a\\u00adb": invalid character U+00AD (at position 1)']],
  ['a\ue000', ['Invalid value: "a\\ue000": invalid character U+E000 (at position 1)']],
  ['é\u0001', ['Invalid value: "é\\x01": invalid character U+0001 (at position 2)']],
  [
    '😀x\u0002\u0003',
    [
      'Invalid value: "😀x\\x02\\x03": invalid character U+0002 (at position 5)',
      'Invalid value: "😀x\\x02\\x03": invalid character U+0003 (at position 6)',
    ],
  ],
  ['a'.repeat(129), ['Too long: may not be more than 128 bytes']],
];

test('a field manager has a name of at most 128 bytes that can be printed', async () => {
  await using cluster = await securedCluster();
  const path = '/api/v1/namespaces/default/configmaps?dryRun=All&fieldManager=';
  for (const [name, problems] of NAMES) {
    const answer = await cluster.ask('POST', path + encodeURIComponent(name), { body: { metadata: { name: 'a' } } });
    expect(answer.status, name).toBe(problems.length > 0 ? 422 : 201);
    const causes = (at(answer.body, 'details.causes') ?? []) as { field: string; message: string }[];
    expect(causes.map(({ message }) => message)).toEqual(problems);
    for (const { field } of causes) expect(field).toBe('fieldManager');
  }
});
