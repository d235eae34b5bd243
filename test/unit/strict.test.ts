import { describe, expect, it } from 'vitest';
import { decodeStruct } from '../../server/schema/decode.ts';
import { countKeys, measureJson } from '../../server/schema/json-text.ts';
import { strictProblems } from '../../server/schema/strict.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly resource: 'configmaps' | 'deployments';
  readonly text: string;
  /** Empty when nothing is wrong. */
  readonly problems: string;
}

const TYPES = {
  configmaps: builtInTypes().type('io.k8s.api.core.v1.ConfigMap'),
  deployments: builtInTypes().type('io.k8s.api.apps.v1.Deployment'),
};

describe('unknown fields and fields that come twice', () => {
  const cases = golden<Case>('schema/strict.json');

  it('are found as on the real server, in the same order', () => {
    const found = cases.map(({ resource, text }) => ({
      resource,
      text,
      problems: strictProblems(text, TYPES[resource]).join(', '),
    }));
    expect(found).toEqual(cases);
  });

  it('are noticed while decoding, or else by the number of keys: only then is the text searched', () => {
    for (const { resource, text, problems } of cases) {
      const notes = { unknownFields: false };
      const value: unknown = JSON.parse(text);
      decodeStruct(value, TYPES[resource], notes);
      const noticed = notes.unknownFields || measureJson(text).keys !== countKeys(value);
      if (problems !== '') expect(noticed, text).toBe(true);
    }
  });
});
