import { systemClock } from '../../../server/base/clock.ts';
import { createLogger } from '../../../server/base/log.ts';
import { seededRandom } from '../../../server/base/random.ts';
import { assemble } from '../../../server/cluster/assembly.ts';
import type { User } from '../../../server/kube/object.ts';
import { jsonBytes } from '../../../server/pipeline/encode/json.ts';
import type { ApiResponse } from '../../../server/pipeline/request.ts';
import { BARE_ASSEMBLY } from '../../support/bare-assembly.ts';
import { BytesRequest } from './request.ts';

function checked(response: ApiResponse, status: number): void {
  if (!('status' in response) || response.status !== status)
    throw new Error(`a request in process was answered with ${JSON.stringify(response).slice(0, 200)}`);
}

/** A server in this process, without controllers and sockets. */
export async function cluster() {
  const assembly = await assemble({
    clock: systemClock(),
    random: seededRandom(1),
    log: createLogger('error'),
    ...BARE_ASSEMBLY,
  });
  const { activity, pipeline, storage } = assembly.cluster;
  const send = async (
    method: string,
    path: string,
    body: Buffer,
    status: number,
    { type = 'application/json', user }: { type?: string; user?: User } = {},
  ): Promise<void> => {
    const response = await pipeline.handleAs(new BytesRequest(method, path, type, body, user));
    checked(response, status);
    if (response.type === 'object') jsonBytes(response.served, response.object);
  };
  return { send, activity, pipeline, storage, close: () => storage.close() };
}
