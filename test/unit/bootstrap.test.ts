import { expect, test } from 'vitest';
import { recordedObjects } from '../../server/cluster/bootstrap/objects.ts';
import { serviceRanges } from '../../server/kube/service-ranges.ts';
import { decodeStruct } from '../../server/schema/decode.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';

// They are stored without being decoded, so that a cluster starts faster.
test('objects that every cluster begins with are recorded in canonical form', () => {
  const table = builtInTypes();
  for (const object of recordedObjects(Date.UTC(2026, 0, 1), serviceRanges(), table)) {
    const [group = '', version = ''] = (object.apiVersion ?? '').includes('/')
      ? (object.apiVersion ?? '').split('/')
      : ['', object.apiVersion];
    const type = table.typeOfKind(group, version, object.kind ?? '');
    if (!type) throw new Error(`no type for ${object.apiVersion} ${object.kind}`);
    expect(JSON.stringify(decodeStruct(object, type, { unknownFields: false }))).toBe(JSON.stringify(object));
  }
});
