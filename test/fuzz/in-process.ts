import type { Cancel } from '../../server/base/clock.ts';
import type { Logger } from '../../server/base/log.ts';
import { seededRandom } from '../../server/base/random.ts';
import { assemble } from '../../server/cluster/assembly.ts';
import type { User } from '../../server/kube/object.ts';
import { encode, prepareEncoding } from '../../server/pipeline/encode/encode.ts';
import type { ApiRequest, Body } from '../../server/pipeline/request.ts';
import { requestInfo } from '../../server/pipeline/request-info.ts';
import type { LocalStorage } from '../../server/storage/storage.ts';
import { BARE_ASSEMBLY } from '../support/bare-assembly.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { makeSamples } from './make-samples.ts';
import type { Target, WireAnswer, WireRequest } from './request.ts';

const ADMIN: User = { name: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** A request as a socket would bring it. */
function apiRequest({ method, url, headers, body }: WireRequest): ApiRequest {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
  const all: Readonly<Record<string, string>> = { 'user-agent': 'fuzz', ...headers };
  const bytes: Body = { bytes: Buffer.from(body ?? '') };
  return {
    method,
    path,
    query,
    peer: { address: '127.0.0.1' },
    warnings: [],
    info: requestInfo(method, path, query),
    user: ADMIN,
    header: (name) => (Object.hasOwn(all, name) ? all[name] : undefined),
    headers: () => all,
    hasHeaderWith: (prefix) => Object.keys(all).some((name) => name.startsWith(prefix)),
    headersWith: (prefix) => Object.entries(all).filter(([name]) => name.startsWith(prefix)),
    body: async () => bytes,
    onClose: (): Cancel => () => undefined,
  };
}

/** A cluster in this process, asked through its whole pipeline but the socket. */
export interface InProcess extends Target {
  readonly storage: LocalStorage;
  /** What the server itself called a fault since the last call. */
  faults(): readonly string[];
  /** Makes everything again what it was in the beginning. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

/** Names what is wrong when the server logs an error: nobody asked for one. */
function faultLog(faults: string[]): Logger {
  const nothing = (): void => undefined;
  const error = ({ err }: { err?: Error }, text: string): void => void faults.push(`${text}: ${err?.stack ?? ''}`);
  return { debug: nothing, info: nothing, warn: nothing, error };
}

async function textOf(body: ReturnType<typeof encode>['body']): Promise<string> {
  if (body.type === 'buffer') return body.buffer.toString();
  if (body.type === 'tunnel' || body.type === 'session')
    throw new Error('another protocol was begun, which nobody asked for');
  if (body.type === 'hang-up') throw new Error('a connection broke off, which nobody asked for');
  if (body.type === 'watch') throw new Error('a watch was begun, which nobody asked for');
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A cluster with users, admission and first objects, and one object of every kind; no controllers. */
export async function startInProcess(): Promise<InProcess> {
  const faults: string[] = [];
  const clock = new SimulatedClock();
  const { cluster } = await assemble({
    clock,
    random: seededRandom(1),
    log: faultLog(faults),
    ...BARE_ASSEMBLY,
  });
  const { pipeline, storage } = cluster;
  const send = async (wire: WireRequest): Promise<WireAnswer> => {
    const request = apiRequest(wire);
    const response = await pipeline.handleAs(request);
    await prepareEncoding(request);
    const { status, body } = encode(request, response, () => clock.now());
    return { status, text: await textOf(body) };
  };
  await makeSamples({ send });
  const beginning = storage.capture();
  return {
    send,
    storage,
    faults: () => faults.splice(0),
    rewind: () => storage.restore(beginning),
    close: () => storage.close(),
  };
}
