/** Requests and what a real server answered to them, one after the other: recorded once, replayed in tests. */

/** A request of a script. Paths are those within the script's namespace, unless they begin with a slash. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Of a PATCH: merge patch, unless this says that it is a strategic one. */
  readonly strategic?: boolean;
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
const SINCE = /\b(?:\d+[ymdhs]){1,2} ago\b/g;
const AGE = /^(?:\d+[ymdhs]){1,2}$/;
const SUFFIX = /\b(gen-[a-z]*)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g;

/** Full path and content type of a step. */
export function requestOf(
  { method, path, strategic, table }: Step,
  namespace: string,
): { path: string; headers: [string, string][] } {
  const isWithin = !path.startsWith('/');
  const full = isWithin ? `/api/v1/namespaces/${namespace}/${path}` : path.replaceAll(NAMESPACE, namespace);
  const patch = strategic ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json';
  const headers: [string, string][] = method === 'PATCH' ? [['content-type', patch]] : [];
  if (table) headers.push(['accept', 'application/json;as=Table;v=v1;g=meta.k8s.io']);
  return { path: full, headers };
}

export function bodyOf({ body }: Step, namespace: string): object | undefined {
  return body && (JSON.parse(JSON.stringify(body).replaceAll(NAMESPACE, namespace)) as object);
}

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

  answer(value: unknown, without: readonly string[] = []): unknown {
    if (Array.isArray(value)) return value.map((item) => this.answer(item, without));
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).filter(([key]) => !ALWAYS_DIFFERENT.has(key) && !without.includes(key));
    return Object.fromEntries(
      fields.map(([key, inner]) => {
        const isPort = (key === 'nodePort' || key === 'healthCheckNodePort') && !this.#asked.includes(String(inner));
        return [this.#text(key), isPort ? '<port>' : this.answer(inner, without)];
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
      .replace(SUFFIX, '$1<suffix>')
      .replace(SINCE, '<age> ago')
      .replace(AGE, '<age>');
  }
}

/** The texts of Warning headers: `299 - "text"`. */
export function warningTexts(headers: readonly string[]): string[] {
  return headers.map((header) => JSON.parse(header.replace(/^\d+ \S+ /, '')) as string);
}
