import { systemClock } from '../../../server/base/clock.ts';
import { createLogger } from '../../../server/base/log.ts';
import { seededRandom } from '../../../server/base/random.ts';
import { assemble } from '../../../server/cluster/assembly.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { decodeObject, parseBody } from '../../../server/pipeline/decode-body.ts';
import { jsonBytes } from '../../../server/pipeline/encode/json.ts';
import type { ApiResponse } from '../../../server/pipeline/request.ts';
import { encodeProtobuf } from '../../../server/schema/protobuf-encode.ts';
import { builtInTypes } from '../../../server/schema/type-table.ts';
import { BytesRequest } from '../in-process/request.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { atMost, atMostTimesFloor } from '../target.ts';

const CREATE: Row = { work: 'create of a 3 KB pod in process: CPU', unit: 'µs', target: atMost(250) };
const CREATE_DISTINCT: Row = { work: '… each with a spec of its own', unit: 'µs' };
const APPLY: Row = { work: 'no-op apply of it in process: CPU', unit: 'µs', target: atMost(400) };
const DECODE: Row = { work: 'decode of it: protobuf, next to JSON', unit: 'µs', target: atMostTimesFloor(1) };

const WARM_UP = 3000;
const MEASURED = 2000;
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';

/** CPU time of one run, after so many that the engine knows the code. */
async function cpuMicroseconds(run: (i: number) => unknown): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await run(i);
  const before = process.cpuUsage();
  for (let i = 0; i < MEASURED; i++) await run(WARM_UP + i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MEASURED;
}

/** Pods of which each has a spec of its own, so that each is decoded, checked and encoded as a whole. */
function distinctBodies(prefix: string): Buffer[] {
  return podBodies(prefix, WARM_UP + MEASURED).map((body, i) =>
    Buffer.from(body.toString().replaceAll('what-option-0-', () => `what-option-${prefix}-${i}-`)),
  );
}

function checked(response: ApiResponse, status: number): void {
  if (!('status' in response) || response.status !== status)
    throw new Error(`a request in process was answered with ${JSON.stringify(response).slice(0, 200)}`);
}

async function cluster() {
  const assembly = await assemble({
    clock: systemClock(),
    random: seededRandom(1),
    log: createLogger('error'),
    dataDir: undefined,
    tlsNames: [],
    nodes: 1,
    connector: { pod: () => undefined },
    serverAddress: () => '127.0.0.1:6443',
    address: '127.0.0.1',
    port: 6443,
  });
  const { pipeline } = assembly.cluster;
  const send = async (method: string, path: string, type: string, bytes: Buffer, status: number): Promise<void> => {
    const response = await pipeline.handleAs(new BytesRequest(method, path, type, bytes));
    checked(response, status);
    if (response.type === 'object') jsonBytes(response.served, response.object);
  };
  await send('POST', ACCOUNTS, 'application/json', Buffer.from('{"metadata":{"name":"default"}}'), 201);
  return { send, close: () => assembly.cluster.storage.close() };
}

async function measureWrites(bench: Bench, round: number): Promise<void> {
  const { send, close } = await cluster();
  const create =
    (bodies: readonly Buffer[]) =>
    (i: number): Promise<void> =>
      send('POST', PODS, 'application/json', bodies[i] as Buffer, 201);
  const alike = podBodies(`alike-${round}`, WARM_UP + MEASURED);
  bench.record(CREATE, 'fauxkube', await cpuMicroseconds(create(alike)));
  bench.record(CREATE_DISTINCT, 'fauxkube', await cpuMicroseconds(create(distinctBodies(`round-${round}`))));
  const [body] = podBodies('applied', 1) as [Buffer];
  const path = `${PODS}/applied-00000?fieldManager=bench`;
  const apply = (status: number) => send('PATCH', path, 'application/apply-patch+yaml', body, status);
  await apply(201);
  bench.record(APPLY, 'fauxkube', await cpuMicroseconds(() => apply(200)));
  await close();
}

async function measureDecoding(bench: Bench): Promise<void> {
  const [json] = podBodies('decoded', 1) as [Buffer];
  const table = builtInTypes();
  const type = table.type('io.k8s.api.core.v1.Pod');
  const expected = { group: '', version: 'v1', kind: 'Pod', type };
  const decode = async (bytes: Buffer, mediaType: string): Promise<KubeObject> =>
    decodeObject(await parseBody({ bytes }, mediaType, 'Pod', type), expected, table, 'Warn', () => undefined);
  const object = await decode(json, 'application/json');
  const protobuf = encodeProtobuf(object, { apiVersion: 'v1', kind: 'Pod' }, type);
  bench.record(DECODE, 'floor', await cpuMicroseconds(() => decode(json, 'application/json')));
  const mediaType = 'application/vnd.kubernetes.protobuf';
  bench.record(DECODE, 'fauxkube', await cpuMicroseconds(() => decode(protobuf, mediaType)));
}

/**
 * What requests cost without a socket. Pods of one template, as controllers and tests make them, share what is found
 * out about their spec; the second row is of pods that share nothing.
 */
export const inProcess: Scenario = {
  name: 'in-process',
  rows: [CREATE, CREATE_DISTINCT, APPLY, DECODE],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${inProcess.name}: round ${round} of ${bench.rounds}`);
      await measureWrites(bench, round);
      await measureDecoding(bench);
    }
  },
};
