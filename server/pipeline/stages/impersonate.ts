import { decided } from '../../base/undecided.ts';
import { badRequest } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { User } from '../../kube/object.ts';
import { accessOf } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse, Stage } from '../request.ts';
import { Impersonation, type WantedUser } from './impersonation-modes.ts';

const PREFIX = 'impersonate-';
const EXTRA = 'impersonate-extra-';

/** `Impersonate-…` headers: whoever may impersonate a user acts as that user from here on. */
export function impersonate({ authorizer, catalog }: PipelineEnv): Stage {
  const impersonation = new Impersonation(authorizer, catalog.table.minor);
  return (request, next) => {
    // Looks at the names only: every request comes by here.
    if (!request.hasHeaderWith(PREFIX)) return next(request);
    const wanted = wantedUser(request);
    if (!wanted) return next(request);
    const question = accessOf(request.info, request.user, request.query);
    const user = decided(() => impersonation.impersonated(wanted, question));
    const asUser = (found: User): Promise<ApiResponse> => {
      request.sender = request.user;
      request.user = found;
      return next(request);
    };
    return user instanceof Promise ? user.then(asUser) : asUser(user);
  };
}

/**
 * Who the headers say.
 *
 * @throws ApiError 400 for headers that only make sense with a user name
 */
function wantedUser(request: ApiRequest): WantedUser | undefined {
  const headers = request.headersWith(PREFIX);
  const all = (wanted: string): string[] => headers.filter(([name]) => name === wanted).map(([, value]) => value);
  const [name = ''] = all('impersonate-user');
  const [uid = ''] = all('impersonate-uid');
  const groups = all('impersonate-group');
  const extra = new Map<string, string[]>();
  for (const [header, value] of headers) {
    if (!header.startsWith(EXTRA)) continue;
    const key = unescaped(header.slice(EXTRA.length));
    extra.set(key, [...(extra.get(key) ?? []), value]);
  }
  if (name !== '') return { name, uid, groups, extra };
  if (uid === '' && groups.length === 0 && extra.size === 0) return undefined;
  throw badRequest(`requested ${goText({ name, uid, groups, extra })} without impersonating a user name`);
}

/** Header names cannot hold every character of a key; clients percent-encode the others. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** How Go prints the user with %#v, as upstream's message has it. */
function goText({ name, uid, groups, extra }: WantedUser): string {
  const list = (texts: readonly string[]): string => `[]string{${texts.map(goQuote).join(', ')}}`;
  const sorted = [...extra].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = sorted.map(([key, values]) => `${goQuote(key)}:${list(values)}`).join(', ');
  const shownGroups = groups.length === 0 ? '[]string(nil)' : list(groups);
  const shownExtra = extra.size === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries}}`;
  return `&user.DefaultInfo{Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${shownGroups}, Extra:${shownExtra}}`;
}
