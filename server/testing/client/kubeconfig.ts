/** Reads kubeconfigs without a parser of YAML: JSON, and plain blocks as kubectl and fauxkube write them. */

/** How a cluster is reached, and as whom. Certificates and keys are PEM. */
export interface Connection {
  /** `https://127.0.0.1:6443`, or that of a virtual cluster: `https://127.0.0.1:6443/clusters/ci-7` */
  readonly url: string;
  /** Who signed the server's certificate; whom the system trusts unless given. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}

type Fields = Readonly<Record<string, string>>;

interface Entries {
  readonly current: string | undefined;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
}

const LISTS = ['contexts', 'clusters', 'users'] as const;
const LINE = /^( *)(- )?([\w-]+):(?: +(.*?))? *$/;

function scalar(text: string): string {
  if (text.startsWith('"')) return JSON.parse(text) as string;
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

/** The names and the fields of each entry, however deep they stand in it. */
function readBlocks(text: string): Entries {
  const lists = { contexts: new Map(), clusters: new Map(), users: new Map() } as const;
  let current: string | undefined;
  let list: Map<string, Fields> | undefined;
  let entry: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, indent = '', dash, key = '', value = ''] = LINE.exec(line) ?? [];
    if (key === '') continue;
    if (indent === '' && dash === undefined) {
      const name = LISTS.find((known) => known === key);
      list = name && lists[name];
      if (key === 'current-context') current = scalar(value);
      continue;
    }
    if (!list) continue;
    if (dash !== undefined) entry = {};
    if (value !== '') entry[key] = scalar(value);
    if (key === 'name') list.set(scalar(value), entry);
  }
  return { current, ...lists };
}

function readJson(text: string): Entries {
  const config = JSON.parse(text) as Record<string, unknown>;
  const entriesOf = (list: string, field: string): Map<string, Fields> => {
    const entries = (config[list] ?? []) as readonly Record<string, unknown>[];
    return new Map(entries.map((entry) => [String(entry.name), (entry[field] ?? {}) as Fields]));
  };
  return {
    current: config['current-context'] as string | undefined,
    contexts: entriesOf('contexts', 'context'),
    clusters: entriesOf('clusters', 'cluster'),
    users: entriesOf('users', 'user'),
  };
}

const decoded = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : Buffer.from(text, 'base64').toString();

/** The connection of the current context. @throws Error when it says too little */
export function readKubeconfig(text: string): Connection {
  const { current, contexts, clusters, users } = text.trimStart().startsWith('{') ? readJson(text) : readBlocks(text);
  const context = contexts.get(current ?? '');
  const { server, 'certificate-authority-data': authority } = clusters.get(context?.cluster ?? '') ?? {};
  const user = users.get(context?.user ?? '') ?? {};
  if (server === undefined)
    throw new Error('the kubeconfig has no current context with a server; say connect({ url, ca, certificate, key })');
  const [ca, certificate, key] = [authority, user['client-certificate-data'], user['client-key-data']].map(decoded);
  return {
    url: server.replace(/\/+$/, ''),
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
    ...(user.token !== undefined && { token: user.token }),
  };
}
