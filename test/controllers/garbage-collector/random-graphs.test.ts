import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import type { Client } from '../../../controllers/lib/client.ts';
import { type Random, seededRandom } from '../../../server/base/random.ts';
import type { KubeObject, OwnerReference } from '../../../server/kube/object.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { Model, type Thing } from './model.ts';
import { CONFIG_MAPS, createMap } from './support.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const STEPS = 25;
const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;
const DELETIONS = { Background: 'background', Foreground: 'foreground', Orphan: 'orphan' } as const;

/**
 * What is being deleted may or may not have lost an owner before: the order in which the collector comes to things
 * decides. Of what stays, the owners are certain.
 */
const shown = (name: string, isGoing: boolean, owners: readonly string[]): string =>
  isGoing ? `${name} going` : `${name}: ${[...owners].sort().join(' ')}`;

class Run {
  readonly model = new Model();
  /**
   * Whether some things have finalizers. Then all references block, because it is a matter of luck whether dependents
   * that do not block still see their owner wait.
   */
  readonly #withHolds: boolean;
  readonly #client: Client;
  readonly #random: Random;
  readonly #uids = new Map<Thing, string>();

  constructor(client: Client, random: Random) {
    this.#client = client;
    this.#random = random;
    this.#withHolds = random.fraction() < 0.5;
  }

  async step(): Promise<void> {
    const chance = this.#random.fraction();
    const { present } = this.model;
    if (chance < 0.55 || present.length < 3) await this.#create();
    else if (chance < 0.85) await this.#delete(this.#pick(present));
    else await this.#adopt(this.#pick(present));
  }

  /** What the server has, in the words of the model. */
  async state(): Promise<string[]> {
    const names = new Map([...this.#uids].map(([{ name }, uid]) => [uid, name]));
    const objects = await this.#client.list<KubeObject>(CONFIG_MAPS, 'default');
    const states = objects.map(({ metadata }) => {
      const owners = (metadata.ownerReferences ?? []).map(
        ({ uid, blockOwnerDeletion }) => `${names.get(uid)}${blockOwnerDeletion ? '!' : ''}`,
      );
      return shown(metadata.name ?? '', metadata.deletionTimestamp !== undefined, owners);
    });
    return states.sort();
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.fraction() * items.length)] as T;
  }

  /** Up to three owners, some of which may be gone. */
  #owners(): Thing['owners'] {
    const { things } = this.model;
    const chosen = new Set(
      Array.from({ length: things.length === 0 ? 0 : Math.floor(this.#random.fraction() * 4) }, () =>
        this.#pick(things),
      ),
    );
    return [...chosen].map((owner) => ({ owner, blocks: this.#withHolds || this.#random.fraction() < 0.5 }));
  }

  #references(owners: Thing['owners']): OwnerReference[] {
    return owners.map(({ owner, blocks }) => {
      const uid = this.#uids.get(owner) ?? '';
      return { apiVersion: 'v1', kind: 'ConfigMap', name: owner.name, uid, blockOwnerDeletion: blocks };
    });
  }

  async #create(): Promise<void> {
    const owners = this.#owners();
    const isHeld = this.#withHolds && this.#random.fraction() < 0.2;
    const thing = this.model.add(`t${this.model.things.length}`, owners, isHeld);
    const finalizers = isHeld ? { finalizers: ['example.com/hold'] } : {};
    const created = await createMap(this.#client, thing.name, this.#references(owners), finalizers);
    this.#uids.set(thing, created.metadata.uid ?? '');
  }

  async #delete(thing: Thing): Promise<void> {
    if (thing.deletion !== 'none') return;
    const propagationPolicy = this.#pick(POLICIES);
    await this.#client.delete(CONFIG_MAPS, { namespace: 'default', name: thing.name }, { propagationPolicy });
    thing.deletion = DELETIONS[propagationPolicy];
  }

  /** Gives an object other owners, so that circles come about. */
  async #adopt(thing: Thing): Promise<void> {
    if (thing.deletion !== 'none') return;
    thing.owners = this.#owners().filter(({ owner }) => owner !== thing);
    const ownerReferences = thing.owners.length > 0 ? this.#references(thing.owners) : null;
    await this.#client.patch(CONFIG_MAPS, { namespace: 'default', name: thing.name }, 'merge', {
      metadata: { ownerReferences },
    });
  }
}

function expected({ present }: Model): string[] {
  const states = present.map(({ name, owners, deletion }) => {
    const references = owners.map(({ owner, blocks }) => `${owner.name}${blocks ? '!' : ''}`);
    return shown(name, deletion !== 'none', references);
  });
  return states.sort();
}

test.each(SEEDS)('what is left of a random graph is what the rules leave (seed %i)', async (seed) => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const run = new Run(client, seededRandom(seed));
  for (let step = 0; step < STEPS; step++) {
    await run.step();
    await settle();
    run.model.settle();
    expect(await run.state(), `after step ${step}`).toEqual(expected(run.model));
  }
  await stop();
});
