import type { ObjectPlace } from './gate.ts';

/** A controller, and where it is on or off. */
export interface ControllerState {
  readonly name: string;
  /** Wherever nothing else is said. */
  readonly enabled: boolean;
  /** Namespaces with a switch of their own. */
  readonly namespaces?: Readonly<Record<string, boolean>>;
  /** Objects whose annotation keeps it away. */
  readonly objects?: readonly ObjectPlace[];
}

/** How a switch stands. */
export type SwitchState = Pick<Switch, 'enabled' | 'namespaces'>;

/** Where one controller is on: everywhere or nowhere, but for namespaces with switches of their own. */
export class Switch {
  readonly #first: boolean;
  #enabled: boolean;
  readonly #namespaces = new Map<string, boolean>();

  constructor(enabled: boolean) {
    this.#first = enabled;
    this.#enabled = enabled;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** Whether the server was started with it. */
  get isOnAtFirst(): boolean {
    return this.#first;
  }

  /** Namespaces with a switch of their own, by name. */
  get namespaces(): Readonly<Record<string, boolean>> {
    return Object.fromEntries([...this.#namespaces].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Whether it is on anywhere, so that the controller has to run. */
  get isNeeded(): boolean {
    return this.#enabled || [...this.#namespaces.values()].includes(true);
  }

  /** @param namespace '' is where objects without a namespace are */
  isOn(namespace: string): boolean {
    return this.#namespaces.get(namespace) ?? this.#enabled;
  }

  set(enabled: boolean, namespace?: string): void {
    if (namespace === undefined) this.#enabled = enabled;
    else this.#namespaces.set(namespace, enabled);
  }

  /** @returns false when the namespace had no switch */
  unset(namespace: string): boolean {
    return this.#namespaces.delete(namespace);
  }

  /** Whether nothing was ever switched, or everything is as it was. */
  get isAsAtFirst(): boolean {
    return this.#enabled === this.#first && this.#namespaces.size === 0;
  }

  /** As it was when its state was taken. */
  restore({ enabled, namespaces }: SwitchState): void {
    this.reset();
    this.#enabled = enabled;
    for (const [namespace, isOn] of Object.entries(namespaces)) this.#namespaces.set(namespace, isOn);
  }

  /** Back to how it was at first. */
  reset(): void {
    this.#enabled = this.#first;
    this.#namespaces.clear();
  }
}

/** The end of most names, which may be left out. */
const SUFFIX = '-controller';

/** The full name of a controller: `deployment` is `deployment-controller`. */
export function fullName(name: string, known: readonly string[]): string | undefined {
  return known.find((candidate) => candidate === name || candidate === `${name}${SUFFIX}`);
}

/** Whether a list of names, as the annotation holds it, names a controller. */
export function isNamedIn(list: string, controller: string): boolean {
  return list.split(',').some((entry) => fullName(entry.trim(), [controller]) !== undefined);
}
