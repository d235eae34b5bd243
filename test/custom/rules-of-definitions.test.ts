/** Rules of `x-kubernetes-validations` when a definition is written, as a real server answers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CustomServer, customServer, DEFINITIONS } from '../support/custom-server.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly name: string;
  readonly schema: object;
  readonly code: number;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly object[] };
}

let server: CustomServer;

beforeAll(async () => {
  server = await customServer();
});

afterAll(() => server[Symbol.asyncDispose]());

const GROUP = 'definitions.golden.example.com';

function definitionOf(openAPIV3Schema: object): object {
  const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${GROUP}` },
    spec: { group: GROUP, scope: 'Namespaced', names, versions },
  };
}

/** The order of causes follows Go's maps, which have none. */
const sorted = (causes: readonly object[] = []): string[] => causes.map((cause) => JSON.stringify(cause)).sort();

test.each(golden<Case>('custom/rule-definitions.json'))(
  '$name: as a real server answers',
  async ({ schema, code, message, details }) => {
    const path = `${DEFINITIONS}?dryRun=All`;
    const { status, body } = await server.ask<{ message?: string; details?: Case['details'] }>(
      'POST',
      path,
      definitionOf(schema),
    );
    expect(status).toBe(code);
    expect(sorted(body.details?.causes)).toEqual(sorted(details?.causes));
    if (details?.causes?.length === 1) expect(body.message).toBe(message);
  },
);
