// Records what a real server makes of conversion webhooks, and what it tells them.
import { rest } from '../../../server/base/turn.ts';
import type { Player, RecordedCase } from '../../support/webhooks/play.ts';
import { playConversion } from '../../support/webhooks/play-conversion.ts';
import { admitted } from './conversions/admitted.ts';
import { cases } from './conversions/cases.ts';
import type { ConversionCase } from './conversions/conversion-case.ts';
import { ask, inNamespace, record } from './oracle.ts';

/** Definitions reach the handler of custom resources through an informer, and old storages live on for a second. */
const SETTLE_MS = 1500;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const [only] = process.argv.slice(2);

async function recordAll(all: readonly ConversionCase[], prefix: string, file: string): Promise<void> {
  const recorded: RecordedCase[] = [];
  for (const [index, one] of all.entries()) {
    if (only !== undefined && one.name !== only && file !== only) continue;
    const namespace = `${prefix}-${index}`;
    const player: Player = {
      namespace,
      ask: async (method, path, body, contentType, table) => {
        const accept = table ? TABLE : 'application/json';
        const send = () => ask(method, path, body, contentType ?? 'application/json', accept);
        let answer = await send();
        // Mutating policies learn types of custom resources late.
        while (answer.code === 503 && /There can be a delay/.test(answer.text)) {
          await rest(SETTLE_MS);
          answer = await send();
        }
        const { code, json, warnings } = answer;
        return { status: code, body: json, warnings };
      },
      settle: () => rest(SETTLE_MS),
    };
    await inNamespace(namespace, async () => {
      recorded.push(await playConversion(one, player));
    });
  }
  if (only === undefined || only === file) await record(`test/golden/custom/${file}.json`, recorded);
  else if (recorded.length > 0) console.log(JSON.stringify(recorded, null, 1));
}

await recordAll(cases, 'golden-conversion', 'conversions');
await recordAll(admitted, 'golden-admitted', 'admitted-versions');
