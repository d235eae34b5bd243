// Records how a real server answers to requests for the kinds of the core group; with names, only those scripts.
import { rest } from '../../../server/base/turn.ts';
import { bodyOf, Normalizer, type RecordedStep, requestOf, type Step, warningTexts } from '../../support/exchanges.ts';
import { scripts } from './core/scripts.ts';
import { ask, inNamespace, record } from './oracle.ts';

const ACCOUNT = 'serviceaccounts/default';

async function play(steps: readonly Step[], namespace: string): Promise<RecordedStep[]> {
  const normalizer = new Normalizer(namespace);
  const recorded: RecordedStep[] = [];
  for (const step of steps) {
    const { path, headers } = requestOf(step, namespace);
    const of = new Map(headers);
    normalizer.asked(step);
    const body = bodyOf(step, namespace);
    const [type, accept, as] = ['content-type', 'accept', 'impersonate-user'].map((name) => of.get(name));
    const answer = await ask(step.method, path, body, type, accept, as);
    const warnings = normalizer.answer(warningTexts(answer.warnings)) as string[];
    recorded.push({
      ...step,
      status: answer.code,
      ...(warnings.length > 0 && { warnings }),
      answer: normalizer.answer(answer.json, step.without, step.managers),
    });
  }
  return recorded;
}

const only = process.argv.slice(2);
for (const [name, steps] of Object.entries(scripts)) {
  if (only.length > 0 && !only.includes(name)) continue;
  await inNamespace(`golden-${name}`, async (path) => {
    while ((await ask('GET', `${path}/${ACCOUNT}`)).code !== 200) await rest(100);
    await record(`test/golden/core/${name}.json`, await play(steps, `golden-${name}`));
  });
}
