// Records the audit events of a real server, which has to be started with test/golden/audit/policy.yaml as
// --audit-policy-file and with --audit-log-path; GOLDEN_AUDIT_LOG is that path.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { rest } from '../../../server/base/turn.ts';
import {
  AUDIT_NAMESPACE,
  AUDIT_STEPS,
  type AuditStep,
  comparableEvents,
  USER_AGENT,
} from '../../support/audit-steps.ts';
import { ask, inNamespace, record } from './oracle.ts';

const { GOLDEN_SERVER = '', GOLDEN_TOKEN = '', GOLDEN_AUDIT_LOG = '' } = process.env;

function send({ method, path, body, type = 'application/json', headers = [], token }: AuditStep): Promise<void> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const bearer = token ?? GOLDEN_TOKEN;
  return new Promise((resolve, reject) => {
    const all = {
      'User-Agent': USER_AGENT,
      ...(text !== undefined && { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }),
      ...(bearer !== '' && { Authorization: `Bearer ${bearer}` }),
      ...Object.fromEntries(headers),
    };
    const sent = request(new URL(path, GOLDEN_SERVER), { method, headers: all, rejectUnauthorized: false }, (answer) =>
      answer.resume().on('end', resolve),
    );
    sent.on('error', reject).end(text);
  });
}

await inNamespace(AUDIT_NAMESPACE, async (path) => {
  while ((await ask('GET', `${path}/serviceaccounts/default`)).code !== 200) await rest(100);
  for (const step of AUDIT_STEPS) await send(step);
});
await rest(1000);
await record('test/golden/audit/events.json', comparableEvents(readFileSync(GOLDEN_AUDIT_LOG, 'utf8')));
