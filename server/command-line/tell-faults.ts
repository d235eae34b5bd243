/** What the commands of `fauxkube faults` do. */
import type { FaultReport } from '../pipeline/faults/fault-rule.ts';
import { type AdminConnection, readConnection, send } from './admin-connection.ts';
import { eachNamed } from './each-named.ts';
import { nameOfGiven, readGiven } from './given-file.ts';
import { jsonText as json, type Output } from './output.ts';
import { reported } from './reported.ts';

/** Flags that all of these commands have. */
export interface FaultFlags {
  readonly kubeconfig: string;
  readonly output: Output;
}

const PATH = '/-/faults';

/** A rule may be that the server's certificate has expired, and that one has to be told, too. */
const connect = ({ kubeconfig }: FaultFlags): AdminConnection => ({
  ...readConnection(kubeconfig),
  toleratesExpiry: true,
});

export function listFaults(flags: FaultFlags): Promise<void> {
  return reported(async () => {
    const answer = await send<{ readonly faults: readonly FaultReport[] }>(connect(flags), 'GET', PATH);
    return flags.output === 'json' ? json(answer) : answer.faults.map(lineOf).join('');
  });
}

/** @param given JSON, or the name of a file with some */
export function addFault(given: string, flags: FaultFlags): Promise<void> {
  return reported(async () => {
    const rules = await rulesOf(given);
    const connection = connect(flags);
    const added: FaultReport[] = [];
    try {
      for (const rule of rules) added.push(await send<FaultReport>(connection, 'POST', PATH, rule));
    } catch (error) {
      // Either all of a file, or nothing.
      for (const { id } of added) await send(connection, 'DELETE', pathOf(id));
      throw error;
    }
    for (const { warnings = [] } of added)
      for (const warning of warnings) process.stderr.write(`fauxkube: warning: ${warning}\n`);
    return told(added, 'added', flags);
  });
}

export function removeFaults(ids: readonly string[], flags: FaultFlags): Promise<void> {
  return reported(async () => {
    const connection = connect(flags);
    const removed = await eachNamed(ids, (id) => send<FaultReport>(connection, 'DELETE', pathOf(id)));
    return told(removed, 'removed', flags);
  });
}

export function clearFaults(flags: FaultFlags): Promise<void> {
  return reported(async () => {
    const answer = await send<object>(connect(flags), 'DELETE', PATH);
    return flags.output === 'json' ? json(answer) : 'all faults removed\n';
  });
}

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

function told(reports: readonly FaultReport[], what: string, { output }: FaultFlags): string {
  return output === 'json' ? json({ faults: reports }) : reports.map(({ id }) => `fault/${id} ${what}\n`).join('');
}

function lineOf({ id, matched, fired, state, rule: { name: _name, ...rule } }: FaultReport): string {
  return `${id} ${state}, ${fired} of ${matched}: ${JSON.stringify(rule)}\n`;
}

/** @throws Error that says what is no JSON */
async function rulesOf(given: string): Promise<readonly object[]> {
  const isText = /^\s*[[{]/.test(given);
  const text = isText ? given : await readGiven(given);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${isText ? 'the rule' : nameOfGiven(given)} is no JSON: ${(error as Error).message}`);
  }
  const rules: readonly unknown[] = Array.isArray(value) ? value : [value];
  return rules.map((rule) => {
    if (typeof rule === 'object' && rule !== null && !Array.isArray(rule)) return rule;
    throw new Error(`${isText ? 'a rule' : `a rule of ${nameOfGiven(given)}`} has to be a JSON object`);
  });
}
