/** The requests of a life, and how they are sent: in the same way to a real server and to this one. */
import { type ClientRequest, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { NAMESPACE, Normalizer, warningTexts } from '../support/exchanges.ts';

/**
 * `$NS` in paths and bodies is the namespace, `$RV` the version of the object that was answered last, `$LIST` that of
 * the first list.
 */
export interface LifeStep {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Of a PATCH. */
  readonly type?: 'json' | 'merge' | 'strategic' | 'apply';
  /** The form of the answer, where it is not that of the object or of a list of them. */
  readonly accept?: 'table' | 'metadata';
  /** Of a watch: it has told enough when the object of this name is deleted. */
  readonly until?: string;
}

export interface LifeAnswer {
  readonly status: number;
  readonly warnings?: readonly string[];
  readonly answer: unknown;
}

export type RecordedLifeStep = LifeStep & LifeAnswer;

export interface Server {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly token: string;
  /** Lets time pass until the answer is there, where time is simulated. */
  pass?<T>(answer: Promise<T>): Promise<T>;
}

const TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const FORMS = {
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  metadata: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
} as const;

interface Received {
  readonly status: number;
  readonly warnings: readonly string[];
  readonly body: unknown;
}

interface WatchLine {
  readonly type: string;
  readonly object: { readonly metadata?: { readonly name?: string }; readonly rows?: readonly unknown[] };
}

/** Everything that a watch tells; the events of one that is over are all there at once. */
function linesOf(text: string): WatchLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WatchLine);
}

function isLast({ type, object }: WatchLine, name: string): boolean {
  if (type !== 'DELETED') return false;
  const [row] = object.rows ?? [object];
  const { object: inner = row } = row as { object?: unknown };
  return (inner as { metadata?: { name?: string } }).metadata?.name === name;
}

function send(server: Server, step: LifeStep, path: string, text: string | undefined): Promise<Received> {
  const url = new URL(path, server.url);
  const accept = step.accept === undefined ? 'application/json' : FORMS[step.accept];
  const headers: Record<string, string> = { authorization: `Bearer ${server.token}`, accept };
  if (text !== undefined) {
    headers['content-type'] = step.type === undefined ? 'application/json' : TYPES[step.type];
    headers['content-length'] = String(Buffer.byteLength(text));
  }
  return new Promise((resolve, reject) => {
    const options = { method: step.method, headers, agent: false, rejectUnauthorized: false };
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const outgoing: ClientRequest = send(url, options, (response) => {
      let received = '';
      const done = (): void => {
        const isJson = response.headers['content-type']?.startsWith('application/json');
        const body =
          step.until !== undefined ? linesOf(received) : isJson ? (JSON.parse(received) as unknown) : received;
        const warnings = warningTexts(
          response.headersDistinct.warning?.flatMap((all) => all.split(/, (?=299 )/)) ?? [],
        );
        resolve({ status: response.statusCode ?? 0, warnings, body });
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        received += chunk;
        const { until } = step;
        if (until === undefined || !received.endsWith('\n')) return;
        if (linesOf(received).some((line) => isLast(line, until))) {
          done();
          outgoing.destroy();
        }
      });
      response.on('end', done);
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Versions and users' uids within a text that quotes a whole object. */
const QUOTED = /(?<=(?:resourceVersion|uid)\\*":\\*")[\w-]+/g;

/** Lists whose order is by chance on a real server too. */
const UNORDERED = new Set(['resourceRules', 'nonResourceRules']);

const inOrder = (items: readonly unknown[]): unknown[] =>
  items
    .map((item) => JSON.stringify(item))
    .sort()
    .map((text) => JSON.parse(text) as unknown);

function withoutChance(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(QUOTED, '<chance>');
  if (Array.isArray(value)) return value.map(withoutChance);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      UNORDERED.has(name) && Array.isArray(inner) ? inOrder(inner) : withoutChance(inner),
    ]),
  );
}

const versionOf = (body: unknown): string | undefined =>
  (body as { metadata?: { resourceVersion?: string } } | undefined)?.metadata?.resourceVersion;

/** Sends the requests of a life one after the other. */
export async function play(steps: readonly LifeStep[], server: Server, namespace: string): Promise<LifeAnswer[]> {
  const normalizer = new Normalizer(namespace);
  const answers: LifeAnswer[] = [];
  let [object, list] = ['', ''];
  for (const step of steps) {
    const fill = (text: string): string =>
      text.replaceAll(NAMESPACE, namespace).replaceAll('$RV', object).replaceAll('$LIST', list);
    const { method, path, body } = step;
    normalizer.asked({ method, path, ...(body && { body }) });
    const sent = send(server, step, fill(path), body && fill(JSON.stringify(body)));
    const received = await (step.until !== undefined && server.pass ? server.pass(sent) : sent);
    const version = versionOf(received.body);
    if (version !== undefined && received.status < 300 && !step.path.includes('dryRun')) {
      if (Array.isArray((received.body as { items?: unknown }).items)) list ||= version;
      else if (step.accept === undefined) object = version;
    }
    answers.push({
      status: received.status,
      ...(received.warnings.length > 0 && { warnings: received.warnings }),
      answer: withoutChance(normalizer.answer(received.body, [], true)),
    });
  }
  return answers;
}
