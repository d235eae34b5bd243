import { describe, expect, test } from 'vitest';
import { golden } from '../support/golden.ts';
import { securedCluster } from '../support/secured-cluster.ts';

interface Case {
  readonly name: string;
  readonly definition: object;
  readonly code: number;
  readonly spec?: unknown;
  readonly details?: { readonly causes?: readonly object[] };
  readonly warnings?: readonly string[];
}

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';

/** The order of causes follows Go's maps, which have none. */
const sorted = (causes: readonly object[] = []): string[] => causes.map((cause) => JSON.stringify(cause)).sort();

describe.each(['definitions', 'schemas'])('%s are refused for the same reasons as by a real server', (file) => {
  test.each(golden<Case>(`custom/${file}.json`))('$name', async ({ definition, code, spec, details }) => {
    await using cluster = await securedCluster();
    const answer = await cluster.ask('POST', PATH, { body: definition });
    const body = answer.body as { spec?: unknown; details?: { causes?: object[] } };
    expect(sorted(body.details?.causes)).toEqual(sorted(details?.causes));
    expect(answer.status).toBe(code);
    if (code < 400) expect(body.spec).toEqual(spec);
  });
});
