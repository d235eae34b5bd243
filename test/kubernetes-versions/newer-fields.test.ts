import { describe, expect, it } from 'vitest';
import { golden } from '../support/golden.ts';
import { securedCluster } from '../support/secured-cluster.ts';
import { type ShownWrite, sampleWrites, shownWrite } from '../support/version-writes.ts';

interface Case {
  readonly path: string;
  readonly validation: string;
  readonly answer: ShownWrite;
}

describe.each(['v1.30.14', 'v1.34.4'])('a cluster of Kubernetes %s', (kubernetesVersion) => {
  it('drops, warns of and refuses fields that came later, as the real one does', async () => {
    await using cluster = await securedCluster(undefined, { kubernetesVersion });
    const account = { metadata: { name: 'default' } };
    await cluster.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: account });
    const recorded = golden<Case>(`kubernetes-versions/${kubernetesVersion}/writes.json`);
    const answers: Case[] = [];
    for (const { path, body, validation } of sampleWrites()) {
      const query = `dryRun=All&fieldManager=golden&fieldValidation=${validation}`;
      const { status, headers, body: object } = await cluster.ask('POST', `${path}?${query}`, { body });
      const { warning = [] } = headers;
      const warnings = typeof warning === 'string' ? warning.split(/, (?=299 )/) : warning;
      answers.push({ path, validation, answer: shownWrite(status, warnings, object) });
    }
    expect(answers).toEqual(recorded);
  });
});
