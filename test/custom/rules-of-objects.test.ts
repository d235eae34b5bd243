/** Objects that are held to rules of `x-kubernetes-validations`, as a real server answers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CustomServer, customServer, DEFINITIONS } from '../support/custom-server.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly kind: string;
  readonly given: Record<string, unknown>;
  readonly old?: Record<string, unknown>;
  readonly isStatus?: boolean;
  readonly code: number;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly object[] };
  readonly warnings?: readonly string[];
}

const [{ kinds }, ...cases] = golden<unknown>('custom/rule-objects.json') as [
  { kinds: Record<string, object> },
  ...Case[],
];

const GROUP = 'rules.golden.example.com';
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`;
const collectionOf = (kind: string): string => `/apis/${GROUP}/v1/namespaces/default/${pluralOf(kind)}`;
type Written = Readonly<Record<string, unknown>> & { metadata: object };

const objectOf = ({ kind }: Case, fields: object, name: string): Written => {
  return { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, ...fields };
};

const versionOf = (openAPIV3Schema: object, subresources?: object): object[] => [
  { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, ...(subresources && { subresources }) },
];

let server: CustomServer;

beforeAll(async () => {
  server = await customServer();
  for (const kind of Object.keys(kinds)) {
    const names = { plural: pluralOf(kind), kind };
    await expectStatus(201, 'POST', DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${pluralOf(kind)}.${GROUP}` },
      spec: { group: GROUP, scope: 'Namespaced', names, versions: versionOf(open) },
    });
  }
  // What breaks the rules was there before them.
  for (const [i, one] of cases.entries()) {
    if (one.old) await expectStatus(201, 'POST', collectionOf(one.kind), objectOf(one, one.old, `old-${i}`));
  }
  for (const [kind, schema] of Object.entries(kinds)) {
    const change = [{ op: 'replace', path: '/spec/versions', value: versionOf(schema, { status: {} }) }];
    await expectStatus(200, 'PATCH', `${DEFINITIONS}/${pluralOf(kind)}.${GROUP}`, change, {
      'content-type': 'application/json-patch+json',
    });
  }
});

afterAll(() => server[Symbol.asyncDispose]());

async function expectStatus(code: number, ...request: Parameters<CustomServer['ask']>): Promise<void> {
  const { status, body } = await server.ask(...request);
  expect([status, body.message]).toEqual([code, undefined]);
}

/** The order of causes follows Go's maps, which have none. */
const sorted = (causes: readonly object[] = []): string[] => causes.map((cause) => JSON.stringify(cause)).sort();

test.each(cases.map((one, i) => [i, one.kind, JSON.stringify(one.given).slice(0, 70), one] as const))(
  '%i: a %s of %s is answered as by a real server',
  async (i, kind, _text, one) => {
    const { given, old, isStatus, code, message, details, warnings = [] } = one;
    const name = old ? `old-${i}` : 'one';
    const url = old ? `${collectionOf(kind)}/${name}` : collectionOf(kind);
    const body = objectOf(one, given, name);
    if (old) body.metadata = (await server.ask<{ metadata: object }>('GET', url)).body.metadata;
    const path = `${url}${isStatus ? '/status' : ''}?dryRun=All`;
    const answer = await server.ask<{ message?: string; details?: { causes?: object[] } }>(
      old ? 'PUT' : 'POST',
      path,
      body,
    );
    expect(sorted(answer.body.details?.causes)).toEqual(sorted(details?.causes));
    expect(answer.status).toBe(code);
    expect(answer.warnings.map((text) => `299 - ${JSON.stringify(text)}`).sort()).toEqual([...warnings].sort());
    if (details?.causes?.length === 1) expect(answer.body.message).toBe(message);
  },
);
