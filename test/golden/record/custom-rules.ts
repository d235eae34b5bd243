// Records what a real server says to rules of custom resources, and to objects that keep or break them.
import { rest } from '../../../server/base/turn.ts';
import { playRules } from '../../support/rule-replay.ts';
import { RULE_CASES } from './custom/rule-cases.ts';
import { ask, record } from './oracle.ts';

const recorded: object[] = [];
for (const [index, one] of RULE_CASES.entries()) {
  const answers = await playRules(one, index, ask, async (path) => {
    while ((await ask('GET', path)).code !== 200) await rest(100);
    await rest(300);
  });
  recorded.push({ name: one.name, answers });
}
await record('test/golden/custom/rules.json', recorded);
