/** `/-/lint`: habits of clients that hurt a real cluster. */
import { lintText } from '../cluster/lint/lint-text.ts';
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
    handle: async (target, { request: { query } }) => {
      const since = query.get('since');
      const format = query.get('format') ?? 'json';
      if (format !== 'json' && format !== 'text')
        throw badRequest(`format has to be json or text, and is ${JSON.stringify(format)}`);
      const { requests } = target;
      const findings = await target.lint(since === null ? 0 : sinceOf(since));
      if (format === 'json') return { findings, mark: requests.mark() };
      return { type: 'bytes', status: 200, mediaType: 'text/plain; charset=utf-8', body: lintText(findings) };
    },
  },
];
