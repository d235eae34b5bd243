import { fileURLToPath } from 'node:url';
import { type RunningCluster, type StartOptions, startCluster } from '../../server/index.ts';
import { warningTexts } from './exchanges.ts';
import { ADMIN_TOKEN } from './secured-cluster.ts';
import type { StoryServer } from './token-story.ts';

/** A whole cluster, with controllers, that stories can be told to. */
export interface StoryCluster extends StoryServer, AsyncDisposable {
  readonly running: RunningCluster;
}

/** @example await using cluster = await storyCluster(); */
export async function storyCluster(options: StartOptions = {}): Promise<StoryCluster> {
  const tokenFile = fileURLToPath(new URL('./tokens.csv', import.meta.url));
  const running = await startCluster({ nodes: 0, httpPort: 0, tokenFile, ...options });
  return {
    running,
    async ask(method, path, { body, token = ADMIN_TOKEN, type = 'application/json' } = {}) {
      const answer = await fetch(`${running.httpUrl ?? ''}${path}`, {
        method,
        headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), 'content-type': type },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
      const warning = answer.headers.get('warning');
      return {
        status: answer.status,
        body: isJson ? (JSON.parse(text) as unknown) : text,
        warnings: warning === null ? [] : warningTexts([warning]),
      };
    },
    // It remembers only what cannot change.
    forget: async () => undefined,
    [Symbol.asyncDispose]: () => running.stop(),
  };
}
