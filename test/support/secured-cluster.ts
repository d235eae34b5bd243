import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../../server/base/clock.ts';
import { createLogger } from '../../server/base/log.ts';
import { seededRandom } from '../../server/base/random.ts';
import { type Assembly, type AssemblyOptions, assemble } from '../../server/cluster/assembly.ts';
import { OutboundClient } from '../../server/http/outbound/outbound-client.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { AuditIds } from '../../server/pipeline/audit/audit-ids.ts';
import { BARE_ASSEMBLY } from './bare-assembly.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Question {
  /** The administrator's unless given; '' sends none. */
  readonly token?: string;
  /** `Impersonate-…` headers and others; several of one name are sent as several. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Text is sent as it is. */
  readonly body?: object | string;
}

/** A cluster with users, roles and admission, and without controllers, behind a plain HTTP server. */
export interface SecuredCluster extends Assembly, AsyncDisposable {
  readonly clock: Clock;
  /** Of the plain HTTP server. */
  readonly port: number;
  ask(method: string, path: string, question?: Question): Promise<Answer>;
}

/** Tokens of the users `admin` (who may do everything) and `jane` (in the groups `dev` and `ops`). */
export const ADMIN_TOKEN = 'admin-token';
export const JANE_TOKEN = 'jane-token';

/**
 * @example
 * await using cluster = await securedCluster();
 * const { status } = await cluster.ask('GET', '/api/v1/pods');
 */
export async function securedCluster(
  clock: Clock = new SimulatedClock(),
  { authentication, ...options }: Partial<AssemblyOptions> = {},
): Promise<SecuredCluster> {
  const log = createLogger('error');
  const outbound = new OutboundClient(systemClock());
  const assembly = await assemble({
    ...BARE_ASSEMBLY,
    clock,
    random: seededRandom(1),
    log,
    authentication: { tokenFile: fileURLToPath(new URL('./tokens.csv', import.meta.url)), ...authentication },
    outbound,
    ...options,
  });
  const { pipeline, storage } = assembly.cluster;
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    answer: (r) => pipeline.handle(r),
    now: () => clock.now(),
    auditIds: new AuditIds(seededRandom(1)),
    onFault: (err) => log.error({ err }, 'an answer could not be sent'),
  });
  return {
    ...assembly,
    clock,
    port: server.port,
    ask: (method, path, question = {}) => send(server.port, method, path, question),
    async [Symbol.asyncDispose]() {
      await server.close();
      outbound.close();
      await storage.close();
    },
  };
}

function send(
  port: number,
  method: string,
  path: string,
  { token = ADMIN_TOKEN, headers = [], body }: Question,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type']?.startsWith('application/json');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: isJson ? JSON.parse(text) : text,
        });
      });
    });
    outgoing.on('error', reject);
    if (token !== '') outgoing.setHeader('authorization', `Bearer ${token}`);
    for (const [name] of headers)
      outgoing.setHeader(
        name,
        headers.filter(([other]) => other === name).map(([, value]) => value),
      );
    const text = typeof body === 'string' ? body : body && JSON.stringify(body);
    if (text !== undefined) {
      if (!outgoing.hasHeader('content-type')) outgoing.setHeader('content-type', 'application/json');
      // Node leaves it out for DELETE.
      outgoing.setHeader('content-length', Buffer.byteLength(text));
    }
    outgoing.end(text);
  });
}

/** A part of an answer: `at(body, 'spec.containers.0.name')`. Undefined where there is none. */
export function at(body: unknown, path: string): unknown {
  let value = body;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

/** POSTs an object. @throws Error when the server refuses */
export async function create(cluster: SecuredCluster, path: string, body: object): Promise<unknown> {
  const answer = await cluster.ask('POST', path, { body });
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Gives a user rules in a namespace, or in the whole cluster for ''. */
export async function grant(
  cluster: SecuredCluster,
  namespace: string,
  name: string,
  user: object,
  rules: readonly object[],
): Promise<void> {
  const kind = namespace === '' ? 'ClusterRole' : 'Role';
  const base = namespace === '' ? RBAC : `${RBAC}/namespaces/${namespace}`;
  await create(cluster, `${base}/${kind.toLowerCase()}s`, { metadata: { name }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  await create(cluster, `${base}/${kind.toLowerCase()}bindings`, { metadata: { name }, roleRef, subjects: [user] });
}

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';

/** Makes a service account in the namespace `default`, where none is yet. */
export async function createAccount(cluster: SecuredCluster, name: string): Promise<void> {
  await create(cluster, ACCOUNTS, { metadata: { name } });
}

/** A token of a service account in the namespace `default`. */
export async function tokenOf(cluster: SecuredCluster, name: string, spec: object = {}): Promise<string> {
  return String(at(await create(cluster, `${ACCOUNTS}/${name}/token`, { spec }), 'status.token'));
}
