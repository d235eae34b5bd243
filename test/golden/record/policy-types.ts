// Records what a real server's controller says about the types in policies.
import { rest } from '../../../server/base/turn.ts';
import { TYPE_CASES } from '../../support/policy-types.ts';
import { ask, create, record } from './oracle.ts';

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

/** The controller says that it is done by the generation that it has seen. */
async function warningsOf(name: string): Promise<unknown> {
  for (;;) {
    const { json } = await ask('GET', `${POLICIES}/${name}`);
    const { status } = json as {
      status: { observedGeneration?: number; typeChecking?: { expressionWarnings?: unknown[] } };
    };
    if (status.observedGeneration !== undefined) return status.typeChecking?.expressionWarnings ?? [];
    await rest(200);
  }
}

const cases: unknown[] = [];
for (const [i, spec] of TYPE_CASES.entries()) {
  const name = `golden-types-${i}`;
  await create(POLICIES, { metadata: { name }, spec });
  cases.push({ spec, warnings: await warningsOf(name) });
  await ask('DELETE', `${POLICIES}/${name}`);
}
await record('test/golden/policies/types.json', cases);
