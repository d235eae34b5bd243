/** Lives the recorded lives once more, in a cluster of this process. */
import { isDeepStrictEqual } from 'node:util';
import { ADMIN_TOKEN, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { recordedSteps } from './recorded.ts';
import { type LifeAnswer, play, type RecordedLifeStep, type Server } from './steps.ts';

const NAMESPACE = 'replayed-lives';

/** One request, what the real server answered and what this one did. */
export interface Comparison {
  readonly step: RecordedLifeStep;
  readonly expected: LifeAnswer;
  readonly actual: LifeAnswer;
  readonly isEqual: boolean;
}

async function createNamespace(cluster: SecuredCluster): Promise<void> {
  await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: NAMESPACE } } });
  const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
  await cluster.ask('POST', accounts, { body: { metadata: { name: 'default' } } });
}

/** @param file below test/golden, made by test/golden/record/lives.ts */
export async function replayLife(file: string): Promise<readonly Comparison[]> {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  await createNamespace(cluster);
  const server: Server = {
    url: `http://127.0.0.1:${cluster.port}`,
    token: ADMIN_TOKEN,
    async pass(answer) {
      let isDone = false;
      const done = answer.finally(() => {
        isDone = true;
      });
      while (!isDone) await clock.advance(100);
      return done;
    },
  };
  const steps = recordedSteps(file);
  const answers = await play(steps, server, NAMESPACE);
  return steps.map((step, index) => {
    const { status, warnings, answer } = step;
    const expected: LifeAnswer = { status, ...(warnings && { warnings }), answer };
    const actual = answers[index] ?? { status: 0, answer: undefined };
    return { step, expected, actual, isEqual: isDeepStrictEqual(expected, actual) };
  });
}
