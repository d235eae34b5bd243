/** Lint for whoever asks: its rules are loaded when somebody does. */
import { badRequest } from '../../kube/api-error.ts';
import type { RequestLog } from '../journal/request-log.ts';
import type { Finding } from './finding.ts';
import type { lint } from './lint.ts';

/** @throws ApiError 400 when the journal keeps nothing that could be looked at */
export async function lintJournal(
  cluster: Parameters<typeof lint>[0] & { readonly requests: RequestLog },
  since: number | Date = 0,
): Promise<readonly Finding[]> {
  if (cluster.requests.level === 'none')
    throw badRequest('lint reads the journal, which keeps nothing at the level none');
  const rules = await import('./lint.ts');
  return rules.lint(cluster, since);
}
