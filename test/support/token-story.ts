/** What happens to tokens of service accounts, told by a real server once and by this one in each test run. */
import { rest } from '../../server/base/turn.ts';
import { at } from './secured-cluster.ts';

export interface StoryAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** How a story asks its server: paths are whole; a token stands for the administrator's. */
export interface StoryServer {
  ask(method: string, path: string, question?: { body?: object; token?: string; type?: string }): Promise<StoryAnswer>;
  /** Resolves when the server has forgotten which tokens were good: a real one remembers for ten seconds. */
  forget(): Promise<void>;
}

export interface Chapter {
  readonly name: string;
  readonly outcome: unknown;
}

const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const MERGE = 'application/merge-patch+json';
const PATIENCE = 400;
const TOKEN_TYPE = 'kubernetes.io/service-account-token';

const decoded = (token: string, part: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>;

const bytes = (base64: unknown): string => Buffer.from(String(base64), 'base64').toString();

/** Everything that differs between two runs, under names that do not. */
export function withoutChance(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\d(?!T)/g, '<day>');
  return JSON.parse(text);
}

/** The life of a secret that holds a token. */
export async function legacyTokenStory(server: StoryServer, namespace: string): Promise<Chapter[]> {
  const chapters: Chapter[] = [];
  const tell = (name: string, outcome: unknown): void => void chapters.push({ name, outcome: withoutChance(outcome) });
  const base = `/api/v1/namespaces/${namespace}`;
  const until = async (path: string, holds: (answer: StoryAnswer) => boolean): Promise<StoryAnswer> => {
    for (let left = PATIENCE; ; left--) {
      const answer = await server.ask('GET', path);
      if (holds(answer)) return answer;
      if (left === 0) throw new Error(`${path} stays ${JSON.stringify(answer.body)}`);
      await rest(10);
    }
  };
  const patch = (path: string, body: object): Promise<StoryAnswer> => server.ask('PATCH', path, { body, type: MERGE });
  const secretOf = (name: string, account: string): object => ({
    metadata: { name, annotations: { 'kubernetes.io/service-account.name': account } },
    type: TOKEN_TYPE,
  });
  const review = async (token: string, audiences?: string[]): Promise<unknown> => {
    const body = { spec: { token, ...(audiences && { audiences }) } };
    const answer = await server.ask('POST', REVIEWS, { body });
    return { status: at(answer.body, 'status'), warnings: answer.warnings };
  };
  const use = async (token: string): Promise<unknown> => {
    const { status, warnings } = await server.ask('GET', '/version', { token });
    return { status, warnings };
  };
  const hasToken = ({ body }: StoryAnswer): boolean => at(body, 'data.token') !== undefined;

  await server.ask('POST', `${base}/serviceaccounts`, { body: { metadata: { name: 'robot' } } });
  const created = await server.ask('POST', `${base}/secrets`, { body: secretOf('held', 'robot') });
  tell('a new secret has no data', Object.keys((created.body as { data?: object }).data ?? {}));
  const { body: full } = await until(`${base}/secrets/held`, hasToken);
  const { annotations, labels, managedFields } = (full as { metadata: Record<string, object> }).metadata;
  tell('then it is filled', {
    keys: Object.keys(at(full, 'data') as object),
    annotations,
    labels,
    namespace: bytes(at(full, 'data.namespace')),
    fields: (managedFields as { manager: string; fieldsV1: object }[]).filter(
      ({ manager }) => manager === 'kube-controller-manager',
    )[0]?.fieldsV1,
  });
  const token = bytes(at(full, 'data.token'));
  tell('the token says', {
    claims: Object.entries(decoded(token, 1)),
    header: Object.keys(decoded(token, 0)),
  });
  tell('it works', await use(token));
  const used = await server.ask('GET', `${base}/secrets/held`);
  const entries = at(used.body, 'metadata.managedFields') as { manager: string; fieldsV1: object }[];
  tell('its use is written down', {
    labels: at(used.body, 'metadata.labels'),
    manager: entries.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('last-used')).map((e) => e.manager),
  });
  tell('a review', await review(token));
  tell('a review for somebody else', await review(token, ['other']));
  tell('a review for the API server and others', await review(token, ['other', 'https://kubernetes.default.svc']));
  const who = await server.ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {}, token });
  tell('whoami', at(who.body, 'status'));

  await patch(`${base}/serviceaccounts/robot`, { secrets: [{ name: 'held' }] });
  await server.forget();
  tell('a secret that the account lists', await use(token));
  tell('a review of such a token', await review(token));
  await patch(`${base}/secrets/held`, {
    metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } },
  });
  await server.forget();
  tell('marked as invalid', [await use(token), await review(token)]);
  await patch(`${base}/secrets/held`, {
    metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': null } },
    data: { token: Buffer.from('other').toString('base64') },
  });
  await server.forget();
  tell('another text in the secret', await review(token));
  await patch(`${base}/secrets/held`, { data: { token: null, 'ca.crt': null } });
  const again = await until(`${base}/secrets/held`, hasToken);
  tell('what is taken out comes back', Object.keys(at(again.body, 'data') as object));
  await server.ask('DELETE', `${base}/secrets/held`);
  const bare = await until(`${base}/serviceaccounts/robot`, ({ body }) => at(body, 'secrets') === undefined);
  tell('a deleted secret leaves the account', at(bare.body, 'secrets') ?? 'no secrets');
  await server.forget();
  tell('and its token is no good', await review(token));

  await server.ask('POST', `${base}/secrets`, { body: secretOf('second', 'robot') });
  const second = bytes(at((await until(`${base}/secrets/second`, hasToken)).body, 'data.token'));
  await server.ask('DELETE', `${base}/serviceaccounts/robot`);
  const gone = await until(`${base}/secrets/second`, ({ status }) => status === 404);
  tell('secrets go with their account', gone.status);
  tell('and so do their tokens', await review(second));
  await server.ask('POST', `${base}/secrets`, { body: secretOf('stray', 'nobody') });
  tell('a secret for nobody goes', (await until(`${base}/secrets/stray`, ({ status }) => status === 404)).status);
  const refused = await server.ask('POST', `${base}/secrets`, { body: { metadata: { name: 'a' }, type: TOKEN_TYPE } });
  tell('a secret that names no account', at(refused.body, 'message'));
  return chapters;
}
