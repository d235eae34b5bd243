import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PodTemplateSpec } from '../../../server/kube/types.gen.ts';
import { podTemplateHash } from '../../../server/schema/hash/pod-template-hash.ts';

/** Templates of deployments as a real server stores them, with the hash that its controller computed. */
const GOLDEN = new URL('../../golden/controllers/pod-template-hashes.json', import.meta.url);
const { cases: RECORDED } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  cases: { hash: string; template: PodTemplateSpec }[];
};

describe('pod-template-hash', () => {
  test.each(RECORDED.map(({ hash, template }) => [hash, template] as const))('%s', (hash, template) => {
    expect(podTemplateHash(template)).toBe(hash);
  });

  test('is another after a collision', () => {
    const template = RECORDED[0]?.template as PodTemplateSpec;
    const hashes = [undefined, 0, 1, 2].map((count) => podTemplateHash(template, count));
    expect(new Set(hashes).size).toBe(4);
  });
});
