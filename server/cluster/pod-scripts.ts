/** Has pods do what somebody says: what `/-/pods` and the embedding API offer. */
import type { Frozen } from '../base/freeze.ts';
import { ApiError, badRequest, notFound } from '../kube/api-error.ts';
import { parseLabelSelector, selectorMatches } from '../kube/labels.ts';
import type { NodeConnector } from '../kube/node-connector.ts';
import { type CommandAnswer, type PodScript, parseCommandAnswers, type ToldPod } from '../kube/pod-script.ts';
import type { Pod } from '../kube/types.gen.ts';
import { containerNameOf } from '../pipeline/pod-streams/pod-container.ts';

/** Which pods are meant, and which of their containers. */
export interface PodTarget {
  /** `default` unless given. */
  readonly namespace?: string;
  /** One pod; else all that run and have the labels of `selector`. */
  readonly name?: string;
  /** `app=web`, as kubectl takes it. */
  readonly selector?: string;
  /** May be left out where there is only one, and where all of a pod are meant. */
  readonly container?: string;
}

export interface PodScriptsParts {
  readonly nodes: NodeConnector;
  /** The pods of a namespace as they are stored; of all without one. */
  readonly pods: (namespace: string) => readonly Frozen<Pod>[];
}

interface Actor {
  readonly pod: Frozen<Pod>;
  readonly script: PodScript;
}

const PODS = { group: '', resource: 'pods' };
const EXIT_CODE_MAX = 255;

/**
 * Every method first looks whether what is asked can be, and changes nothing otherwise. It returns the names of the
 * pods that it was done with; `await cluster.settle()` waits for what follows from it.
 *
 * @example
 * cluster.scripts.log({ name: 'web-0' }, 'disk is full', 'stderr');
 * cluster.scripts.exit({ selector: 'app=web' }, 3);
 */
export class PodScripts {
  readonly #parts: PodScriptsParts;

  constructor(parts: PodScriptsParts) {
    this.#parts = parts;
  }

  /**
   * Appends lines to the log of a container, at the time of the cluster's clock.
   *
   * @throws ApiError when there is no such pod or container, or it does not run
   */
  log(target: PodTarget, lines: string | readonly string[], stream: 'stdout' | 'stderr' = 'stdout'): string[] {
    const text = typeof lines === 'string' ? lines : lines.map((line) => `${line}\n`).join('');
    const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return this.#eachContainer(target, ({ script }, container) => script.write(container, stream, whole));
  }

  /** Ends a container as if its program had ended by itself. @throws ApiError as {@link log} does */
  exit(target: PodTarget, code = 0): string[] {
    if (!Number.isInteger(code) || code < 0 || code > EXIT_CODE_MAX)
      throw badRequest(`an exit code has to be a whole number from 0 to ${EXIT_CODE_MAX}`);
    return this.#eachContainer(target, ({ script }, container) => script.exit(container, code));
  }

  /** Pods that are not ready whatever their probes find, until that is taken back. @throws ApiError */
  setReady(target: PodTarget, ready: boolean): string[] {
    return this.#every(target, ({ script }, containers) => {
      for (const container of containers) script.setProbes(container, { ready });
    });
  }

  /**
   * Containers whose liveness probes fail, until that is taken back: their kubelet begins them anew.
   *
   * @throws ApiError 422 when none has such a probe: nobody would notice
   */
  setLive(target: PodTarget, live: boolean): string[] {
    const actors = this.#actors(target);
    const asked = actors.map((actor) => ({ actor, containers: withLiveness(actor.pod, containersOf(actor, target)) }));
    for (const { actor, containers } of asked)
      if (containers.length === 0) throw unprobed(actor.pod.metadata.name ?? '', target);
    for (const { actor, containers } of asked)
      for (const container of containers) actor.script.setProbes(container, { live });
    return namesOf(actors);
  }

  /** What commands answer in these pods, instead of what they were told before. @throws ApiError */
  setCommands(target: PodTarget, answers: readonly CommandAnswer[]): string[] {
    let checked: readonly CommandAnswer[];
    try {
      checked = parseCommandAnswers(answers, 'commands');
    } catch (error) {
      throw badRequest((error as Error).message);
    }
    return this.#every(target, ({ script }) => script.setCommands(target.container, checked));
  }

  /** What a pod was told. @throws ApiError */
  told(target: PodTarget): ToldPod {
    const [actor] = this.#actors(target);
    return actor?.script.told ?? { probes: {}, commands: [] };
  }

  /** No pod is told anything any more. */
  forget(): void {
    const { nodes, pods } = this.#parts;
    const look = nodes.present?.bind(nodes) ?? nodes.pod.bind(nodes);
    for (const { metadata } of pods(''))
      look({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' })?.script?.forget();
  }

  #every(target: PodTarget, act: (actor: Actor, containers: readonly string[]) => void): string[] {
    const actors = this.#actors(target).map((actor) => ({ actor, containers: containersOf(actor, target) }));
    for (const { actor, containers } of actors) act(actor, containers);
    return namesOf(actors.map(({ actor }) => actor));
  }

  /** One container of each pod, which has to run. */
  #eachContainer(target: PodTarget, act: (actor: Actor, container: string) => void): string[] {
    const actors = this.#actors(target).map((actor) => ({
      actor,
      container: containerNameOf(actor.pod, target.container ?? ''),
    }));
    for (const { actor, container } of actors)
      if (!actor.script.runs(container))
        throw notRunning(
          `container ${JSON.stringify(container)} of pod ${JSON.stringify(nameOf(actor.pod))}`,
          actor.pod,
        );
    for (const { actor, container } of actors) act(actor, container);
    return namesOf(actors.map(({ actor }) => actor));
  }

  #actors({ namespace = 'default', name, selector }: PodTarget): Actor[] {
    if ((name === undefined) === (selector === undefined))
      throw badRequest('either the name of a pod or a selector has to be given');
    const pods = this.#parts.pods(namespace);
    if (name !== undefined) {
      const pod = pods.find(({ metadata }) => metadata.name === name);
      if (!pod) throw notFound(PODS, name);
      const script = this.#scriptOf(pod);
      if (!script) throw notRunning(`pod ${JSON.stringify(name)}`, pod);
      return [{ pod, script }];
    }
    const wanted = readSelector(selector ?? '');
    const actors = pods.flatMap((pod) => {
      const script = selectorMatches(wanted, pod.metadata.labels) ? this.#scriptOf(pod) : undefined;
      return script ? [{ pod, script }] : [];
    });
    if (actors.length > 0) return actors;
    const what = `no pod in namespace ${JSON.stringify(namespace)} runs that ${JSON.stringify(selector)} selects`;
    throw new ApiError(404, 'NotFound', what, { kind: 'pods' });
  }

  #scriptOf({ metadata: { namespace = '', name = '' } }: Frozen<Pod>): PodScript | undefined {
    return this.#parts.nodes.pod({ namespace, name })?.script;
  }
}

function readSelector(text: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest(`selector: ${(error as Error).message}`);
  }
}

const nameOf = ({ metadata }: Frozen<Pod>): string => metadata.name ?? '';
const namesOf = (actors: readonly Actor[]): string[] => actors.map(({ pod }) => nameOf(pod));

/** The one that is named, else all but init containers. @throws ApiError 400 */
function containersOf({ pod }: Actor, { container }: PodTarget): string[] {
  if (container !== undefined) return [containerNameOf(pod, container)];
  return (pod.spec.containers ?? []).map(({ name }) => name);
}

function withLiveness({ spec }: Frozen<Pod>, names: readonly string[]): string[] {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  return names.filter((name) => all.some((container) => container.name === name && container.livenessProbe));
}

function notRunning(what: string, pod: Frozen<Pod>): ApiError {
  const why = pod.spec.nodeName
    ? `its phase is ${pod.status.phase ?? 'unknown'}, and what does not run on a simulated node cannot be told anything`
    : 'it has no node yet';
  return new ApiError(409, 'Conflict', `${what} does not run: ${why}`, { name: nameOf(pod), kind: 'pods' });
}

function unprobed(name: string, { container }: PodTarget): ApiError {
  const what = container === undefined ? 'no container' : `container ${JSON.stringify(container)}`;
  const message = `${what} of pod ${JSON.stringify(name)} has ${container === undefined ? 'a' : 'no'} livenessProbe`;
  return new ApiError(422, 'Invalid', `${message}: nobody would begin it anew`, { name, kind: 'pods' });
}
