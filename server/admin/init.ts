/** `/-/init`: how far the init hooks are. */
import type { InitHooks } from '../cluster/init/init-hooks.ts';
import { type AdminRoute, schema } from './route.ts';

/** What the route answers; a cluster without hooks has none that could be missing. */
function initStatus(hooks: InitHooks | undefined): { folder?: string; hooks: InitHooks['status'] } {
  return hooks ? { folder: hooks.folder, hooks: hooks.status } : { hooks: [] };
}

const HOOK = schema.object(
  {
    name: schema.text('name of the file'),
    state: schema.oneOf(['pending', 'running', 'done', 'failed'], 'how far it is'),
    message: schema.text('why it failed, with file and line'),
    startedAt: schema.text('when it began'),
    finishedAt: schema.text('when it ended'),
  },
  ['name', 'state'],
);

export const initRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/init',
    summary: 'the hooks that run at the start, and how far they are',
    answer: schema.object({ folder: schema.text('where they are'), hooks: schema.list(HOOK) }, ['hooks']),
    handle: async (target) => initStatus(target.init),
  },
];
