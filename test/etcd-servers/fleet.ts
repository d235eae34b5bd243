/** Three servers of the build in dist/ on an etcd of three members, each a process of its own. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rest } from '../../server/base/turn.ts';
import type { Lease } from '../../server/kube/types.gen.ts';
import { type Answer, Line, type Question } from '../crash/http.ts';
import { KilledServer } from '../crash/server.ts';
import { type EtcdServer, startMembers } from '../support/etcd-server.ts';

const MEMBERS = 3;
const SERVERS = 3;
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/fauxkube-server';
const PAUSE_MS = 20;

/** One life of a server. */
export interface Life {
  readonly server: KilledServer;
  readonly line: Line;
}

export class Fleet implements AsyncDisposable {
  readonly members: readonly EtcdServer[];
  readonly #folder: string;
  readonly #storage: string;
  /** By place; undefined where none runs. */
  readonly #lives: (Life | undefined)[] = [];

  private constructor(folder: string, members: readonly EtcdServer[]) {
    this.#folder = folder;
    this.members = members;
    this.#storage = `etcd://${members.map(({ url }) => new URL(url).host).join(',')}`;
  }

  static async start(folder: string): Promise<Fleet> {
    const fleet = new Fleet(folder, await startMembers(MEMBERS));
    for (let place = 0; place < SERVERS; place++) await fleet.startServer(place);
    return fleet;
  }

  /** Starts one where none runs. Resolves when it serves. */
  async startServer(place: number): Promise<void> {
    const folder = join(this.#folder, String(place));
    await mkdir(folder, { recursive: true });
    const server = new KilledServer({ folder, data: this.#storage });
    this.#lives[place] = { server, line: new Line(await server.url()) };
  }

  /** Ends one. Nobody is sent to it any more. */
  async endServer(place: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const life = this.#lives[place];
    this.#lives[place] = undefined;
    await life?.server.kill(signal);
    life?.line.close();
  }

  /** Suspends one: whoever waits for it has to go on waiting. @returns has it go on */
  suspendServer(place: number): () => void {
    const life = this.#lives[place];
    this.#lives[place] = undefined;
    life?.server.suspend();
    return () => {
      life?.server.goOn();
      this.#lives[place] = life;
    };
  }

  /** Places where servers run. */
  get places(): number[] {
    return [...this.#lives.keys()].filter((place) => this.#lives[place] !== undefined);
  }

  /** The server that comes next after a place: any other than that one, where there is another one. */
  next(place: number): { readonly place: number; readonly line: Line } | undefined {
    for (let step = 1; step <= SERVERS; step++) {
      const at = (place + step) % SERVERS;
      const life = this.#lives[at];
      if (life) return { place: at, line: life.line };
    }
    return undefined;
  }

  /** Asks the servers in turn until one answers with a success. */
  async ask(question: Question): Promise<Answer> {
    for (let place = 0; ; place++) {
      const answer = await this.next(place)?.line.ask(question);
      if (answer && answer.code < 300) return answer;
      await rest(PAUSE_MS);
    }
  }

  /** Where the server runs whose controllers work. */
  async leader(): Promise<number> {
    for (;;) {
      const { body } = await this.ask({ method: 'GET', path: LEASE });
      const { holderIdentity = '' } = (body as Lease).spec;
      const pid = Number(/_(\d+)\./.exec(holderIdentity)?.[1]);
      const place = this.places.find((at) => this.#lives[at]?.server.pid === pid);
      if (place !== undefined) return place;
      await rest(PAUSE_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#lives.map(async (life) => life?.server.stop()));
    await Promise.all(this.members.map((member) => member.close()));
  }
}
