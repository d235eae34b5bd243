/** Which nodes have no kubelet but ours, and which of them are lost just now. */
import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { isSimulated } from '../../server/kube/simulated-node.ts';
import type { Lease, Node } from '../../server/kube/types.gen.ts';
import { isLost } from './runtime/preset.ts';

/** How long a kubelet from outside may take to say something of its node before that counts as nobody's. */
const CLAIM_MS = 500;
/** Timers may come a little early. */
const SLACK_MS = 10;

export class SimulatedNodes {
  /** Nodes that are ours whenever they are made. */
  readonly #expected: Set<string>;
  /** Uids by name: nodes that are ours because nobody else spoke for them. */
  readonly #adopted = new Map<string, string>();
  /** Uids of nodes that somebody else speaks for. */
  readonly #claimed = new Map<string, string>();
  /** When nodes that wait to be claimed were seen first, by name. */
  readonly #seenMs = new Map<string, number>();
  readonly #lost = new Set<string>();
  /** How many want a node to be lost, whatever it is annotated with. */
  readonly #wantedLost = new Map<string, number>();
  readonly #handlers = new Set<() => void>();
  #governed = { pods: false, nodes: false };

  constructor(expected: Iterable<string> = []) {
    this.#expected = new Set(expected);
  }

  /** Nodes of this name are ours from now on. */
  expect(name: string): void {
    this.#expected.add(name);
  }

  has(name: string): boolean {
    return this.#expected.has(name) || this.#adopted.has(name);
  }

  /** Whether a node is ours and works: a lost one neither reports nor runs anything. */
  runs(name: string): boolean {
    return this.has(name) && !this.#lost.has(name);
  }

  forget(name: string): void {
    for (const map of [this.#adopted, this.#claimed, this.#seenMs]) map.delete(name);
    this.#lost.delete(name);
  }

  /** Who describes pods and nodes in Stages does without our kubelet: it keeps up leases, and no more. */
  govern(governed: { readonly pods: boolean; readonly nodes: boolean }): void {
    if (governed.pods === this.#governed.pods && governed.nodes === this.#governed.nodes) return;
    this.#governed = governed;
    for (const handler of this.#handlers) handler();
  }

  /** Calls back when the kubelet is to look again at what is its own. */
  onGoverned(handler: () => void): Cancel {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Whether the kubelet reports how its nodes are. */
  get reportsNodes(): boolean {
    return !this.#governed.nodes;
  }

  /** Whether the kubelet runs the pods of a node. */
  runsPods(name: string): boolean {
    return this.runs(name) && !this.#governed.pods;
  }

  /** Asks anew whom nodes belong to that wait to be claimed: the timers are gone. */
  restart(): void {
    this.#seenMs.clear();
  }

  /** Loses a node that is ours, as its annotation would. @returns finds it again */
  lose(name: string): Cancel {
    const count = (change: number): void => {
      const wanted = (this.#wantedLost.get(name) ?? 0) + change;
      if (wanted > 0) this.#wantedLost.set(name, wanted);
      else this.#wantedLost.delete(name);
      for (const handler of this.#handlers) handler();
    };
    let isWanted = true;
    // At once: what is lost reports nothing any more.
    this.#lost.add(name);
    count(1);
    return () => {
      if (isWanted) count(-1);
      isWanted = false;
    };
  }

  /** Names of nodes that are ours. */
  names(): string[] {
    return [...this.#expected, ...this.#adopted.keys()];
  }

  /** Takes in whether a node is lost. @returns whether it has come back */
  look(node: Frozen<Node>): 'back' | 'here' | 'lost' {
    const { name = '' } = node.metadata;
    if (isLost(node) || this.#wantedLost.has(name)) {
      this.#lost.add(name);
      return 'lost';
    }
    return this.#lost.delete(name) ? 'back' : 'here';
  }

  /**
   * Takes a node that somebody made and nobody speaks for.
   *
   * @returns in how many milliseconds to ask again; 0 when it is ours, undefined when it is somebody else's or waits
   */
  adopt(node: Frozen<Node>, lease: Frozen<Lease> | undefined, nowMs: number): number | undefined {
    const { name = '', uid = '' } = node.metadata;
    if (this.#expected.has(name) || this.#adopted.get(name) === uid) return 0;
    if (this.#claimed.get(name) === uid) return undefined;
    const { conditions } = node.status;
    const seenMs = this.#seenMs.get(name);
    const isOurs = isSimulated(node);
    if (!isOurs && (lease || conditions?.some(({ type }) => type === 'Ready'))) {
      this.#claimed.set(name, uid);
      this.#seenMs.delete(name);
      return undefined;
    }
    if (!isOurs && seenMs === undefined) {
      this.#seenMs.set(name, nowMs);
      return CLAIM_MS + SLACK_MS;
    }
    if (!isOurs && seenMs !== undefined && nowMs < seenMs + CLAIM_MS) return undefined;
    this.#seenMs.delete(name);
    this.#adopted.set(name, uid);
    return 0;
  }
}
