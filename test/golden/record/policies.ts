// Records what a real server's admission policies do; with names, only those scripts.
import { rest } from '../../../server/base/turn.ts';
import { bodyOf, NAMESPACE, Normalizer, type RecordedStep, requestOf, warningTexts } from '../../support/exchanges.ts';
import { ask, inNamespace, record } from './oracle.ts';
import { scripts } from './policies/scripts.ts';
import type { PolicyStep } from './policies/steps.ts';

const ACCOUNT = 'serviceaccounts/default';

async function play(steps: readonly PolicyStep[], namespace: string): Promise<RecordedStep[]> {
  const normalizer = new Normalizer(namespace);
  const recorded: RecordedStep[] = [];
  for (const { pauseMs = 0, ...step } of steps) {
    const { path, headers } = requestOf(step, namespace);
    const of = new Map(headers);
    normalizer.asked(step);
    const answer = await ask(step.method, path, bodyOf(step, namespace), of.get('content-type'), of.get('accept'));
    const warnings = warningTexts(answer.warnings).map((text) => text.replaceAll(namespace, NAMESPACE));
    recorded.push({
      ...step,
      status: answer.code,
      ...(warnings.length > 0 && { warnings }),
      answer: normalizer.answer(answer.json, step.without, step.managers),
    });
    await rest(pauseMs);
  }
  return recorded;
}

const only = process.argv.slice(2);
for (const [name, steps] of Object.entries(scripts)) {
  if (only.length > 0 && !only.includes(name)) continue;
  await inNamespace(`golden-${name}`, async (path) => {
    while ((await ask('GET', `${path}/${ACCOUNT}`)).code !== 200) await rest(100);
    await record(`test/golden/policies/${name}.json`, await play(steps, `golden-${name}`));
  });
}
