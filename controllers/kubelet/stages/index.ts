/** Plays the Stages of kwok: https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
import type { Cancel } from '../../../server/base/clock.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyOf, keyText } from '../../../server/kube/object.ts';
import type { ResourceId } from '../../../server/kube/transport.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../../lib/controller.ts';
import type { Change } from '../../lib/informer.ts';
import { messageOf } from '../../lib/pod-control.ts';
import type { SimulatedNodes } from '../simulated-nodes.ts';
import { PodAddresses } from './addresses.ts';
import { pickStage, type Stage } from './stage.ts';
import { refOf, StageSet } from './stage-set.ts';
import { performStage } from './steps.ts';
import type { Functions } from './template/execute.ts';
import { GO_FUNCTIONS } from './template/go-functions.ts';
import { kwokFunctions } from './template/kwok-functions.ts';
import { SPRIG_FUNCTIONS } from './template/sprig-functions.ts';
import { STAGES, STAGES_DEFINITION, type StageObject } from './types.ts';

const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';
const PODS = 'v1/pods';
const NODES = 'v1/nodes';

/** The key under which the set of Stages is looked at; keys of objects have a resource in the place of this. */
const SYNC: Key = { namespace: '#stages', name: '' };

/** Stages change much, as users do with kwok: as somebody who may do everything. */
const USER = { name: 'kwok', groups: ['system:masters', 'system:authenticated'] };

type Again = { readonly againInMs: number } | undefined;

interface Kind {
  readonly resource: ResourceId;
  readonly objects: Map<string, Frozen<KubeObject>>;
  readonly cancel: Cancel;
  stages: readonly Stage[];
}

/** What is to be done for one version of an object; nothing when it has no Stage, or has been done. */
interface Plan {
  readonly version: string;
  readonly round: number;
  readonly stage: Stage | undefined;
  readonly dueMs: number;
  step: number;
}

class Stages {
  readonly #nodes: SimulatedNodes;
  readonly #sources = new Map<string, Frozen<StageObject>>();
  readonly #kinds = new Map<string, Kind>();
  readonly #plans = new Map<string, Plan>();
  #set: StageSet | undefined;
  #functions: Functions = {};
  #addresses: PodAddresses | undefined;
  #unfollow: Cancel | undefined;
  /** Counts how often the set of Stages has changed: plans of before are void. */
  #round = 0;

  constructor(nodes: SimulatedNodes) {
    this.#nodes = nodes;
  }

  start(env: ControllerEnv): Cancel {
    this.#addresses = new PodAddresses(env);
    const kwok = kwokFunctions(env.clock, env.clock.now(), this.#addresses);
    this.#functions = { ...SPRIG_FUNCTIONS, ...GO_FUNCTIONS, ...kwok };
    this.#set = new StageSet((name) => Object.hasOwn(this.#functions, name));
    // Pods may have come before their node was one of ours.
    const cancel = env.onChange(NODES, ({ now }) => {
      const pods = now && this.#kinds.get(refOf({ kind: 'Pod' }));
      if (!pods) return;
      for (const pod of env.lister<Pod>(PODS).onNode(now.metadata.name ?? ''))
        if (!this.#plans.has(keyText(stageKey(pods, pod)))) env.enqueue(stageKey(pods, pod));
    });
    return () => {
      cancel();
      this.#forgetAll();
    };
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<Again> {
    if (key.namespace === SYNC.namespace) {
      this.#followStages(env);
      await this.#sync(env);
      return undefined;
    }
    for (const kind of this.#kinds.values()) {
      const object = kind.objects.get(keyText(key));
      if (object) return this.#play(keyText(key), kind, object, env);
    }
    this.#plans.delete(keyText(key));
    return undefined;
  }

  #followStages(env: ControllerEnv): void {
    const definition = env.lister(DEFINITIONS).get({ namespace: '', name: STAGES_DEFINITION });
    // A definition that has just come has null there.
    const { status } = (definition ?? {}) as { status?: { conditions?: { type: string; status: string }[] | null } };
    const isServed = (status?.conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True');
    if (!isServed) {
      this.#unfollow?.();
      this.#unfollow = undefined;
      this.#sources.clear();
      return;
    }
    this.#unfollow ??= env.follow<StageObject>(STAGES, ({ before, now }) => {
      if (now) this.#sources.set(now.metadata.name ?? '', now);
      else this.#sources.delete(before?.metadata.name ?? '');
      env.enqueue(SYNC);
    });
  }

  async #sync(env: ControllerEnv): Promise<void> {
    const stages = (await this.#set?.byKind(this.#sources.values(), env)) ?? new Map<string, Stage[]>();
    this.#round++;
    for (const [ref, kind] of this.#kinds) if (!stages.has(ref)) this.#forget(ref, kind);
    const served = [...stages.keys()].some((ref) => !this.#kinds.has(ref)) ? await env.client.resources() : [];
    for (const [ref, ofKind] of stages) {
      let kind = this.#kinds.get(ref);
      const resource = served.find(({ group, version, kind: name }) => {
        const apiVersion = group === '' ? version : `${group}/${version}`;
        return refOf({ apiGroup: apiVersion, kind: name }) === ref;
      });
      if (!kind && resource) kind = this.#open(ref, resource.id, env);
      if (kind) kind.stages = ofKind;
    }
    this.#nodes.govern({
      pods: this.#kinds.has(refOf({ kind: 'Pod' })),
      nodes: this.#kinds.has(refOf({ kind: 'Node' })),
    });
    for (const { objects } of this.#kinds.values()) for (const key of objects.keys()) env.enqueue(parsedKey(key));
  }

  #open(ref: string, resource: ResourceId, env: ControllerEnv): Kind {
    const objects = new Map<string, Frozen<KubeObject>>();
    const seen = ({ before, now }: Change): void => {
      const object = now ?? before;
      if (!object) return;
      const key = stageKey({ resource }, object);
      if (now) objects.set(keyText(key), now);
      else {
        objects.delete(keyText(key));
        this.#addresses?.release(object);
      }
      env.enqueue(key);
    };
    const isShared = resource === PODS || resource === NODES;
    const cancel = isShared ? env.onChange(resource, seen) : env.follow(resource, seen);
    const kind: Kind = { resource, objects, cancel, stages: [] };
    this.#kinds.set(ref, kind);
    return kind;
  }

  #forget(ref: string, kind: Kind): void {
    kind.cancel();
    this.#kinds.delete(ref);
    for (const key of kind.objects.keys()) this.#plans.delete(key);
  }

  #forgetAll(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#sources.clear();
    for (const [ref, kind] of this.#kinds) this.#forget(ref, kind);
    this.#nodes.govern({ pods: false, nodes: false });
  }

  /** Only nodes of ours, and pods on them. */
  #isOurs({ resource }: Kind, object: Frozen<KubeObject>): boolean {
    if (resource === NODES) return this.#nodes.runs(object.metadata.name ?? '');
    return resource !== PODS || this.#nodes.runs((object as Frozen<Pod>).spec.nodeName ?? '');
  }

  async #play(key: string, kind: Kind, listed: Frozen<KubeObject>, env: ControllerEnv): Promise<Again> {
    if (!this.#isOurs(kind, listed)) return undefined;
    let object = listed;
    let plan = this.#plans.get(key);
    if (plan?.version !== versionOf(object) || plan.round !== this.#round) plan = this.#plan(key, kind, object, env);
    while (plan.stage) {
      const leftMs = plan.dueMs - env.clock.now();
      if (leftMs > 0) return { againInMs: leftMs };
      const { stage } = plan;
      const after = await this.#perform(plan, stage, kind, object, env);
      plan = { version: versionOf(after ?? object), round: this.#round, stage: undefined, dueMs: 0, step: 0 };
      this.#plans.set(key, plan);
      if (!after || !stage.isImmediate) return undefined;
      object = after;
      plan = this.#plan(key, kind, object, env);
    }
    return undefined;
  }

  #plan(key: string, kind: Kind, object: Frozen<KubeObject>, { clock, random: all }: ControllerEnv): Plan {
    const random = all.of(key);
    const stage = pickStage(kind.stages, object, (limit) => Math.floor(random.fraction() * limit));
    const nowMs = clock.now();
    const dueMs = stage ? nowMs + stage.delayMs(object, nowMs, random.fraction()) : 0;
    const plan = { version: versionOf(object), round: this.#round, stage, dueMs, step: 0 };
    this.#plans.set(key, plan);
    return plan;
  }

  async #perform(plan: Plan, stage: Stage, { resource }: Kind, object: Frozen<KubeObject>, env: ControllerEnv) {
    const onStep = (done: number): void => {
      plan.step = done;
    };
    try {
      return await performStage({ resource, object, stage, from: plan.step, onStep }, this.#functions, env);
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return undefined;
      env.event(stage.source, 'Warning', 'StageFailed', `${keyText(keyOf(object))}: ${messageOf(error)}`);
      throw error;
    }
  }
}

const versionOf = ({ metadata }: Frozen<KubeObject>): string => `${metadata.uid} ${metadata.resourceVersion}`;

function stageKey({ resource }: Pick<Kind, 'resource'>, object: Frozen<KubeObject>): Key {
  const { namespace, name } = keyOf(object);
  return { namespace: `${resource.replaceAll('/', ',')}:${namespace}`, name };
}

function parsedKey(text: string): Key {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** @param nodes those that we simulate: Stages for pods and nodes take them from our kubelet */
export function createStages(nodes: SimulatedNodes): ControllerDefinition {
  const stages = new Stages(nodes);
  return {
    name: 'stage-controller',
    account: 'kwok',
    agent: 'kwok',
    user: USER,
    watches: [{ resource: DEFINITIONS, keys: ({ metadata }) => (metadata.name === STAGES_DEFINITION ? [SYNC] : []) }],
    reads: [PODS, NODES],
    workers: 32,
    start: (env) => stages.start(env),
    reconcile: (key, env) => stages.reconcile(key, env),
  };
}
