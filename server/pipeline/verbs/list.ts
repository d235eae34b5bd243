import { ApiError, badRequest, expired } from '../../kube/api-error.ts';
import type { Served } from '../../registry/catalog.ts';
import { type ContinueToken, decodeContinue, encodeContinue, expiredContinue } from '../../registry/continue-token.ts';
import { REVISION_GONE, tooNew } from '../../registry/errors.ts';
import { type Selection, selectionOf } from '../../registry/selection.ts';
import { StorageError } from '../../storage/storage.ts';
import { StoredObject } from '../../storage/stored-object.ts';
import { type ListOptions, listOptionsOf, parseRevision } from '../list-options.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ListResponse } from '../request.ts';
import { staleRevision } from './stale.ts';

/** GET of a collection. */
export async function list(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ListResponse> {
  const options = listOptionsOf(request.query, false);
  const selection = selectionOf(options.labelSelector, options.fieldSelector, served.store.definition);
  const { computed } = served.store.definition;
  if (computed) {
    const items = computed(env.registry).map((value) => new StoredObject('', 0, value));
    return { type: 'list', served, items: items.filter((item) => selection.where?.(item.value) ?? true), revision: 0 };
  }
  if (env.storesAnswer) {
    await freshness(options, served);
    const { at } = positionOf(options);
    if (at !== undefined) await served.store.recall(at);
  }
  const staleAt = staleRevision(request, served);
  return listPage(request.info.namespace, options, selection, served, staleAt);
}

/** A list without a version is of the newest one; whoever goes on, or names a version, needs only that. */
function freshness(options: ListOptions, { store }: Served): Promise<void> | undefined {
  if (options.resourceVersion === '0') return undefined;
  const { at, notOlderThan = at } = positionOf(options);
  return store.fresh(notOlderThan);
}

/** Where a list reads: the newest state, a past one, or the one that a continue token names. */
function positionOf(options: ListOptions): { at?: number; token?: ContinueToken; notOlderThan?: number } {
  if (options.continue !== '') {
    if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const token = decodeContinue(options.continue);
    return token.revision > 0 ? { at: token.revision, token } : { token };
  }
  if (options.resourceVersion === '' || options.resourceVersion === '0') return {};
  const revision = parseRevision(options.resourceVersion, (message) =>
    badRequest(`invalid resource version: ${message}`),
  );
  // With a limit and no match rule, upstream reads exactly that version (the legacy rule).
  const exact = options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  return exact ? { at: revision } : { notOlderThan: revision };
}

/** One page of a list, or all of it. */
export function listPage(
  namespace: string,
  options: ListOptions,
  selection: Selection,
  served: Served,
  staleAt?: number,
): ListResponse {
  const { store } = served;
  const { at: asked, token, notOlderThan } = positionOf(options);
  const newest = staleAt ?? store.revision();
  // Whoever goes on in a list goes on where it was.
  const at = asked ?? (token ? undefined : staleAt);
  // "Any version will do" is answered from upstream's cache, which knows no pages.
  const limit = options.resourceVersion === '0' && !token ? 0 : options.limit;
  const wanted = token ? undefined : (notOlderThan ?? asked);
  if (wanted !== undefined && wanted > newest && (notOlderThan !== undefined || staleAt !== undefined))
    throw tooNew(String(wanted), String(newest));
  const prefix = store.prefixOf(namespace);
  const one = oneKey(namespace, selection, served);
  if (one !== undefined && at === undefined && token === undefined) {
    const found = store.find(one);
    const items = found && (selection.where?.(found.value) ?? true) ? [found] : [];
    return { type: 'list', served, items, revision: store.revision() };
  }
  try {
    const page = store.list(namespace, {
      ...(at !== undefined && { at }),
      ...(limit > 0 && { limit }),
      ...(token && { from: prefix + token.start }),
      ...(selection.where && { where: selection.where }),
      // A page of a list ends behind objects that do not match, too: an index would not see them.
      ...(limit === 0 && selection.label && { select: selection.label }),
    });
    const next =
      page.next === undefined
        ? undefined
        : encodeContinue({ revision: page.revision, start: `${page.items.at(-1)?.key.slice(prefix.length)}\0` });
    return {
      type: 'list',
      served,
      items: page.items,
      revision: page.revision,
      ...(next !== undefined && { continue: next }),
      ...(page.remaining !== undefined && { remaining: page.remaining }),
      ...(page.total !== undefined && { total: page.total }),
    };
  } catch (error) {
    throw listError(error, token, at);
  }
}

/** The key of the one object that a field selector on the name leaves; nothing else needs to be looked at. */
function oneKey(
  namespace: string,
  { name, namespace: selected }: Selection,
  { info }: Served,
): { namespace: string; name: string } | undefined {
  if (name === undefined) return undefined;
  if (!info.namespaced) return { namespace: '', name };
  if (namespace === '' && selected === undefined) return undefined;
  return namespace !== '' && selected !== undefined && selected !== namespace
    ? undefined
    : { namespace: namespace || (selected ?? ''), name };
}

function listError(error: unknown, token: ContinueToken | undefined, at: number | undefined): unknown {
  if (!(error instanceof StorageError)) return error;
  if (error.code === 'expired') return token ? expiredContinue(token.start) : expired(REVISION_GONE);
  if (error.code === 'too-new') return tooNew(String(at), error.actual ?? '');
  return new ApiError(500, 'InternalError', error.message);
}
