/** What a server says to the definitions of operators and to their objects. */
import { definitionTexts, OPERATORS } from './modules.ts';
import { SAMPLES, type Sample } from './samples.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface Reply {
  readonly code: number;
  readonly json: unknown;
}

export interface Target {
  ask(method: string, path: string, body?: object | string, type?: string): Promise<Reply>;
  /** Waits a little, when something is not there yet. */
  rest(): Promise<void>;
}

export interface DefinitionAnswer {
  readonly operator: string;
  readonly name: string;
  readonly code: number;
  readonly conditions: readonly string[];
  readonly message?: string;
}

export interface SampleAnswer {
  readonly operator: string;
  readonly what: string;
  readonly kind: string;
  readonly code: number;
  readonly message?: string;
  readonly spec?: unknown;
}

const TRIES = 100;

interface Definition {
  readonly metadata: { readonly name: string };
  readonly message?: string;
  readonly status?: { readonly conditions?: readonly { type: string; status: string; reason: string }[] };
}

/** Creates every definition and waits until it is established. */
export async function playDefinitions(target: Target): Promise<DefinitionAnswer[]> {
  const answers: DefinitionAnswer[] = [];
  for (const operator of OPERATORS) {
    for (const text of definitionTexts(operator)) {
      const name = /^ {2}name: (.*)$/m.exec(text)?.[1] ?? '';
      const { code, json } = await target.ask('POST', DEFINITIONS, text, 'application/yaml');
      const { message } = json as Definition;
      const conditions = code === 201 ? await conditionsOf(target, name) : [];
      answers.push({ operator: operator.name, name, code, conditions, ...(code >= 400 && { message }) });
    }
  }
  return answers;
}

async function conditionsOf(target: Target, name: string): Promise<string[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { json } = await target.ask('GET', `${DEFINITIONS}/${name}`);
    const conditions = (json as Definition).status?.conditions ?? [];
    const has = (wanted: string): boolean =>
      conditions.some(({ type, status }) => type === wanted && status === 'True');
    // Groups of Kubernetes itself are looked at by a controller of their own.
    if (has('Established') && (!name.endsWith('.k8s.io') || has('KubernetesAPIApprovalPolicyConformant')))
      return conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`).sort();
    await target.rest();
  }
  throw new Error(`${name} is not established`);
}

export async function playSamples(target: Target): Promise<SampleAnswer[]> {
  const answers: SampleAnswer[] = [];
  for (const [index, sample] of SAMPLES.entries()) answers.push(await playSample(target, sample, index));
  return answers;
}

async function playSample(target: Target, sample: Sample, index: number): Promise<SampleAnswer> {
  const { operator, what, kind, resource, fields, changes, isClusterWide } = sample;
  const [group = '', version = '', plural = ''] = resource.split('/');
  const path = `/apis/${group}/${version}${isClusterWide ? '' : '/namespaces/default'}/${plural}`;
  const object = { apiVersion: `${group}/${version}`, kind, metadata: { name: `sample-${index}` }, ...fields };
  const { code, json } = changes
    ? await target.ask('PATCH', `${path}/sample-${index - 1}`, fields, 'application/merge-patch+json')
    : await target.ask('POST', path, object);
  const { message = '', spec } = json as { message?: string; spec?: unknown };
  return { operator, what, kind, code, ...(code < 400 ? { spec } : { message }) };
}

/** Takes away what was made, so that a server can be asked again. */
export async function removeDefinitions(target: Target, names: readonly string[]): Promise<void> {
  for (const name of names) await target.ask('DELETE', `${DEFINITIONS}/${name}`);
}
