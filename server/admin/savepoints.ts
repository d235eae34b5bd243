/** `/-/savepoints`: states of the cluster that are kept under a name, and brought back. */
import { differencesText } from '../cluster/savepoints/differences.ts';
import type { RestoreOptions, SaveOptions } from '../cluster/savepoints/savepoints.ts';
import { badRequest } from '../kube/api-error.ts';
import { booleanIn, mapping, textIn, WrongField } from '../kube/script-fields.ts';
import type { ApiResponse } from '../pipeline/request.ts';
import { type AdminCall, type AdminRoute, flagIn, STATUS, SUCCESS, schema } from './route.ts';

const SAVEPOINT = schema.object(
  {
    name: schema.text('of the savepoint'),
    time: schema.text("when it was made, by the machine's clock"),
    clock: schema.text("what the cluster's clock said"),
    revision: schema.number('the resourceVersion of then'),
    objects: schema.number('how many there are in it'),
  },
  ['name', 'time', 'clock', 'revision', 'objects'],
);

const OBJECT = {
  apiVersion: schema.text('of the object'),
  kind: schema.text('of the object'),
  namespace: schema.text('absent for those that have none'),
  name: schema.text('of the object'),
};

const FIELD = schema.object(
  {
    path: schema.text('spec.template.spec.containers[name=web].image'),
    old: { description: 'absent where the field was not there' },
    new: { description: 'absent where the field is gone' },
  },
  ['path'],
);

const DIFFERENCES = schema.object({
  created: schema.list(schema.object(OBJECT)),
  changed: schema.list(schema.object({ ...OBJECT, fields: schema.list(FIELD) })),
  deleted: schema.list(schema.object(OBJECT)),
});

const text = (mediaType: string, body: string): ApiResponse => ({ type: 'bytes', status: 200, mediaType, body });

/** @throws ApiError 400 that says which field is wrong */
function read<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof WrongField) throw badRequest(error.message);
    throw error;
  }
}

function saveOptionsOf(body: Record<string, unknown>): SaveOptions {
  return read(() => {
    const fields = mapping(body, 'the body', ['name', 'settle', 'replace']);
    return {
      ...textIn(fields, 'name', 'the body'),
      ...booleanIn(fields, 'settle', 'the body'),
      ...booleanIn(fields, 'replace', 'the body'),
    };
  });
}

function restoreOptionsOf(body: Record<string, unknown>): RestoreOptions {
  return read(() => {
    const fields = mapping(body, 'the body', ['watches', 'clock']);
    return { ...textIn(fields, 'watches', 'the body'), ...booleanIn(fields, 'clock', 'the body') } as RestoreOptions;
  });
}

const nameOf = ({ params: { name = '' } }: AdminCall): string => name;

export const savepointRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/savepoints',
    summary: 'every savepoint, oldest first',
    answer: schema.object({ savepoints: schema.list(SAVEPOINT) }, ['savepoints']),
    handle: async ({ savepoints }) => ({ savepoints: savepoints.list() }),
  },
  {
    method: 'POST',
    path: '/savepoints',
    summary: 'keep the present state, in memory',
    body: schema.object({
      name: schema.text('savepoint-1 and so on unless given'),
      settle: schema.flag('false: at once, whatever is under way; else when the cluster is at rest'),
      replace: schema.flag('true: instead of one that has the name'),
    }),
    answer: SAVEPOINT,
    handle: async ({ savepoints }, { body }) => ({
      type: 'value',
      status: 201,
      value: await savepoints.save(saveOptionsOf(await body())),
    }),
  },
  {
    method: 'GET',
    path: '/savepoints/{name}',
    summary: 'one savepoint',
    answer: SAVEPOINT,
    handle: async ({ savepoints }, call) => savepoints.facts(nameOf(call)),
  },
  {
    method: 'DELETE',
    path: '/savepoints/{name}',
    summary: 'forget a savepoint',
    answer: STATUS,
    handle: async ({ savepoints }, call) => {
      savepoints.delete(nameOf(call));
      return SUCCESS;
    },
  },
  {
    method: 'GET',
    path: '/savepoints/{name}/diff',
    summary: 'what has changed since a savepoint, or between two',
    query: {
      to: 'another savepoint; now unless given',
      format: 'json, or text for people',
      all: 'true: also Events, Leases, resourceVersions, managedFields and times of heartbeats',
    },
    answer: DIFFERENCES,
    handle: async ({ savepoints }, call) => {
      const { query } = call.request;
      const format = query.get('format') ?? 'json';
      if (format !== 'json' && format !== 'text') throw badRequest('"format" has to be json or text');
      const differences = savepoints.diff(nameOf(call), query.get('to') ?? undefined, {
        all: flagIn(call.request.query, 'all'),
      });
      return format === 'text' ? text('text/plain; charset=utf-8', differencesText(differences)) : differences;
    },
  },
  {
    method: 'POST',
    path: '/savepoints/{name}/restore',
    summary: 'make the cluster as it was',
    description:
      'By default all at once: objects have the values, uids and resourceVersions of then, and watches end; who ' +
      'resumes one gets 410 and reads anew. With "events" by ordinary writes, which watchers see.',
    body: schema.object({
      watches: schema.oneOf(['expire', 'events'], 'what watchers see; expire unless given'),
      clock: schema.flag('true: the clock, which has to stand still, says what it said then; only with expire'),
    }),
    answer: SAVEPOINT,
    handle: async ({ savepoints }, call) => savepoints.restore(nameOf(call), restoreOptionsOf(await call.body())),
  },
  {
    method: 'GET',
    path: '/savepoints/{name}/export',
    summary: 'manifests that make its objects in another cluster; now is the present state',
    query: { all: 'true: every object, whole' },
    answer: { mediaType: 'application/yaml' },
    handle: async ({ savepoints }, call) =>
      text('application/yaml', await savepoints.export(nameOf(call), { all: flagIn(call.request.query, 'all') })),
  },
];
