// Records what a real server, with its controllers, does with tokens of service accounts.

import { rest } from '../../../server/base/turn.ts';
import { warningTexts } from '../../support/exchanges.ts';
import { legacyTokenStory, type StoryServer } from '../../support/token-story.ts';
import { ask, inNamespace, record } from './oracle.ts';

const server: StoryServer = {
  async ask(method, path, { body, token, type } = {}) {
    const { code, json, warnings } = await ask(method, path, body, type, 'application/json', undefined, token);
    return { status: code, body: json, warnings: warningTexts(warnings) };
  },
  forget: () => rest(11_000),
};

await inNamespace('golden-tokens', async (path) => {
  await record(
    'test/golden/auth/legacy-tokens.json',
    await legacyTokenStory(server, path.slice('/api/v1/namespaces/'.length)),
  );
});
