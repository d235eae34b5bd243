/**
 * Records what a real server makes of operators' definitions and of their objects:
 * `npm run test:operators -- --record`, with names of operators for only those. The definitions are deleted again.
 */
import { rest } from '../../../server/base/turn.ts';
import { mutants } from '../../operators/mutants.ts';
import { OPERATORS } from '../../operators/operators.ts';
import { type Ask, DEFINITIONS, NAMESPACE, type Outcome, Play } from '../../operators/play.ts';
import { warningTexts } from '../../support/exchanges.ts';
import { ask, inNamespace, record } from './oracle.ts';

const MUTANTS = Number(process.env.GOLDEN_MUTANTS ?? 60);

const asked: Ask = async (method, path, body, contentType, accept) => {
  const { code, json, warnings } = await ask(method, path, body, contentType, accept);
  return { code, json, warnings: warningTexts(warnings) };
};

const pause = (): Promise<void> => rest(200);

async function remove(play: Play): Promise<void> {
  for (const { metadata } of play.definitions) await ask('DELETE', `${DEFINITIONS}/${metadata.name}`);
  for (const { metadata } of play.definitions)
    while ((await ask('GET', `${DEFINITIONS}/${metadata.name}`)).code === 200) await pause();
}

const only = process.argv.slice(2);
await inNamespace(NAMESPACE, async () => {
  for (const operator of OPERATORS) {
    if (only.length > 0 && !only.includes(operator.name)) continue;
    const play = new Play(operator, asked, NAMESPACE, pause);
    const found: (Outcome & { readonly about: string })[] = [];
    await remove(play);
    try {
      for (const one of play.definitions) found.push({ about: 'definition', ...(await play.install(one)) });
      for (const one of play.definitions) found.push({ about: 'published', ...(await play.published(one)) });
      for (const one of play.samples) found.push({ about: 'object', ...(await play.send(one)) });
      const accepted = new Set(
        found.flatMap(({ about, code, title }) => (about === 'object' && code === 201 ? [title] : [])),
      );
      const base = play.samples.filter(({ title, change }) => change === undefined && accepted.has(title));
      for (const one of mutants(base, MUTANTS)) found.push({ about: 'mutant', ...(await play.send(one)) });
    } finally {
      await remove(play);
    }
    await record(`test/golden/operators/${operator.name}.json`, found);
  }
});
