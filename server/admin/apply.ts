/** `/-/apply`: what `kubectl apply` does, for programs that have neither kubectl nor a parser of YAML. */
import { isFixtureFault } from '../cluster/fixtures/faults.ts';
import { badRequest } from '../kube/api-error.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import { type AdminRoute, STATUS, SUCCESS } from './route.ts';

async function readText(request: ApiRequest): Promise<string> {
  const body = await request.body();
  const text = 'bytes' in body ? body.bytes.toString() : JSON.stringify(body.object);
  if (text.trim() === '') throw badRequest('the body has to be a manifest: objects in YAML or JSON');
  return text;
}

export const applyRoutes: readonly AdminRoute[] = [
  {
    method: 'POST',
    path: '/apply',
    summary: 'create or change the objects of a manifest',
    description:
      'YAML or JSON, any number of documents and Lists, applied in an order in which each finds what it needs. One ' +
      'that is refused keeps none of the others.',
    body: { mediaType: 'application/yaml' },
    answer: STATUS,
    handle: async (target, { request }) => {
      try {
        await target.apply(await readText(request));
      } catch (error) {
        // A bad manifest is its sender's mistake.
        throw isFixtureFault(error) ? badRequest(error.message) : error;
      }
      return SUCCESS;
    },
  },
];
