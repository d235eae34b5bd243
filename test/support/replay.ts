import { expect } from 'vitest';
import { bodyOf, NAMESPACE, Normalizer, type RecordedStep, requestOf, warningTexts } from './exchanges.ts';
import { golden } from './golden.ts';
import { type Answer, create, type SecuredCluster, securedCluster } from './secured-cluster.ts';

const NAME = 'golden';

/** A namespace as it is soon after its creation in a cluster with controllers. */
export async function createNamespace(cluster: SecuredCluster, name: string): Promise<void> {
  await create(cluster, '/api/v1/namespaces', { metadata: { name } });
  await create(cluster, `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
}

function warningsOf({ headers }: Answer): string[] {
  const { warning } = headers;
  return warningTexts(Array.isArray(warning) ? warning : warning === undefined ? [] : warning.split(/, (?=299 )/));
}

/**
 * Sends the recorded requests to a new cluster and expects the recorded answers.
 *
 * @param file below test/golden, made by test/golden/record/core.ts
 */
export async function replay(file: string): Promise<void> {
  await using cluster = await securedCluster();
  await createNamespace(cluster, NAME);
  const normalizer = new Normalizer(NAME);
  for (const step of golden<RecordedStep>(file)) {
    const { path, headers } = requestOf(step, NAME);
    const body = bodyOf(step, NAME);
    normalizer.asked(step);
    const answer = await cluster.ask(step.method, path, { headers, ...(body && { body }) });
    const actual = {
      status: answer.status,
      warnings: normalizer.answer(warningsOf(answer).map((text) => text.replaceAll(NAME, NAMESPACE))),
      answer: normalizer.answer(answer.body, step.without, step.managers),
    };
    const what = `${step.method} ${step.path} ${JSON.stringify(step.body ?? '')}`;
    expect(actual, what).toEqual({ status: step.status, warnings: step.warnings ?? [], answer: step.answer });
  }
}
