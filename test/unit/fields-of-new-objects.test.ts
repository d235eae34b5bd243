import { expect, test } from 'vitest';
import { addedFields } from '../../server/schema/apply/added-fields.ts';
import { compareObjects } from '../../server/schema/apply/compare.ts';
import { difference, leaf } from '../../server/schema/apply/fields-v1.ts';
import { decodeStruct } from '../../server/schema/decode.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { sampleObject } from '../support/sample-object.ts';

const SKIP = { 'f:kind': leaf(), 'f:apiVersion': leaf(), 'f:metadata': { '.': leaf(), 'f:name': leaf(), 'f:uid': leaf() } };

const types = builtInTypes().groups.flatMap(({ versions }) =>
  versions.flatMap(({ resources }) => resources.map(({ type }) => type)),
);

test('the fields of a new object are those that a comparison with nothing finds, for every kind', () => {
  for (const type of types) {
    const zero = decodeStruct({}, type, { unknownFields: false });
    for (let seed = 0; seed < 5; seed++) {
      const object = decodeStruct(sampleObject(type, seed), type, { unknownFields: false });
      const expected = difference(compareObjects(zero, object, type).changed, SKIP);
      expect(addedFields(object, zero, type, SKIP), `${type.name} ${seed}`).toBe(expected && JSON.stringify(expected));
    }
  }
});
