import { expect, test } from 'vitest';
import { deepFreeze } from '../../server/base/freeze.ts';
import { compareObjects } from '../../server/schema/apply/compare.ts';
import { DecodeError, type DecodeNotes, decodeStruct } from '../../server/schema/decode.ts';
import { builtInTypes, type TypeDescription } from '../../server/schema/type-table.ts';
import { sampleObject } from '../support/sample-object.ts';

type Fields = Record<string, unknown>;

const types = builtInTypes().groups.flatMap(({ versions }) =>
  versions.flatMap(({ resources }) => resources.map(({ type }) => type)),
);
const notes = (): DecodeNotes => ({ unknownFields: false });

interface Outcome {
  readonly value?: Fields;
  readonly found: DecodeNotes;
  readonly message?: string;
}

function outcome(input: Fields, type: TypeDescription, decoded?: Fields): Outcome {
  const found = notes();
  try {
    return { value: decodeStruct(input, type, found, decoded), found };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { message: error.message, found };
  }
}

/** Versions of an object that share with it all but one field, or one inside of it. */
function* changed(object: Fields, other: Fields, depth = 0): Generator<Fields> {
  for (const name of new Set([...Object.keys(object), ...Object.keys(other)])) {
    const inner = object[name];
    yield { ...object, [name]: other[name] };
    yield { ...object, [name]: null };
    if (Array.isArray(inner)) yield { ...object, [name]: inner.toReversed() };
    if (depth < 2 && typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      const counterpart = other[name];
      const beside = typeof counterpart === 'object' && counterpart !== null ? (counterpart as Fields) : {};
      for (const next of changed(inner as Fields, beside, depth + 1)) yield { ...object, [name]: next };
    }
  }
  yield { ...object, unknownField: 1 };
  yield Object.fromEntries(Object.entries(object).toReversed());
}

test('what shares parts with a decoded object is decoded and compared as if it did not, for every kind', () => {
  for (const type of types) {
    const [object, other] = [0, 1].map((seed) => decodeStruct(sampleObject(type, seed), type, notes()));
    if (!object || !other) throw new Error(type.name);
    deepFreeze(object);
    for (const next of changed(object, other)) {
      const decoded = outcome(next, type, object);
      const expected = outcome(structuredClone(next), type);
      expect(JSON.stringify(decoded), type.name).toBe(JSON.stringify(expected));
      if (!decoded.value || !expected.value) continue;
      const fields = compareObjects(structuredClone(object), expected.value, type);
      expect(JSON.stringify(compareObjects(object, decoded.value, type))).toBe(JSON.stringify(fields));
    }
  }
});
