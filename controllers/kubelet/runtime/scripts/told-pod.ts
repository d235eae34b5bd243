import type { CommandAnswer, PodScript, ProbeWish, ToldPod } from '../../../../server/kube/pod-script.ts';

/** The containers of a pod, as far as somebody may tell them something. */
export interface ToldContainers {
  runs(container: string): boolean;
  write(container: string, stream: 'stdout' | 'stderr', text: string): void;
  exit(container: string, code: number): void;
  /** Something holds now that did not before, or the other way round. */
  changed(): void;
}

/** What most pods are told. */
const NO_WISHES: ReadonlyMap<string, ProbeWish> = new Map();
const NO_COMMANDS: readonly CommandAnswer[] = [];

/** Keeps what a pod was told, beyond restarts of its containers. */
export class PodTold implements PodScript {
  readonly #containers: ToldContainers;
  /** By container. */
  #probes: ReadonlyMap<string, ProbeWish> = NO_WISHES;
  #commands: readonly CommandAnswer[] = NO_COMMANDS;
  /** How often it was told something of its probes. */
  changes = 0;

  constructor(containers: ToldContainers) {
    this.#containers = containers;
  }

  get told(): ToldPod {
    return { probes: Object.fromEntries(this.#probes), commands: this.#commands };
  }

  /** Whether it was told anything that still holds. */
  get isTold(): boolean {
    return this.#probes.size > 0 || this.#commands.length > 0;
  }

  /** Takes the place of everything that it was told before. */
  tell({ probes, commands }: ToldPod): void {
    this.#probes = new Map(Object.entries(probes));
    this.#commands = commands;
    this.#changed();
  }

  get commands(): readonly CommandAnswer[] {
    return this.#commands;
  }

  wishOf(container: string): ProbeWish {
    return this.#probes.get(container) ?? {};
  }

  runs(container: string): boolean {
    return this.#containers.runs(container);
  }

  write(container: string, stream: 'stdout' | 'stderr', text: string): void {
    this.#containers.write(container, stream, text);
  }

  exit(container: string, code: number): void {
    this.#containers.exit(container, code);
  }

  setProbes(container: string, wish: ProbeWish): void {
    const { ready, live } = { ...this.wishOf(container), ...wish };
    const left = { ...(ready === false && { ready }), ...(live === false && { live }) };
    const wishes = new Map(this.#probes);
    if (Object.keys(left).length > 0) wishes.set(container, left);
    else wishes.delete(container);
    this.#probes = wishes;
    this.#changed();
  }

  setCommands(container: string | undefined, answers: readonly CommandAnswer[]): void {
    const others = this.#commands.filter((answer) => answer.container !== container);
    const own = answers.map((answer) => (container === undefined ? answer : { ...answer, container }));
    this.#commands = [...own, ...others];
    this.#changed();
  }

  forget(): void {
    this.#probes = NO_WISHES;
    this.#commands = NO_COMMANDS;
    this.#changed();
  }

  #changed(): void {
    this.changes++;
    this.#containers.changed();
  }
}
