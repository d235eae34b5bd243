/** `/-/lint`: habits of clients that hurt a real cluster. */
import type { Finding } from '../cluster/lint/finding.ts';
import { badRequest } from '../kube/api-error.ts';
import { sinceOf } from './request-search.ts';
import { type AdminRoute, schema } from './route.ts';

const FINDING = schema.object({
  rule: schema.text('hot-loop, no-op-write, …'),
  severity: schema.oneOf(['info', 'warning'], 'how much it matters'),
  userAgent: schema.text('whose habit'),
  user: schema.text('as whom'),
  resource: schema.text('about what'),
  namespace: schema.text('of the object'),
  name: schema.text('of the object'),
  count: schema.number('how many requests'),
  times: schema.list(schema.text('a time')),
  message: schema.text('what was seen'),
  advice: schema.text('what to do about it'),
});

export const lintRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/lint',
    summary: 'habits of clients that hurt a real cluster: hot loops, writes that change nothing, polling and so on',
    query: {
      since: 'a mark, or a time (RFC 3339); all that the journal keeps unless given',
      format: 'text for people; json unless given',
    },
    answer: schema.object({ findings: schema.list(FINDING), mark: schema.number('what comes later has since=MARK') }),
    handle: async ({ why: { journal }, lint, requests }, { request: { query } }) => {
      const since = query.get('since');
      const format = query.get('format') ?? 'json';
      if (format !== 'json' && format !== 'text')
        throw badRequest(`format has to be json or text, and is ${JSON.stringify(format)}`);
      if (journal.level === 'none') throw badRequest('lint reads the journal, which keeps nothing at the level none');
      const findings = await lint(since === null ? 0 : sinceOf(since));
      if (format === 'json') return { findings, mark: requests.mark() };
      return { type: 'bytes', status: 200, mediaType: 'text/plain; charset=utf-8', body: lintText(findings) };
    },
  },
];

function lintText(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'no findings\n';
  return findings.map(findingText).join('\n');
}

function findingText({ rule, severity, userAgent, user, resource, namespace, name, message, advice }: Finding): string {
  const key = [namespace, name].filter((part) => part !== undefined).join('/');
  const what = key === '' ? resource : `${resource} ${key}`;
  return `${severity} ${rule}: ${what}\n  ${userAgent} (${user}) ${message}\n  ${advice}\n`;
}
