import { describe, expect, it } from 'vitest';
import { decodeStruct } from '../../server/schema/decode.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { golden } from '../support/golden.ts';

type Path = readonly (string | number)[];

interface Recorded {
  readonly path: string;
  readonly object: object;
  /** For each field the values that it got, each with the message or `fits`. */
  readonly cases: readonly { readonly at: Path; readonly found: readonly (readonly [unknown, string])[] }[];
}

const TYPES: Readonly<Record<string, string>> = {
  '/api/v1/pods': 'io.k8s.api.core.v1.Pod',
  '/api/v1/secrets': 'io.k8s.api.core.v1.Secret',
  '/api/v1/services': 'io.k8s.api.core.v1.Service',
  '/apis/apps/v1/deployments': 'io.k8s.api.apps.v1.Deployment',
  '/apis/coordination.k8s.io/v1/leases': 'io.k8s.api.coordination.v1.Lease',
};

function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? replaced(item, rest, by) : item));
  const fields = value as Record<string, unknown>;
  return { ...fields, [first]: replaced(fields[first], rest, by) };
}

describe('values that do not fit their field', () => {
  it.each(golden<Recorded>('schema/json-types.json'))(
    'are refused as on the real server: $path',
    ({ path, object, cases }) => {
      const type = builtInTypes().type(TYPES[path] ?? '');
      const decoded = (at: Path, value: unknown): string => {
        try {
          decodeStruct(replaced(object, at, value), type, { unknownFields: false });
          return 'fits';
        } catch (error) {
          return (error as Error).message;
        }
      };
      const texts = (at: Path, value: unknown, message: string): string =>
        `${at.join('.')} = ${JSON.stringify(value)}: ${message}`;
      const found = cases.flatMap((one) => one.found.map(([value]) => texts(one.at, value, decoded(one.at, value))));
      const expected = cases.flatMap((one) => one.found.map(([value, message]) => texts(one.at, value, message)));
      expect(found).toEqual(expected);
    },
  );
});
