import type { Frozen } from '../../server/base/freeze.ts';
import type { Node } from '../../server/kube/types.gen.ts';

/** Which nodes have which images, and how large they are. Nothing as long as no node says. */
export class NodeImages {
  readonly #sizes = new Map<string, ReadonlyMap<string, number>>();
  readonly #nodes = new Map<string, number>();
  readonly #seen = new Map<string, unknown>();

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** The size of an image on a node, in bytes. */
  size(node: string, image: string): number | undefined {
    return this.#sizes.get(node)?.get(image);
  }

  /** How many nodes have an image. */
  spread(image: string): number {
    return this.#nodes.get(image) ?? 0;
  }

  set({ metadata: { name = '' }, status }: Frozen<Node>): void {
    const { images } = status ?? {};
    if (!images?.length && !this.#sizes.has(name)) return;
    if (this.#seen.get(name) === images) return;
    this.remove(name);
    if (!images?.length) return;
    const sizes = new Map<string, number>();
    for (const { names, sizeBytes = 0 } of images) for (const image of names ?? []) sizes.set(image, sizeBytes);
    for (const image of sizes.keys()) this.#nodes.set(image, this.spread(image) + 1);
    this.#sizes.set(name, sizes);
    this.#seen.set(name, images);
  }

  remove(node: string): void {
    for (const image of this.#sizes.get(node)?.keys() ?? []) {
      const left = this.spread(image) - 1;
      if (left > 0) this.#nodes.set(image, left);
      else this.#nodes.delete(image);
    }
    this.#sizes.delete(node);
    this.#seen.delete(node);
  }
}
