// Records how a real server answers to requests of any kind, byte by byte; with names, only those scripts.
import { rest } from '../../../server/base/turn.ts';
import { Normalizer } from '../../support/exchanges.ts';
import { exchangeBytes } from '../../support/wire.ts';
import {
  askedOf,
  type RecordedWireStep,
  recordedAnswer,
  type WireStep,
  wireRequestOf,
} from '../../support/wire-exchanges.ts';
import { scripts } from './api/scripts.ts';
import { ask, inNamespace, record } from './oracle.ts';

const ACCOUNT = 'serviceaccounts/default';

async function play(steps: readonly WireStep[], namespace: string): Promise<RecordedWireStep[]> {
  const { hostname, port } = new URL(process.env.GOLDEN_SERVER ?? '');
  const normalizer = new Normalizer(namespace);
  const recorded: RecordedWireStep[] = [];
  for (const step of steps) {
    normalizer.asked(askedOf(step));
    const request = wireRequestOf(step, namespace, process.env.GOLDEN_TOKEN ?? '');
    const answer = await exchangeBytes({ host: hostname, port: Number(port), tls: true }, request);
    recorded.push({ ...step, ...recordedAnswer(step, answer, normalizer) });
  }
  return recorded;
}

const only = process.argv.slice(2);
for (const [name, steps] of Object.entries(scripts)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const namespace = `golden-${name.replace('/', '-')}`;
  await inNamespace(namespace, async (path) => {
    while ((await ask('GET', `${path}/${ACCOUNT}`)).code !== 200) await rest(100);
    await record(`test/golden/api/${name}.json`, await play(steps, namespace));
  });
}
