/** `/-/clusters`: clusters that live beside this one in the same process, below `/clusters/NAME`. */
import { ApiError, badRequest } from '../kube/api-error.ts';
import { parseDuration } from '../schema/go-duration.ts';
import { type AdminRoute, STATUS, SUCCESS, schema } from './route.ts';
import type { AdminTarget } from './target.ts';

/** What is told of a virtual cluster. */
export interface VirtualClusterFacts {
  readonly name: string;
  /** `https://127.0.0.1:6443/clusters/NAME` */
  readonly url: string;
  /** What it began with. */
  readonly from: string;
  readonly created: string;
  /** Whether somebody has asked it for anything yet: it does not run before. */
  readonly running: boolean;
  /** It goes when nobody has used it for so long; never unless given. */
  readonly idleTimeoutSeconds?: number;
}

export interface VirtualClusterWish {
  readonly name?: string;
  readonly from?: string;
  readonly idleMs?: number;
}

/** What makes virtual clusters, finds them and ends them. */
export interface VirtualClusterAdmin {
  list(): readonly VirtualClusterFacts[];
  /** @throws ApiError for a name that is taken or no DNS label, and for a beginning that there is not */
  create(wish: VirtualClusterWish): VirtualClusterFacts & { readonly kubeconfig: string };
  get(name: string): (VirtualClusterFacts & { readonly kubeconfig: string }) | undefined;
  /** Has one show its dashboard to whoever has the token; undefined when there is none of that name. */
  uiToken(name: string): Promise<{ readonly token: string; readonly expires: string } | undefined>;
  /** False when there is none of that name. */
  delete(name: string): Promise<boolean>;
}

const FACTS = {
  name: schema.text('a DNS label'),
  url: schema.text('where its API begins'),
  from: schema.text('what it began with'),
  created: schema.text('when'),
  running: schema.flag('whether somebody has asked it for anything yet: it does not run before'),
  idleTimeoutSeconds: schema.number('it goes when nobody has used it for so long'),
} as const;
const ALWAYS = ['name', 'url', 'from', 'created', 'running'];
const CREATED = schema.object({ ...FACTS, kubeconfig: schema.text('of its administrator') }, [...ALWAYS, 'kubeconfig']);

/** The fields of a wish, and what they have to be. */
const WANTED: Readonly<Record<string, string>> = {
  name: 'a DNS label: lower-case letters, digits and "-", 63 at most',
  from: 'fixtures, empty, main, or the name of a savepoint or of a virtual cluster',
  idleTimeout: 'a duration such as 10m or 1h30m; 0s means never',
};
const FIELDS = Object.keys(WANTED);

function clustersOf({ clusters }: AdminTarget): VirtualClusterAdmin {
  if (clusters) return clusters;
  throw badRequest('virtual clusters are made by the cluster that the process was started with, at its own URL');
}

function wishOf(body: Record<string, unknown>): VirtualClusterWish {
  const unknown = Object.keys(body).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw badRequest(`the body has no field ${JSON.stringify(unknown)}; it may have ${FIELDS.join(', ')}`);
  for (const field of FIELDS) {
    const value = body[field];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw badRequest(`${JSON.stringify(field)} has to be ${WANTED[field]}, and is ${JSON.stringify(value)}`);
  }
  const { name, from, idleTimeout } = body as Record<string, string | undefined>;
  return {
    ...(name !== undefined && { name }),
    ...(from !== undefined && { from }),
    ...(idleTimeout !== undefined && { idleMs: idleMs(idleTimeout) }),
  };
}

function idleMs(text: string): number {
  try {
    const ms = Number(parseDuration(text) / 1_000_000n);
    if (ms >= 0) return ms;
  } catch {
    // told below
  }
  throw badRequest('"idleTimeout" has to be a duration such as 10m or 1h30m; 0s means never');
}

function notFound(name: string): ApiError {
  return new ApiError(404, 'NotFound', `there is no virtual cluster ${JSON.stringify(name)}`, {
    name,
    kind: 'clusters',
  });
}

export const clusterRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/clusters',
    summary: 'the virtual clusters of this process',
    answer: schema.object({ clusters: schema.list(schema.object(FACTS, ALWAYS)) }, ['clusters']),
    handle: async (target) => ({ clusters: clustersOf(target).list() }),
  },
  {
    method: 'POST',
    path: '/clusters',
    summary: 'make a virtual cluster',
    description:
      'A cluster of its own below /clusters/NAME: objects, revisions, users and everything else are its own. It ' +
      'begins to run when it is asked for the first time.',
    body: schema.object({
      name: schema.text('a DNS label; made up unless given'),
      from: schema.text(
        'fixtures (unless given), empty, the name of a savepoint, or of a virtual cluster; main is this one',
      ),
      idleTimeout: schema.text('a duration after which it goes when nobody uses it: 10m; never unless given'),
    }),
    answer: CREATED,
    handle: async (target, { body }) => clustersOf(target).create(wishOf(await body())),
  },
  {
    method: 'GET',
    path: '/clusters/{name}',
    summary: 'a virtual cluster, with a kubeconfig of its administrator',
    answer: CREATED,
    handle: async (target, { params: { name = '' } }) => {
      const found = clustersOf(target).get(name);
      if (found) return found;
      throw notFound(name);
    },
  },
  {
    method: 'DELETE',
    path: '/clusters/{name}',
    summary: 'end a virtual cluster',
    answer: STATUS,
    handle: async (target, { params: { name = '' } }) => {
      if (await clustersOf(target).delete(name)) return SUCCESS;
      throw notFound(name);
    },
  },
];
