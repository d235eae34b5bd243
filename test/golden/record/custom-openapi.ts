// Records how a real server publishes custom resources in OpenAPI v2 and v3.
import { rest } from '../../../server/base/turn.ts';
import { definition, type Json, version } from './custom/definition.ts';
import { KINDS } from './custom/object-schemas.ts';
import { ask, create, record } from './oracle.ts';

const GROUP = 'openapi.golden.example.com';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const PREFIX = 'com.example.golden.openapi.v1.';
const plural = (kind: string): string => `${kind.toLowerCase()}s`;

const SCHEMAS: Readonly<Record<string, Json>> = {
  ...KINDS,
  Open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { spec: { type: 'object' } } },
  Nullable: {
    type: 'object',
    description: 'A thing.',
    properties: {
      spec: {
        type: 'object',
        required: ['a', 'b'],
        properties: {
          a: { type: 'string', nullable: true, description: 'A' },
          b: { type: 'string', default: 'x', title: 'B', example: 'y', externalDocs: { url: 'https://example.com' } },
          c: { type: 'array', nullable: true, items: { type: 'string' } },
          d: { type: 'array', 'x-kubernetes-preserve-unknown-fields': true, items: { type: 'object' } },
          e: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
          f: { 'x-kubernetes-int-or-string': true, anyOf: [{ pattern: 'a' }] },
        },
      },
      status: { type: 'object', additionalProperties: { type: 'string', nullable: true } },
    },
  },
};

const definitionOf = (kind: string, schema: Json): Json =>
  definition({
    group: GROUP,
    plural: plural(kind),
    names: { singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: [version('v1', schema, kind === 'Nullable' ? { selectableFields: [{ jsonPath: '.spec.b' }] } : {})],
  });

/** The schemas of the group in a document, once it has all of them. */
async function schemasIn(path: string, of: (document: Json) => unknown): Promise<Record<string, Json>> {
  for (;;) {
    const { code, json } = await ask('GET', path);
    const all = code === 200 ? Object.entries(of(json as Json) as Record<string, Json>) : [];
    const ours = all.filter(([name]) => name.startsWith(PREFIX));
    if (ours.length === 2 * Object.keys(SCHEMAS).length) return Object.fromEntries(ours);
    await rest(500);
  }
}

try {
  for (const [kind, schema] of Object.entries(SCHEMAS)) await create(DEFINITIONS, definitionOf(kind, schema));
  const v3 = await schemasIn(`/openapi/v3/apis/${GROUP}/v1`, ({ components }) => (components as Json).schemas);
  const v2 = await schemasIn('/openapi/v2', ({ definitions }) => definitions);
  const cases = Object.entries(SCHEMAS).map(([kind, schema]) => {
    const [name, list] = [PREFIX + kind, `${PREFIX}${kind}List`];
    return { kind, schema, v2: { kind: v2[name], list: v2[list] }, v3: { kind: v3[name], list: v3[list] } };
  });
  await record('test/golden/custom/openapi.json', cases);
} finally {
  for (const kind of Object.keys(SCHEMAS)) await ask('DELETE', `${DEFINITIONS}/${plural(kind)}.${GROUP}`);
}
