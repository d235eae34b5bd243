/** Requests and what a real server answered to them, one after the other: recorded once, replayed in tests. */

/** A request of a script. Paths are those within the script's namespace, unless they begin with a slash. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Of a PATCH: merge patch, unless this says that it is a strategic one. */
  readonly strategic?: boolean;
  /** Of a PATCH: a server-side apply. */
  readonly apply?: boolean;
  /** A body that is no JSON. */
  readonly text?: string;
  /** Whether the managers of fields are part of the answer. */
  readonly managers?: boolean;
  /** The user that the administrator acts as. */
  readonly as?: string;
  /** The group of that user. */
  readonly group?: string;
  /** Whether to ask for a table. */
  readonly table?: boolean;
  /** Fields that controllers of the real server change meanwhile. */
  readonly without?: readonly string[];
}

export interface RecordedStep extends Step {
  readonly status: number;
  readonly warnings?: readonly string[];
  readonly answer: unknown;
}

/** Stands for the namespace in paths, bodies and answers. */
export const NAMESPACE = '$NS';

const ALWAYS_DIFFERENT = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'managedFields']);
const ADDRESS = /\b10\.(?:9[6-9]|10\d|11[01])\.\d{1,3}\.\d{1,3}\b/g;
const UID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const PORT = /(?<=\d:)3\d{4}(?=\/)/g;
const REVISION = /(ResourceVersion in object meta: )\d+/g;
const SINCE = /\b(?:\d+[ymdhs]){1,2} ago\b/g;
const AGE = /^(?:\d+[ymdhs]){1,2}$/;
const SUFFIX = /\b(gen-[a-z]*)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g;

/** Full path and content type of a step. */
export function requestOf(
  { method, path, strategic, apply, table, as, group }: Step,
  namespace: string,
): { path: string; headers: [string, string][] } {
  const isWithin = !path.startsWith('/');
  const full = isWithin ? `/api/v1/namespaces/${namespace}/${path}` : path.replaceAll(NAMESPACE, namespace);
  const type = apply ? 'apply-patch+yaml' : strategic ? 'strategic-merge-patch+json' : 'merge-patch+json';
  const patch = `application/${type}`;
  const headers: [string, string][] = method === 'PATCH' ? [['content-type', patch]] : [];
  if (table) headers.push(['accept', 'application/json;as=Table;v=v1;g=meta.k8s.io']);
  if (as !== undefined) headers.push(['impersonate-user', as.replaceAll(NAMESPACE, namespace)]);
  if (group !== undefined) headers.push(['impersonate-group', group]);
  return { path: full, headers };
}

export function bodyOf({ body, text }: Step, namespace: string): object | string | undefined {
  if (text !== undefined) return text.replaceAll(NAMESPACE, namespace);
  return body && (JSON.parse(JSON.stringify(body).replaceAll(NAMESPACE, namespace)) as object);
}

const isEntry = (item: unknown): boolean => typeof item === 'object' && item !== null && 'manager' in item;
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Whether an entry of managedFields is of a controller, which the server of a replay has not. */
const isController = (entry: unknown): boolean =>
  typeof entry === 'object' && entry !== null && 'manager' in entry && entry.manager === 'kube-controller-manager';

/**
 * Makes answers of different servers equal that differ only in what is random or counts: uids, times, addresses and
 * ports that nobody asked for.
 */
export class Normalizer {
  readonly #namespace: string;
  #asked = '';

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  asked(step: Step): void {
    this.#asked += `${step.path} ${JSON.stringify(step.body ?? null)}`;
  }

  answer(value: unknown, without: readonly string[] = [], managers = false): unknown {
    if (Array.isArray(value)) {
      const own = managers ? value.filter((item) => !isController(item)) : value;
      const items = own.map((item) => this.answer(item, without, managers));
      // Entries are in the order of their times, and these depend on how fast the requests followed each other.
      return managers && items.every(isEntry) ? items.sort(byText) : items;
    }
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    const differs = (key: string): boolean =>
      ALWAYS_DIFFERENT.has(key) && !(managers && (key === 'managedFields' || key.startsWith('f:')));
    const fields = Object.entries(value).filter(([key]) => !differs(key) && !without.includes(key));
    return Object.fromEntries(
      fields.map(([key, inner]) => {
        const isPort = (key === 'nodePort' || key === 'healthCheckNodePort') && !this.#asked.includes(String(inner));
        return [this.#text(key), isPort ? '<port>' : this.answer(inner, without, managers)];
      }),
    );
  }

  #text(text: string): string {
    const kept = (found: string, placeholder: string): string => (this.#asked.includes(found) ? found : placeholder);
    return text
      .replaceAll(this.#namespace, NAMESPACE)
      .replace(ADDRESS, (found) => kept(found, '<address>'))
      .replace(PORT, (found) => kept(found, '<port>'))
      .replace(UID, (found) => kept(found, '<uid>'))
      .replace(TIME, (found) => kept(found, '<time>'))
      .replace(REVISION, '$1<revision>')
      .replace(SUFFIX, '$1<suffix>')
      .replace(SINCE, '<age> ago')
      .replace(AGE, '<age>');
  }
}

/** The texts of Warning headers: `299 - "text"`. */
export function warningTexts(headers: readonly string[]): string[] {
  return headers.map((header) => JSON.parse(header.replace(/^\d+ \S+ /, '')) as string);
}
