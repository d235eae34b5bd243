import { describe, expect, test } from 'vitest';
import { publishedSchemas } from '../../server/schema/custom/openapi.ts';
import type { JsonSchema } from '../../server/schema/custom/structural-schema.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly kind: string;
  readonly schema: JsonSchema;
  readonly v2: { readonly kind: unknown; readonly list: unknown };
  readonly v3: { readonly kind: unknown; readonly list: unknown };
}

const published = ({ kind, schema }: Case) => ({
  group: 'openapi.golden.example.com',
  version: 'v1',
  kind,
  listKind: `${kind}List`,
  plural: `${kind.toLowerCase()}s`,
  schema,
  ...(kind === 'Nullable' && { selectableFields: ['.spec.b'] }),
});

describe.each(['v2', 'v3'] as const)('OpenAPI %s publishes custom resources as a real server does', (openApi) => {
  test.each(golden<Case>('custom/openapi.json'))('$kind', (one) => {
    const { kind, list } = publishedSchemas(published(one), openApi);
    expect(JSON.parse(kind.json)).toEqual(one[openApi].kind);
    expect(JSON.parse(list.json)).toEqual(one[openApi].list);
  });
});
