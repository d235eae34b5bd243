/** `/-/snapshot`: all objects of the cluster as one text, to be kept in a file and brought back. */
import { textOf } from '../cluster/savepoints/snapshot-file.ts';
import { badRequest } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { type AdminRoute, STATUS, SUCCESS, schema } from './route.ts';

export const snapshotRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/snapshot',
    summary: 'all objects of the cluster, for a file',
    description: 'A List with one object a line, which is a fixture too. The same state gives the same text.',
    query: { settle: 'false: at once, whatever is under way; else when the cluster is at rest' },
    answer: { mediaType: 'application/json' },
    handle: async ({ savepoints }, { request }) => {
      const settle = request.query.get('settle') ?? 'true';
      if (settle !== 'true' && settle !== 'false') throw badRequest('"settle" has to be true or false');
      const state = await savepoints.present({ settle: settle === 'true' });
      return { type: 'proxied', status: 200, headers: { 'content-type': 'application/json' }, body: textOf(state) };
    },
  },
  {
    method: 'PUT',
    path: '/snapshot',
    summary: 'make the cluster as a snapshot says',
    body: schema.any,
    description: 'The body is what GET answers. It is read whole first; one that is damaged changes nothing.',
    answer: STATUS,
    handle: async ({ savepoints }, { request }) => {
      const body = await request.body(LIMITS.snapshotBytes);
      await savepoints.load('bytes' in body ? body.bytes : Buffer.from(JSON.stringify(body.object)));
      return SUCCESS;
    },
  },
];
