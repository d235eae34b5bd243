import { Agent, request as httpsRequest } from 'node:https';
import { rest } from '../../server/base/turn.ts';
import { collectionPath, KINDS, NAMESPACE } from './kinds.ts';
import { makeSamples } from './make-samples.ts';
import type { Target, WireAnswer, WireRequest } from './request.ts';

const POLL_MS = 200;

/** A real kube-apiserver, in a namespace of its own. */
export interface Oracle extends Target {
  close(): Promise<void>;
}

/** @throws Error when it cannot be reached, or takes a sample badly */
export async function connectOracle(url: string, token: string): Promise<Oracle> {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const send = ({ method, url: path, headers, body }: WireRequest): Promise<WireAnswer> =>
    new Promise((resolve, reject) => {
      const all: Record<string, string> = { authorization: `Bearer ${token}`, 'user-agent': 'fuzz', ...headers };
      if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body));
      const outgoing = httpsRequest({ agent, hostname, port, method, path, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  await makeSamples({ send });
  const remove = (path: string): Promise<WireAnswer> =>
    send({ method: 'DELETE', url: path, headers: {}, body: undefined });
  return {
    send,
    async close() {
      for (const kind of KINDS)
        if (!kind.info.namespaced && kind.sample.unmade === undefined)
          await remove(`${collectionPath(kind)}/${kind.name}`);
      const namespace = `/api/v1/namespaces/${NAMESPACE}`;
      await remove(namespace);
      // A namespace that ends takes nothing new: the next run would be refused.
      while ((await send({ method: 'GET', url: namespace, headers: {}, body: undefined })).status !== 404)
        await rest(POLL_MS);
      agent.destroy();
    },
  };
}
