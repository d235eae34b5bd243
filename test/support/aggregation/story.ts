/** What becomes of an APIService while the service that it names comes, changes and goes: told by any server. */
import { EXTENSION_GROUP } from './extension-pages.ts';
import { extensionServer } from './extension-server.ts';

/** A server that the story is played on. */
export interface StoryTeller {
  readonly namespace: string;
  readonly ask: (
    method: string,
    path: string,
    body?: object,
    patch?: boolean,
  ) => Promise<{ status: number; body: unknown }>;
  /** Resolves when the condition of an APIService tells another reason or message. */
  told(path: string, before: string): Promise<void>;
}

export interface Chapter {
  readonly name: string;
  readonly condition: unknown;
  readonly cell: unknown;
}

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const PATH = `${API_SERVICES}/v1.${EXTENSION_GROUP}`;
const SECOND = 443;

interface Told {
  readonly status?: { readonly conditions?: readonly Readonly<Record<string, unknown>>[] };
}

export async function playStory(teller: StoryTeller): Promise<Chapter[]> {
  const { namespace, ask } = teller;
  await using server = await extensionServer({
    namespace,
    handler: ({ url }, answer) => {
      if (!url.includes('/v1')) return false;
      if (mood === 'failing') answer.writeHead(500).end();
      if (mood === 'elsewhere') answer.writeHead(302, { location: 'https://127.0.0.1:1/' }).end();
      return mood !== 'good';
    },
  });
  let mood: 'good' | 'failing' | 'elsewhere' = 'good';
  const { port, caBundle } = server;
  const core = `/api/v1/namespaces/${namespace}`;
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const chapters: Chapter[] = [];
  let before = '';
  const clean = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value ?? null)
        .replaceAll(String(port), '<port>')
        .replaceAll(namespace, '$NS')
        .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>'),
    ) as unknown;
  const tell = async (name: string): Promise<void> => {
    await teller.told(PATH, before);
    const { body } = await ask('GET', PATH);
    const [condition] = (body as Told).status?.conditions ?? [];
    before = JSON.stringify([condition?.reason, condition?.message]);
    const table = await ask('GET', `${PATH}?table`);
    const { rows = [] } = table.body as { rows?: readonly { readonly cells: readonly unknown[] }[] };
    chapters.push({ name, condition: clean(condition), cell: clean(rows[0]?.cells.slice(0, 3)) });
  };
  const change = (path: string, body: object): Promise<unknown> => ask('PATCH', path, body, true);
  const spec = {
    group: EXTENSION_GROUP,
    version: 'v1',
    groupPriorityMinimum: 2000,
    versionPriority: 10,
    caBundle,
    service: { namespace, name: 'kitchen', port },
  };
  await ask('POST', API_SERVICES, { metadata: { name: `v1.${EXTENSION_GROUP}` }, spec });
  try {
    await tell('without its service');
    await ask('POST', `${core}/services`, {
      metadata: { name: 'kitchen' },
      spec: { ports: [{ name: 'https', port: SECOND }] },
    });
    await tell('of a service with another port');
    await change(`${core}/services/kitchen`, { spec: { ports: [{ name: 'https', port }] } });
    await tell('of a service without endpoints');
    const slice = { metadata: { name: 'kitchen-1', labels: { 'kubernetes.io/service-name': 'kitchen' } } };
    const ports = [{ name: 'https', port }];
    const endpoints = [{ addresses: ['10.1.2.3'], conditions: { ready: false } }];
    await ask('POST', slices, { ...slice, addressType: 'IPv4', endpoints, ports });
    await tell('of a service without ready endpoints');
    await ask('DELETE', `${core}/services/kitchen`);
    await tell('after its service');
    await ask('POST', `${core}/services`, {
      metadata: { name: 'kitchen' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    await tell('of a server that answers');
    mood = 'failing';
    await change(PATH, { metadata: { labels: { look: 'again' } } });
    await tell('of a server that fails');
    mood = 'elsewhere';
    await change(PATH, { metadata: { labels: { look: 'once-more' } } });
    await tell('of a server that sends others away');
    mood = 'good';
    await change(PATH, { spec: { caBundle: null } });
    await tell('of a server that nobody vouches for');
    await change(PATH, { spec: { insecureSkipTLSVerify: true } });
    await tell('of a server that nobody has to vouch for');
    await change(PATH, { spec: { insecureSkipTLSVerify: null, caBundle, service: { name: 'larder' } } });
    await tell('of another service');
    await change(PATH, { spec: { service: null, caBundle: null } });
    await tell('of the server itself');
  } finally {
    await ask('DELETE', PATH);
  }
  return chapters;
}
