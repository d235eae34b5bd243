/** `/-/pods/NAMESPACE/NAME/…`, and `/-/pods/NAMESPACE/…?selector=…`: what pods are told to do. */
import type { PodScripts, PodTarget } from '../cluster/pod-scripts.ts';
import { badRequest, methodNotAllowed, unknownPath } from '../kube/api-error.ts';
import { type CommandAnswer, parseCommandAnswers } from '../kube/pod-script.ts';
import { booleanIn, mapping, numberIn, textIn, WrongField } from '../kube/script-fields.ts';
import type { ApiRequest } from '../pipeline/request.ts';

type Body = Readonly<Record<string, unknown>>;
type Act = (scripts: PodScripts, target: PodTarget, body: Body) => readonly string[];

interface Verb {
  readonly method: string;
  readonly fields: readonly string[];
  readonly act: Act;
}

const CODE = { max: 255, isWhole: true } as const;

const VERBS: Readonly<Record<string, Verb>> = {
  logs: {
    method: 'POST',
    fields: ['lines', 'stream', 'container'],
    act: (scripts, target, body) => scripts.log(target, linesOf(body), streamOf(body)),
  },
  exit: {
    method: 'POST',
    fields: ['code', 'container'],
    act: (scripts, target, body) => scripts.exit(target, numberIn(body, 'code', 'the body', CODE).code ?? 0),
  },
  ready: {
    method: 'PUT',
    fields: ['ready', 'container'],
    act: (scripts, target, body) => scripts.setReady(target, said(booleanIn(body, 'ready', 'the body').ready, 'ready')),
  },
  live: {
    method: 'PUT',
    fields: ['live', 'container'],
    act: (scripts, target, body) => scripts.setLive(target, said(booleanIn(body, 'live', 'the body').live, 'live')),
  },
  commands: {
    method: 'PUT',
    fields: ['commands', 'container'],
    act: (scripts, target, body) => scripts.setCommands(target, answersOf(body)),
  },
};

function said(value: boolean | undefined, name: string): boolean {
  if (value === undefined) throw new WrongField(`the body has to be {"${name}": true} or {"${name}": false}`);
  return value;
}

function linesOf({ lines }: Body): string | readonly string[] {
  if (typeof lines === 'string') return lines;
  if (Array.isArray(lines) && lines.every((line): line is string => typeof line === 'string')) return lines;
  throw new WrongField('the body has to have "lines": a list of texts, or one text');
}

function streamOf(body: Body): 'stdout' | 'stderr' {
  const { stream = 'stdout' } = textIn(body, 'stream', 'the body');
  if (stream === 'stdout' || stream === 'stderr') return stream;
  throw new WrongField('"stream" has to be stdout or stderr');
}

function answersOf({ commands }: Body): readonly CommandAnswer[] {
  return parseCommandAnswers(commands, 'commands');
}

/**
 * Does what a request says with pods. @returns what is answered
 *
 * @param segments of the path after `/-/pods`
 * @param readBody reads the body as a JSON object
 * @throws ApiError that says what cannot be
 */
export async function answerPods(
  request: ApiRequest,
  segments: readonly string[],
  scripts: PodScripts,
  readBody: () => Promise<Body>,
): Promise<object> {
  const [namespace = '', first = '', second, ...more] = segments;
  if (namespace === '' || first === '' || more.length > 0) throw unknownPath();
  if (second === undefined && request.method === 'GET') return scripts.told({ namespace, name: first });
  const selector = request.query.get('selector');
  const [name, what] = second === undefined ? [undefined, first] : [first, second];
  const verb = Object.hasOwn(VERBS, what) ? VERBS[what] : undefined;
  if (!verb) throw unknownPath();
  if (verb.method !== request.method) throw methodNotAllowed();
  const body = await readBody();
  try {
    const fields = mapping(body, 'the body', verb.fields);
    const target = {
      namespace,
      ...(name !== undefined && { name }),
      ...(selector !== null && { selector }),
      ...textIn(fields, 'container', 'the body'),
    };
    return { pods: verb.act(scripts, target, fields) };
  } catch (error) {
    if (error instanceof WrongField) throw badRequest(error.message);
    throw error;
  }
}
