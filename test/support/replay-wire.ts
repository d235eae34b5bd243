import { expect } from 'vitest';
import { Normalizer } from './exchanges.ts';
import { golden } from './golden.ts';
import { createNamespace } from './replay.ts';
import { ADMIN_TOKEN, type SecuredCluster, securedCluster } from './secured-cluster.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { exchangeBytes, type WireAnswer, type WireRequest } from './wire.ts';
import { askedOf, type RecordedWireStep, recordedAnswer, wireRequestOf } from './wire-exchanges.ts';

const NAME = 'golden';

/** Time passes only while an answer is awaited: what a watch or a timeout waits for. */
async function exchangeInTime(
  cluster: SecuredCluster,
  clock: SimulatedClock,
  request: WireRequest,
): Promise<WireAnswer> {
  let done = false;
  const answer = exchangeBytes({ host: '127.0.0.1', port: cluster.port }, request).finally(() => {
    done = true;
  });
  if (!/[?&]timeoutSeconds=/.test(request.path)) return answer;
  while (!done) await clock.advance(100);
  return answer;
}

/**
 * Sends the recorded requests to a new cluster, byte by byte, and expects the recorded answers.
 *
 * @param file below test/golden, made by test/golden/record/api.ts
 */
export async function replayWire(file: string): Promise<void> {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  await createNamespace(cluster, NAME);
  const normalizer = new Normalizer(NAME);
  for (const step of golden<RecordedWireStep>(file)) {
    normalizer.asked(askedOf(step));
    const answer = await exchangeInTime(cluster, clock, wireRequestOf(step, NAME, ADMIN_TOKEN));
    const { status, type, warnings, answer: expected, ...asked } = step;
    const what = JSON.stringify(asked).slice(0, 400);
    expect.soft(recordedAnswer(step, answer, normalizer), what).toEqual({
      status,
      ...(type !== undefined && { type }),
      ...(warnings && { warnings }),
      answer: expected,
    });
  }
}
