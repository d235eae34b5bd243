/** The goldens of objects, through the API. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CustomServer, customServer, DEFINITIONS } from '../support/custom-server.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly kind: string;
  readonly given: unknown;
  readonly spec?: unknown;
  readonly old?: unknown;
  readonly code: number;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly object[] };
  readonly warnings?: readonly string[];
}

const [{ kinds }, ...cases] = golden<unknown>('custom/objects.json') as [{ kinds: Record<string, object> }, ...Case[]];

const GROUP = 'objects.golden.example.com';
const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`;

let server: CustomServer;

beforeAll(async () => {
  server = await customServer();
  for (const [kind, openAPIV3Schema] of Object.entries(kinds)) {
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
    const names = { plural: pluralOf(kind), kind };
    const { status, body } = await server.ask('POST', DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${pluralOf(kind)}.${GROUP}` },
      spec: { group: GROUP, scope: 'Namespaced', names, versions },
    });
    expect([status, body.message]).toEqual([201, undefined]);
  }
});

afterAll(() => server[Symbol.asyncDispose]());

async function setSchema(kind: string, openAPIV3Schema: object): Promise<void> {
  const path = `${DEFINITIONS}/${pluralOf(kind)}.${GROUP}`;
  const change = [{ op: 'replace', path: '/spec/versions/0/schema', value: { openAPIV3Schema } }];
  const { status } = await server.ask('PATCH', path, change, { 'content-type': 'application/json-patch+json' });
  expect(status).toBe(200);
}

/** The order of causes follows Go's maps, which have none. */
const sorted = (causes: readonly object[] = []): string[] => causes.map((cause) => JSON.stringify(cause)).sort();

test.each(cases.map((one, i) => [i, one.kind, JSON.stringify(one.given)?.slice(0, 70), one] as const))(
  '%i: a %s of %s is answered as by a real server',
  async (i, kind, _text, { given, old, code, spec, details, warnings = [] }) => {
    const collection = `/apis/${GROUP}/v1/namespaces/default/${pluralOf(kind)}`;
    const name = `case-${i}`;
    const object = { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, ...(given !== undefined && { spec: given }) };
    let [method, path, body] = ['POST', collection, object as object];
    if (old !== undefined) {
      // What breaks the rules was there before them.
      await setSchema(kind, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
      const before = await server.ask<{ metadata: object }>('POST', collection, { ...object, spec: old });
      expect(before.status).toBe(201);
      await setSchema(kind, kinds[kind] as object);
      [method, path] = ['PUT', `${collection}/${name}`];
      body = { ...object, metadata: before.body.metadata };
    }
    const answer = await server.ask<{ spec?: unknown; details?: { causes?: object[] } }>(method, path, body);
    expect(answer.status === 200 ? 201 : answer.status).toBe(code === 200 ? 201 : code);
    expect(answer.warnings.map((text) => `299 - ${JSON.stringify(text)}`)).toEqual(warnings);
    if (code < 400) expect(JSON.stringify(answer.body.spec)).toBe(JSON.stringify(spec));
    else if (code === 422) expect(sorted(answer.body.details?.causes)).toEqual(sorted(details?.causes));
  },
);
