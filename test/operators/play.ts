/** Installs an operator's definitions and sends its objects: the same to a real server and to ours. */
import { createHash } from 'node:crypto';
import { differences } from './differences.ts';
import { definitionsOf, samplesOf } from './manifests.ts';
import type { Json, Operator, Sample } from './operator.ts';

export interface Answer {
  readonly code: number;
  readonly json: unknown;
  readonly warnings: readonly string[];
}

/** Sends one request, JSON unless told otherwise. */
export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  contentType?: string,
  accept?: string,
) => Promise<Answer>;

/** What a server said about one thing. */
export interface Outcome {
  readonly title: string;
  readonly [field: string]: unknown;
}

/** Where objects are sent to. */
export const NAMESPACE = 'golden-operators';
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const MERGE = 'application/merge-patch+json';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

interface Definition {
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
  };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
  readonly status?: { readonly conditions?: readonly Json[] };
}

/** Goldens hold no text of a definition, but tell whether it is the same. */
function sha256(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex').slice(0, 16);
}

/** Some messages quote objects as they are kept. */
const timeless = (json: unknown): unknown =>
  JSON.parse(
    JSON.stringify(json)
      .replace(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      .replace(/(resourceVersion\W+)\d+/g, '$1<revision>')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>'),
  ) as unknown;

/** The order of several causes follows Go's maps, which have none. */
function refusal(json: unknown): object {
  const { message, reason, details } = timeless(json) as {
    message?: string;
    reason?: string;
    details?: { causes?: object[] };
  };
  const causes = details?.causes ?? [];
  if (causes.length <= 1) return { message, reason, ...(details && { details }) };
  const sorted = causes.map((cause) => JSON.stringify(cause)).sort();
  return { reason, details: { ...details, causes: sorted.map((cause) => JSON.parse(cause) as object) } };
}

function told({ code, json, warnings }: Answer, sent?: Json): object {
  const noted = warnings.length > 0 ? { warnings } : {};
  if (code >= 400) return { code, ...refusal(json), ...noted };
  const made = { ...(json as Json), metadata: undefined };
  return { code, ...(sent && { changed: differences({ ...sent, metadata: undefined }, made) }), ...noted };
}

/** Conditions without times, by type. */
function statusOf({ status }: Definition): object {
  const conditions = (status?.conditions ?? []).map(({ lastTransitionTime: _time, ...condition }) => condition);
  return { ...status, conditions: conditions.sort((a, b) => (String(a.type) < String(b.type) ? -1 : 1)) };
}

/** Served, and looked at by whoever looks at the approval of protected groups. */
function isEstablished({ spec, status }: Definition): boolean {
  const types = (status?.conditions ?? []).flatMap(({ type, status: value }) => (value === 'True' ? [type] : []));
  const wanted = [
    'Established',
    ...(/\.(k8s|kubernetes)\.io$/.test(spec.group) ? ['KubernetesAPIApprovalPolicyConformant'] : []),
  ];
  return wanted.every((type) => types.includes(type));
}

/** An operator at one server. */
export class Play {
  readonly #ask: Ask;
  readonly #pause: () => Promise<void>;
  readonly #paths = new Map<string, string>();
  readonly definitions: readonly Definition[];
  readonly samples: readonly Sample[];

  /** @param pause lets a moment pass before a server is asked again */
  constructor(operator: Operator, ask: Ask, namespace: string, pause: () => Promise<void>) {
    this.#ask = ask;
    this.#pause = pause;
    const definitions = definitionsOf(operator);
    this.definitions = definitions as unknown as readonly Definition[];
    for (const { spec } of this.definitions) {
      const scope = spec.scope === 'Namespaced' ? `namespaces/${namespace}/` : '';
      for (const { name } of spec.versions)
        this.#paths.set(
          `${spec.group}/${name} ${spec.names.kind}`,
          `/apis/${spec.group}/${name}/${scope}${spec.names.plural}`,
        );
    }
    this.samples = [...samplesOf(operator, definitions), ...operator.objects];
  }

  /** Creates a definition, and tells how the stored one differs from what was sent. */
  async install(definition: Definition): Promise<Outcome> {
    const created = await this.#ask('POST', DEFINITIONS, definition);
    const { name } = definition.metadata;
    const outcome = { title: name, ...told(created) };
    if (created.code !== 201) return outcome;
    const stored = await this.#established(name);
    const changed = differences(definition.spec, stored.spec);
    const { generation } = stored.metadata;
    return { ...outcome, changed, spec: sha256(stored.spec), generation, status: statusOf(stored) };
  }

  async #established(name: string): Promise<Definition> {
    for (;;) {
      const { json } = await this.#ask('GET', `${DEFINITIONS}/${name}`);
      if (isEstablished(json as Definition)) return json as Definition;
      await this.#pause();
    }
  }

  /** What clients see of a definition: resources, columns and schemas. */
  async published({ metadata, spec }: Definition): Promise<Outcome> {
    const seen: Json = {};
    for (const { name, served } of spec.versions) {
      if (!served) continue;
      const base = `/apis/${spec.group}/${name}`;
      const resources = await this.#resources(base, spec.names.plural);
      const tables = `${base}/${spec.names.plural}`;
      await this.#until(tables);
      const { json: table } = await this.#ask('GET', tables, undefined, undefined, TABLE);
      const { columnDefinitions } = table as { columnDefinitions?: unknown };
      const schemas = await this.#schemas(base, spec.names.kind);
      seen[name] = {
        resources,
        columns: sha256(columnDefinitions),
        schemas: Object.fromEntries(schemas.map(([key, schema]) => [key, sha256(schema)])),
      };
    }
    return { title: metadata.name, versions: seen };
  }

  /** Waits until a path answers: discovery and handlers of a real server follow a definition. */
  async #until(path: string): Promise<void> {
    while ((await this.#ask('GET', path)).code !== 200) await this.#pause();
  }

  /** A kind and its subresources, once discovery has them. */
  async #resources(base: string, plural: string): Promise<object[]> {
    for (;;) {
      const { json } = await this.#ask('GET', base);
      const { resources = [] } = (json ?? {}) as { resources?: { name: string }[] };
      const found = resources.filter(({ name }) => name.split('/')[0] === plural);
      if (found.length > 0) return found.sort((a, b) => (a.name < b.name ? -1 : 1));
      await this.#pause();
    }
  }

  /** The published schemas of a kind, once there are any. */
  async #schemas(base: string, kind: string): Promise<[string, Json][]> {
    type Kinds = { kind: string }[] | undefined;
    const isOf = ([, schema]: [string, Json]): boolean =>
      ((schema['x-kubernetes-group-version-kind'] as Kinds) ?? []).some((one) => one.kind === kind);
    for (;;) {
      const { json } = await this.#ask('GET', `/openapi/v3${base}`);
      const { components } = (json ?? {}) as { components?: { schemas?: Record<string, Json> } };
      const found = Object.entries(components?.schemas ?? {}).filter(isOf);
      if (found.length > 0) return found;
      await this.#pause();
    }
  }

  #pathOf({ apiVersion, kind }: Json): string | undefined {
    return this.#paths.get(`${String(apiVersion)} ${String(kind)}`);
  }

  /** Sends one object, or changes it. */
  async send({ title, object, change }: Sample): Promise<Outcome> {
    const { metadata } = object as { metadata?: { name?: string; generateName?: string } };
    const path = this.#pathOf(object);
    if (path === undefined) return { title, code: 'there is no such kind' };
    // Namespaces of examples are not there, and generated names differ.
    const { generateName } = metadata ?? {};
    const name = metadata?.name ?? (generateName === undefined ? undefined : `${generateName}0`);
    const sent = { ...object, metadata: { ...metadata, name, namespace: undefined } };
    if (change === undefined) return { title, ...(await this.#create(path, sent)) };
    const { code } = await this.#ask('POST', path, sent);
    if (code !== 201) return { title, code, message: 'it could not be created' };
    const one = `${path}/${name}`;
    const answer = await this.#ask('PATCH', `${one}?dryRun=All&fieldValidation=Strict`, change, MERGE);
    await this.#ask('DELETE', one);
    return { title, ...told(answer) };
  }

  async #create(path: string, sent: Json): Promise<object> {
    const strict = await this.#ask('POST', `${path}?dryRun=All&fieldValidation=Strict`, sent);
    const outcome = told(strict, sent);
    if (strict.code !== 400) return outcome;
    // Fields that nobody knows: what is said when they may be there?
    return { ...outcome, lax: told(await this.#ask('POST', `${path}?dryRun=All`, sent), sent) };
  }
}
