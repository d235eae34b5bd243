/** Which FlowSchema and which priority level a request belongs to: what upstream tells in every answer. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject, User } from '../../kube/object.ts';
import type { FlowSchema } from '../../kube/types.gen.ts';
import type { Storage } from '../../storage/storage.ts';
import { isLongRunning, type RequestInfo } from '../request-info.ts';
import { matchesFlowSchema } from './flow-rules.ts';

/** Uids, as the headers have them. */
export interface Flow {
  readonly flowSchemaUid: string;
  readonly priorityLevelUid: string;
}

const GROUP = 'flowcontrol.apiserver.k8s.io';
const FLOW_SCHEMAS = `flowschemas.${GROUP}/`;
const PRIORITY_LEVELS = `prioritylevelconfigurations.${GROUP}/`;
const CATCH_ALL = 'catch-all';

/** A user who asks for ever new things must not fill the memory. */
const REMEMBERED_MAX = 1024;

/** What upstream lets pass without a place in any queue; a watch has one while it begins. */
const isExcepted = (info: RequestInfo): boolean => info.verb !== 'watch' && isLongRunning(info);

interface Configuration {
  /** In the order in which they are tried. */
  readonly schemas: readonly Frozen<FlowSchema>[];
  /** Uids of priority levels by their names. */
  readonly levels: ReadonlyMap<string, string>;
}

/**
 * Knows the FlowSchemas of a cluster and keeps up with them.
 *
 * @example
 * new FlowClassifier(storage).flowOf(request.user, request.info)?.flowSchemaUid
 */
export class FlowClassifier {
  readonly #source: Pick<Storage, 'list' | 'watch'>;
  #configuration: Configuration | undefined;
  /** Answers by user and question. */
  #known = new WeakMap<User, Map<string, Flow | undefined>>();
  /** The same by what was read of a request. */
  #seen = new WeakMap<User, WeakMap<RequestInfo, Flow>>();
  #follows = false;

  constructor(source: Pick<Storage, 'list' | 'watch'>) {
    this.#source = source;
  }

  /** Undefined for requests that have no place in a queue, and in a cluster without FlowSchemas. */
  flowOf(user: User, info: RequestInfo): Flow | undefined {
    const found = this.#seen.get(user)?.get(info);
    if (found) return found;
    if (isExcepted(info)) return undefined;
    const flow = this.#flowOfQuestion(user, info);
    if (flow) this.#remember(user, info, flow);
    return flow;
  }

  /** Requests for one path share what is asked: no text has to be made and looked up for each of them. */
  #remember(user: User, info: RequestInfo, flow: Flow): void {
    let seen = this.#seen.get(user);
    if (!seen) {
      seen = new WeakMap();
      this.#seen.set(user, seen);
    }
    seen.set(info, flow);
  }

  #flowOfQuestion(user: User, info: RequestInfo): Flow | undefined {
    this.#configuration ??= this.#read();
    let known = this.#known.get(user);
    if (!known || known.size > REMEMBERED_MAX) {
      known = new Map();
      this.#known.set(user, known);
    }
    const { verb, group, resource, subresource, namespace, path, isResource } = info;
    const question = isResource ? `${verb} ${group}/${resource}/${subresource} ${namespace}` : `${verb} ${path}`;
    const before = known.get(question);
    if (before) return before;
    const flow = this.#find(this.#configuration, user, info);
    known.set(question, flow);
    return flow;
  }

  #find({ schemas, levels }: Configuration, user: User, info: RequestInfo): Flow | undefined {
    const schema =
      schemas.find((candidate) => matchesFlowSchema(candidate, user, info)) ??
      schemas.find(({ metadata }) => metadata.name === CATCH_ALL);
    if (!schema) return undefined;
    const level = schema.spec.priorityLevelConfiguration.name;
    return { flowSchemaUid: schema.metadata.uid ?? '', priorityLevelUid: levels.get(level) ?? '' };
  }

  #read(): Configuration {
    const levels = new Map<string, string>();
    for (const { metadata } of this.#objects(PRIORITY_LEVELS)) levels.set(metadata.name ?? '', metadata.uid ?? '');
    const schemas = this.#objects(FLOW_SCHEMAS) as unknown as Frozen<FlowSchema>[];
    // One whose level is missing takes no requests.
    const sound = schemas.filter(({ spec }) => levels.has(spec.priorityLevelConfiguration.name));
    if (!this.#follows) this.#follow();
    return { schemas: sound.sort(byPrecedence), levels };
  }

  #objects(prefix: string): Frozen<KubeObject>[] {
    return this.#source.list(prefix).items.map(({ value }) => value);
  }

  #follow(): void {
    this.#follows = true;
    const events = (): void => {
      this.#configuration = undefined;
      this.#known = new WeakMap();
      this.#seen = new WeakMap();
    };
    for (const prefix of [FLOW_SCHEMAS, PRIORITY_LEVELS]) {
      const after = this.#source.list(prefix).revision;
      this.#source.watch(prefix, { after, lasting: true }, { events, end: () => undefined });
    }
  }
}

function byPrecedence(a: Frozen<FlowSchema>, b: Frozen<FlowSchema>): number {
  const first = a.spec.matchingPrecedence - b.spec.matchingPrecedence;
  return first !== 0 ? first : (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
