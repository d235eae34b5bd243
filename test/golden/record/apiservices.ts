// Records what a real server says of APIServices whose services come and go.
import { rest } from '../../../server/base/turn.ts';
import { playStory } from '../../support/aggregation/story.ts';
import { ask, inNamespace, record } from './oracle.ts';

const NAMESPACE = 'golden-aggregation';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const POLL_MS = 100;

interface Told {
  readonly status?: { readonly conditions?: readonly { readonly reason: string; readonly message: string }[] };
}

await inNamespace(NAMESPACE, async () => {
  const chapters = await playStory({
    namespace: NAMESPACE,
    ask: async (method, path, body, patch) => {
      const type = patch ? 'application/merge-patch+json' : 'application/json';
      const [plain = '', table] = path.split('?');
      const { code, json } = await ask(method, plain, body, type, table === undefined ? 'application/json' : TABLE);
      return { status: code, body: json };
    },
    told: async (path, before) => {
      for (;;) {
        const [condition] = ((await ask('GET', path)).json as Told).status?.conditions ?? [];
        if (condition && JSON.stringify([condition.reason, condition.message]) !== before) return;
        await rest(POLL_MS);
      }
    },
  });
  await record('test/golden/aggregation/conditions.json', chapters);
});
