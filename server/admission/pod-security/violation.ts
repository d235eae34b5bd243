/** How checks of the Pod Security Standards look at pods, and word what they find. */
import type { Frozen } from '../../base/freeze.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import type { Container, PodSpec } from '../../kube/types.gen.ts';

/** A check that failed. */
export interface Violation {
  /** What is wrong in general: `privileged`. */
  readonly reason: string;
  /** Who is to blame: `container "a" must not set securityContext.privileged=true`. */
  readonly detail: string;
}

/** The parts of a pod or of a template that checks look at. */
export interface CheckedPod {
  readonly metadata: Frozen<ObjectMeta>;
  readonly spec: Frozen<PodSpec>;
}

/** One revision of a check. */
export type CheckPod = (pod: CheckedPod) => Violation | undefined;

/** What all kinds of containers have in common. */
export type AnyContainer = Frozen<Container>;

/** Every container, in upstream's order. */
export function containersOf({ initContainers, containers, ephemeralContainers }: Frozen<PodSpec>): AnyContainer[] {
  const ephemeral = (ephemeralContainers ?? []) as readonly AnyContainer[];
  return [...(initContainers ?? []), ...(containers ?? []), ...ephemeral];
}

/** Names of the containers of which something holds. */
export function containersWith(spec: Frozen<PodSpec>, isBad: (container: AnyContainer) => boolean): string[] {
  return containersOf(spec)
    .filter(isBad)
    .map(({ name }) => name);
}

/** `"a", "b"`, without a care for what is in the names. */
export const quoted = (items: readonly string[]): string => `"${items.join('", "')}"`;

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

/** `containers "a", "b"` */
export const named = (word: string, names: readonly string[]): string =>
  `${plural(word, names.length)} ${quoted(names)}`;

/** Each text once, in order. */
export const sortedSet = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

/**
 * Who sets something to a forbidden value: the pod, some containers, or both.
 *
 * @returns '' when nobody does
 */
export function setters(isPod: boolean, containers: readonly string[]): string {
  const parts = isPod ? ['pod'] : [];
  if (containers.length > 0) parts.push(named('container', containers));
  return parts.join(' and ');
}

/** Pods in a user namespace of their own are not root outside of it. */
export const hasUserNamespace = ({ hostUsers }: Frozen<PodSpec>): boolean => hostUsers === false;

export const isWindows = ({ os }: Frozen<PodSpec>): boolean => os?.name === 'windows';
