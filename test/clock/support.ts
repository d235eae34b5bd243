/** A cluster whose time stands still at the beginning of a year, and what is asked of it over HTTP. */
import { expect } from 'vitest';
import type { KubeObject } from '../../server/index.ts';
import type { StartOptions } from '../../server/start-options.ts';
import { type AdminCluster, adminCluster } from '../admin/support.ts';

export const START = '2026-01-01T00:00:00Z';

/** How `/-/clock` tells the state. */
export interface ToldClock {
  readonly now: string;
  readonly frozen: boolean;
  readonly speed: number;
  readonly offset: string;
  readonly timers: number;
  readonly nextTimer: string | null;
}

export interface FrozenCluster extends AdminCluster {
  /** Has the clock do something, over HTTP. */
  move(body: object): Promise<ToldClock>;
  /** Sends YAML or objects, and waits until nobody has anything to do. */
  apply(...manifests: readonly (string | object)[]): Promise<void>;
  list<T extends KubeObject = KubeObject>(resource: string, namespace?: string): Promise<T[]>;
  get<T extends KubeObject = KubeObject>(resource: string, name: string, namespace?: string): Promise<T | undefined>;
}

export async function frozenCluster(options: StartOptions = {}): Promise<FrozenCluster> {
  const shop = await adminCluster({ seed: 1, ...options });
  const move = async (body: object): Promise<ToldClock> => {
    const { status, text } = await shop.admin('POST', '/-/clock', body);
    expect(status, text).toBe(200);
    return JSON.parse(text) as ToldClock;
  };
  await move({ freeze: true, set: START });
  const list = async <T extends KubeObject>(resource: string, namespace = 'default'): Promise<T[]> =>
    (await shop.cluster.transport().list({ resource, namespace })).items as unknown as T[];
  return {
    ...shop,
    move,
    async apply(...manifests) {
      await shop.cluster.apply(...manifests);
      await shop.cluster.settle();
    },
    list,
    get: async <T extends KubeObject>(resource: string, name: string, namespace?: string) =>
      (await list<T>(resource, namespace)).find(({ metadata }) => metadata.name === name),
  };
}
