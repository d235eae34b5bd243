import { interleave, withPair } from '../interleave.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { type Connection, open } from '../load/connection.ts';
import { PODS, podBodies, podName, SEQUENCE } from '../load/pod-bodies.ts';
import type { Row, Scenario, SubjectName } from '../scenario.ts';
import { atLeastTimesFloor } from '../target.ts';

const row = (work: string, times: number): Row => ({ work, unit: '/s', target: atLeastTimesFloor(times) });
const PUT = row('PUT of a 3 KB pod, 16 streams', 0.5);
const STRATEGIC = row('strategic merge patch of it', 0.5);
const MERGE = row('merge patch of it', 0.5);
const JSON_PATCH = row('JSON patch of it', 0.5);
const APPLY = row('server-side apply of it', 0.35);

const IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 800;
const TURNS = 5;
const MEASURED_REQUESTS = 2000 / TURNS;
/** More than are in flight: no two requests change one object at a time. */
const OBJECTS = 96;

interface Patch {
  readonly row: Row;
  readonly type: string;
  readonly query?: string;
  /** @param sequence another one each time, so that each request changes something */
  readonly body: (name: string, sequence: string) => object;
}

const annotated = (sequence: string): object => ({ annotations: { [SEQUENCE]: sequence } });

const PATCHES: readonly Patch[] = [
  {
    row: STRATEGIC,
    type: 'application/strategic-merge-patch+json',
    body: (_name, sequence) => ({
      metadata: annotated(sequence),
      spec: { containers: [{ name: 'main', image: `registry.example/shop/main:v${sequence}` }] },
    }),
  },
  {
    row: MERGE,
    type: 'application/merge-patch+json',
    body: (_name, sequence) => ({ metadata: annotated(sequence) }),
  },
  {
    row: JSON_PATCH,
    type: 'application/json-patch+json',
    body: (_name, value) => [{ op: 'replace', path: `/metadata/annotations/${SEQUENCE.replace('/', '~1')}`, value }],
  },
  {
    row: APPLY,
    type: 'application/apply-patch+yaml',
    query: '?fieldManager=bench&force=true',
    body: (name, sequence) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...annotated(sequence) } }),
  },
];

/** What clients send who have read an object and want it otherwise, without saying which version they saw. */
async function updatedBodies(connection: Connection, path: string): Promise<Buffer[]> {
  const object = await connection.getJson<{ metadata: Record<string, unknown> }>(path);
  const { resourceVersion: _, managedFields: __, annotations, ...rest } = object.metadata;
  const updated = (sequence: string): object => ({ ...(annotations as object), [SEQUENCE]: sequence });
  return ['1', '2'].map((sequence) =>
    Buffer.from(JSON.stringify({ ...object, metadata: { ...rest, annotations: updated(sequence) } })),
  );
}

/** The requests of one side. Each row has objects of its own, which no other row has changed. */
class Writer {
  readonly #connection: Connection;
  readonly #puts: readonly Buffer[][];
  #putCount = 0;
  #sequence = 0;

  private constructor(connection: Connection, puts: readonly Buffer[][]) {
    this.#connection = connection;
    this.#puts = puts;
  }

  static async create(connection: Connection): Promise<Writer> {
    for (const prefix of ['put', ...PATCHES.map((_, i) => `patch-${i}`)])
      for (const body of podBodies(prefix, OBJECTS)) await connection.exchange('POST', PODS, body);
    const puts: Buffer[][] = [];
    for (let i = 0; i < OBJECTS; i++) puts.push(await updatedBodies(connection, `${PODS}/${podName('put', i)}`));
    return new Writer(connection, puts);
  }

  put(requests: number): Promise<number> {
    return closedLoop(IN_FLIGHT, { requests }, () => {
      const count = this.#putCount++;
      const i = count % OBJECTS;
      const body = this.#puts[i]?.[Math.floor(count / OBJECTS) % 2];
      return this.#connection.exchange('PUT', `${PODS}/${podName('put', i)}`, body);
    });
  }

  patch(patch: Patch, number: number, requests: number): Promise<number> {
    return closedLoop(IN_FLIGHT, { requests }, (i) => {
      const name = podName(`patch-${number}`, i % OBJECTS);
      const bytes = Buffer.from(JSON.stringify(patch.body(name, String(++this.#sequence))));
      return this.#connection.exchange('PATCH', `${PODS}/${name}${patch.query ?? ''}`, bytes, patch.type);
    });
  }
}

/** Changes of pods that are there. */
export const writes: Scenario = {
  name: 'writes',
  rows: [PUT, ...PATCHES.map((patch) => patch.row)],
  async run(bench) {
    await withPair(bench, async (pair) => {
      const writers = new Map<SubjectName, Writer>();
      const connections: Connection[] = [];
      for (const name of ['fauxkube', 'floor'] as const) {
        const connection = await open(pair[name].endpoint);
        connections.push(connection);
        writers.set(name, await Writer.create(connection));
      }
      const measure = async (name: SubjectName, round: number, turn: number): Promise<void> => {
        const writer = writers.get(name);
        if (!writer) return;
        const isFirst = round === 1 && turn === 1;
        if (isFirst) await writer.put(WARM_UP_REQUESTS);
        bench.record(PUT, name, await writer.put(MEASURED_REQUESTS));
        for (const [i, patch] of PATCHES.entries()) {
          if (isFirst) await writer.patch(patch, i, WARM_UP_REQUESTS);
          bench.record(patch.row, name, await writer.patch(patch, i, MEASURED_REQUESTS));
        }
      };
      await interleave(bench, writes.name, measure, TURNS);
      for (const connection of connections) connection.close();
    });
  },
};
