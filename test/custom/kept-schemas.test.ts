import { expect, test } from 'vitest';
import { PackedJson, withLazyField } from '../../server/base/packed-json.ts';
import { rememberedText } from '../../server/base/shared-text.ts';
import { nextTurn } from '../../server/base/turn.ts';
import type { CustomResourceDefinition } from '../../server/kube/types.gen.ts';
import { packedDefinition } from '../../server/resources/shared/packed-definition.ts';
import { customServer, DEFINITIONS, gizmos } from '../support/custom-server.ts';

const PATH = `${DEFINITIONS}/gizmos.example.com`;

// As Go prints it; `__proto__` is a field like any other.
const properties = JSON.parse('{"__proto__":{"type":"string"},"size":{"type":"integer","default":3}}') as object;
const schema = { type: 'object', properties: { spec: { type: 'object', properties } } };

interface Definition {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: typeof schema } }[] };
}

test('a definition is shown with the schema that it came with, however often', async () => {
  await using server = await customServer(gizmos({ schema: { openAPIV3Schema: schema } }));
  for (const _ of [1, 2]) {
    const { body } = await server.ask<Definition>('GET', PATH);
    expect(JSON.stringify(body.spec.versions[0]?.schema.openAPIV3Schema.properties)).toBe(
      JSON.stringify(schema.properties),
    );
  }
});

test('what was read of a definition can be written back, and changes nothing', async () => {
  await using server = await customServer(gizmos({ schema: { openAPIV3Schema: schema } }));
  const { body } = await server.ask<Definition>('GET', PATH);
  expect((await server.ask<Definition>('PUT', PATH, body)).body).toEqual(body);
  const versions = body.spec.versions.map((version) => ({ ...version, deprecated: true }));
  const changed = { ...body, spec: { ...body.spec, versions } };
  expect((await server.ask<Definition>('PUT', PATH, changed)).body.metadata.generation).toBe(2);
});

test('schemas of a kept definition are made of its text when somebody asks', () => {
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  const spec = { group: 'example.com', scope: 'Namespaced', names: { plural: 'a', kind: 'A' }, versions: [version] };
  const given = { metadata: {}, spec, status: {} } as unknown as CustomResourceDefinition;
  const kept = packedDefinition(given);
  const [first] = kept.spec.versions ?? [];
  expect(typeof Object.getOwnPropertyDescriptor(first, 'schema')?.get).toBe('function');
  expect(rememberedText(kept.spec)).toBe(JSON.stringify(spec));
  expect(JSON.stringify(kept.spec)).toBe(JSON.stringify(spec));
  expect(packedDefinition(kept)).toBe(kept);
});

test('a long text is compressed as soon as its turn is over, and is the same whenever it is read', async () => {
  const value = { names: Array.from({ length: 500 }, (_, i) => `name-${i}-é`) };
  const packed = new PackedJson(value);
  const before = packed.text;
  await nextTurn();
  await nextTurn();
  expect([before, packed.text]).toEqual([JSON.stringify(value), JSON.stringify(value)]);
  expect(packed.value).toEqual(value);
});

test('a packed value is frozen, and a lazy field stands where the field stood', () => {
  const packed = new PackedJson({ a: { b: [1, 2] } });
  expect(packed.value).toEqual({ a: { b: [1, 2] } });
  expect(Object.isFrozen(packed.value.a.b)).toBe(true);
  const lazy = withLazyField({ x: 1, y: { a: 0 }, z: 3 }, 'y', () => ({ a: 7 }));
  expect(JSON.stringify(lazy)).toBe('{"x":1,"y":{"a":7},"z":3}');
  expect(Object.isFrozen(lazy)).toBe(true);
});
