import type { Frozen } from '../../server/base/freeze.ts';
import type { Node } from '../../server/kube/types.gen.ts';

/** What was chosen for nodes and may not be on their objects yet: nodes that come together must not get the same. */
export class NodeChoices {
  readonly #chosen = new Map<string, string>();

  /** The value chosen for the node before, or the first that is neither chosen nor on another node. */
  choose(
    node: Frozen<Node>,
    nodes: readonly Frozen<Node>[],
    chosenBy: (node: Frozen<Node>) => string | undefined,
    firstFree: (taken: ReadonlySet<string>) => string | undefined,
  ): string | undefined {
    const uids = new Set(nodes.map(({ metadata }) => metadata.uid));
    for (const uid of this.#chosen.keys()) if (!uids.has(uid)) this.#chosen.delete(uid);
    const uid = node.metadata.uid ?? '';
    const before = this.#chosen.get(uid);
    if (before !== undefined) return before;
    const taken = new Set([...nodes.map((other) => chosenBy(other) ?? ''), ...this.#chosen.values()]);
    const value = firstFree(taken);
    if (value !== undefined) this.#chosen.set(uid, value);
    return value;
  }
}
