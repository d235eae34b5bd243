/** What several controllers have to say of one object in the same moment, as one write. */
import { getOwn, setOwn } from '../../server/base/freeze.ts';
import { nextTurn } from '../../server/base/turn.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { Client } from './client.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Workers of a controller that patches jointly: most of them wait for the turn in which all is sent. */
export const JOINT_WORKERS = 30;

/** What one controller wants to be changed. */
interface Part {
  readonly client: Client;
  readonly patch: Fields;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Joint {
  readonly resource: ResourceId;
  readonly key: Key;
  readonly parts: Part[];
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Both in one; undefined where they say different things of one field. */
export function joined(one: Fields, other: Fields): Fields | undefined {
  const result: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = getOwn(one, name);
    if (before === value) continue;
    if (before !== undefined && !(isMap(before) && isMap(value))) return undefined;
    const both = isMap(before) && isMap(value) ? joined(before, value) : value;
    if (both === undefined) return undefined;
    setOwn(result, name, both);
  }
  return result;
}

/**
 * Gathers the strategic merge patches of two turns: a new node gets its range of addresses, its labels and its
 * annotations at once, where kube-controller-manager's controllers write one after the other. Whoever came first sends
 * it. When that fails, everybody speaks for himself, and learns of his own failure only.
 *
 * @example
 * await jointPatches.patch(client, 'v1/nodes', key, { metadata: { annotations } });
 */
export class JointPatches {
  readonly #gathered = new Map<string, Joint>();

  /** Resolves when the object is changed. @throws ApiError */
  patch(client: Client, resource: ResourceId, key: Key, patch: Fields): Promise<void> {
    const place = `${resource} ${keyText(key)}`;
    let joint = this.#gathered.get(place);
    if (!joint) {
      joint = { resource, key, parts: [] };
      this.#gathered.set(place, joint);
      void this.#sendLater(place, joint);
    }
    const { parts } = joint;
    return new Promise((done, failed) => {
      parts.push({ client, patch, done, failed });
    });
  }

  /**
   * Whoever waits a turn before it looks, because others are about to write, comes in time. Turns count from the first
   * patch of an object: what is gathered for others does not cut them short.
   */
  async #sendLater(place: string, joint: Joint): Promise<void> {
    await nextTurn();
    await nextTurn();
    this.#gathered.delete(place);
    await this.#send(joint);
  }

  async #send({ resource, key, parts }: Joint): Promise<void> {
    const patch = parts
      .map((part) => part.patch)
      .reduce<Fields | undefined>((all, next) => all && joined(all, next), {});
    const [first] = parts;
    if (first && patch && parts.length > 1) {
      try {
        await first.client.patch(resource, key, 'strategic', patch);
        for (const { done } of parts) done();
        return;
      } catch {
        // One of them has a reason that the others do not have: see below.
      }
    }
    for (const part of parts)
      await part.client.patch(resource, key, 'strategic', part.patch).then(part.done, part.failed);
  }
}
