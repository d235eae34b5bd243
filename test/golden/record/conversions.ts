// Records what a real server makes of conversion webhooks, and what it tells them.
import { rest } from '../../../server/base/turn.ts';
import type { Player, RecordedCase } from '../../support/webhooks/play.ts';
import { playConversion } from '../../support/webhooks/play-conversion.ts';
import { cases } from './conversions/cases.ts';
import { ask, inNamespace, record } from './oracle.ts';

/** Definitions reach the handler of custom resources through an informer, and old storages live on for a second. */
const SETTLE_MS = 1500;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const [only] = process.argv.slice(2);
const recorded: RecordedCase[] = [];
for (const [index, one] of cases.entries()) {
  if (only !== undefined && one.name !== only) continue;
  const namespace = `golden-conversion-${index}`;
  const player: Player = {
    namespace,
    ask: async (method, path, body, contentType, table) => {
      const accept = table ? TABLE : 'application/json';
      const { code, json, warnings } = await ask(method, path, body, contentType ?? 'application/json', accept);
      return { status: code, body: json, warnings };
    },
    settle: () => rest(SETTLE_MS),
  };
  await inNamespace(namespace, async () => {
    recorded.push(await playConversion(one, player));
  });
}
if (only === undefined) await record('test/golden/custom/conversions.json', recorded);
else console.log(JSON.stringify(recorded, null, 1));
