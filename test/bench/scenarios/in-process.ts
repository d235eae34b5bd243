import { startCluster } from '../../../server/index.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { decodeObject, parseBody } from '../../../server/pipeline/decode-body.ts';
import { encodeProtobuf } from '../../../server/schema/protobuf-encode.ts';
import { builtInTypes } from '../../../server/schema/type-table.ts';
import { cluster } from '../in-process/cluster.ts';
import { cpuMicroseconds, MEASURED, perSecond, WARM_UP } from '../in-process/cpu.ts';
import { PODS, podBodies, podName } from '../load/pod-bodies.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { atLeast, atMost, atMostTimesFloor } from '../target.ts';

const CREATE: Row = { work: 'create of a 3 KB pod in process: CPU', unit: 'µs', target: atMost(250) };
const CREATE_DISTINCT: Row = { work: '… each with a spec of its own', unit: 'µs' };
const APPLY: Row = { work: 'no-op apply of it in process: CPU', unit: 'µs', target: atMost(400) };
const DECODE: Row = { work: 'decode of it: protobuf, next to JSON', unit: 'µs', target: atMostTimesFloor(1) };

const API_CREATE: Row = { work: 'create of it by startCluster()', unit: '/s', target: atLeast(6000) };
const API_GET: Row = { work: 'get of it by startCluster()', unit: '/s', target: atLeast(200_000) };

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';

/** Pods of which each has a spec of its own, so that each is decoded, checked and encoded as a whole. */
function distinctBodies(prefix: string): Buffer[] {
  return podBodies(prefix, WARM_UP + MEASURED).map((body, i) =>
    Buffer.from(body.toString().replaceAll('what-option-0-', () => `what-option-${prefix}-${i}-`)),
  );
}

async function podCluster() {
  const made = await cluster();
  await made.send('POST', ACCOUNTS, Buffer.from('{"metadata":{"name":"default"}}'), 201);
  return made;
}

async function measureWrites(bench: Bench, round: number): Promise<void> {
  const { send, close } = await podCluster();
  const create =
    (bodies: readonly Buffer[]) =>
    (i: number): Promise<void> =>
      send('POST', PODS, bodies[i] as Buffer, 201);
  const alike = podBodies(`alike-${round}`, WARM_UP + MEASURED);
  bench.record(CREATE, 'fauxkube', await cpuMicroseconds(create(alike)));
  bench.record(CREATE_DISTINCT, 'fauxkube', await cpuMicroseconds(create(distinctBodies(`round-${round}`))));
  const [body] = podBodies('applied', 1) as [Buffer];
  const path = `${PODS}/applied-00000?fieldManager=bench`;
  const apply = (status: number) => send('PATCH', path, body, status, { type: 'application/apply-patch+yaml' });
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

/** What whoever embeds a cluster does with it: objects go in and come out, one after the other. */
async function measureApi(bench: Bench): Promise<void> {
  await using cluster = await startCluster({ nodes: 2, proxyPort: 0 });
  const transport = cluster.transport();
  const key = { namespace: 'default', name: podName('embedded', 0) };
  const pods = podBodies('embedded', WARM_UP + MEASURED).map((body) => JSON.parse(body.toString()) as object);
  const created = await perSecond((i) =>
    transport.send({ verb: 'create', resource: 'v1/pods', key, body: pods[i] as object }),
  );
  bench.record(API_CREATE, 'fauxkube', created);
  await cluster.settle();
  bench.record(API_GET, 'fauxkube', await perSecond(() => transport.send({ verb: 'get', resource: 'v1/pods', key })));
}

/**
 * What requests cost without a socket. Pods of one template, as controllers and tests make them, share what is found
 * out about their spec; the second row is of pods that share nothing.
 */
export const inProcess: Scenario = {
  name: 'in-process',
  rows: [CREATE, CREATE_DISTINCT, API_CREATE, API_GET, APPLY, DECODE],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${inProcess.name}: round ${round} of ${bench.rounds}`);
      await measureWrites(bench, round);
      await measureApi(bench);
      await measureDecoding(bench);
    }
  },
};
