// Records what a real server makes of the answers and failures of webhooks, and what it tells them.
import { rest } from '../../../server/base/turn.ts';
import { type Player, play, type RecordedCase } from '../../support/webhooks/play.ts';
import { ask, inNamespace, record } from './oracle.ts';
import { cases } from './webhooks/cases.ts';

/** Webhook configurations reach the plugins through an informer. */
const SETTLE_MS = 600;

const recorded: RecordedCase[] = [];
for (const [index, one] of cases.entries()) {
  const namespace = `golden-webhooks-${index}`;
  const player: Player = {
    namespace,
    ask: async (method, path, body, contentType) => {
      const { code, json, warnings } = await ask(method, path, body, contentType ?? 'application/json');
      return { status: code, body: json, warnings };
    },
    settle: () => rest(SETTLE_MS),
  };
  await inNamespace(namespace, async () => {
    recorded.push(await play(one, player));
  });
}
await record('test/golden/admission/webhooks.json', recorded);
