/** `/-/pods/NAMESPACE/NAME/…`, and `/-/pods/NAMESPACE/…?selector=…`: what pods are told to do. */
import type { PodScripts, PodTarget } from '../cluster/pod-scripts.ts';
import { badRequest } from '../kube/api-error.ts';
import { type CommandAnswer, parseCommandAnswers } from '../kube/pod-script.ts';
import { booleanIn, mapping, numberIn, textIn, WrongField } from '../kube/script-fields.ts';
import { type AdminRoute, type AdminSchema, schema } from './route.ts';

type Body = Readonly<Record<string, unknown>>;
type Act = (scripts: PodScripts, target: PodTarget, body: Body) => readonly string[];

interface Verb {
  readonly method: 'POST' | 'PUT';
  readonly summary: string;
  readonly body: AdminSchema;
  readonly fields: readonly string[];
  readonly act: Act;
}

const CONTAINER = schema.text('only this container');
const CODE = { max: 255, isWhole: true } as const;

const VERBS: Readonly<Record<string, Verb>> = {
  logs: {
    method: 'POST',
    summary: 'append lines to the log of a container',
    body: schema.object(
      {
        lines: schema.list(schema.text('one line')),
        stream: schema.oneOf(['stdout', 'stderr'], 'stdout unless given'),
        container: CONTAINER,
      },
      ['lines'],
    ),
    fields: ['lines', 'stream', 'container'],
    act: (scripts, target, body) => scripts.log(target, linesOf(body), streamOf(body)),
  },
  exit: {
    method: 'POST',
    summary: 'end a container as if its program had ended',
    body: schema.object({ code: schema.number('its exit code; 0 unless given'), container: CONTAINER }),
    fields: ['code', 'container'],
    act: (scripts, target, body) => scripts.exit(target, numberIn(body, 'code', 'the body', CODE).code ?? 0),
  },
  ready: {
    method: 'PUT',
    summary: 'make pods not ready, or leave that to their probes again',
    body: schema.object({ ready: schema.flag('false: not ready'), container: CONTAINER }, ['ready']),
    fields: ['ready', 'container'],
    act: (scripts, target, body) => scripts.setReady(target, said(booleanIn(body, 'ready', 'the body').ready, 'ready')),
  },
  live: {
    method: 'PUT',
    summary: 'let liveness probes fail, or leave them to themselves again',
    body: schema.object({ live: schema.flag('false: they fail'), container: CONTAINER }, ['live']),
    fields: ['live', 'container'],
    act: (scripts, target, body) => scripts.setLive(target, said(booleanIn(body, 'live', 'the body').live, 'live')),
  },
  commands: {
    method: 'PUT',
    summary: 'what commands answer in pods instead of being run',
    body: schema.object({ commands: schema.list(schema.any), container: CONTAINER }, ['commands']),
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

/** Has pods do what a request says. @throws ApiError that says what cannot be */
function told(scripts: PodScripts, verb: Verb, target: PodTarget, body: Body): object {
  try {
    const fields = mapping(body, 'the body', verb.fields);
    return { pods: verb.act(scripts, { ...target, ...textIn(fields, 'container', 'the body') }, fields) };
  } catch (error) {
    if (error instanceof WrongField) throw badRequest(error.message);
    throw error;
  }
}

const TOLD = schema.object({ pods: schema.list(schema.text('name of a pod'), 'those that were told') }, ['pods']);

/** Of one pod by its name, and of all that a selector chooses. */
function routesOf([what, verb]: [string, Verb]): AdminRoute[] {
  const common = { method: verb.method, summary: verb.summary, body: verb.body, answer: TOLD } as const;
  return [
    {
      ...common,
      path: `/pods/{namespace}/{name}/${what}`,
      handle: async (target, { params: { namespace = '', name = '' }, body }) =>
        told(target.scripts, verb, { namespace, name }, await body()),
    },
    {
      ...common,
      path: `/pods/{namespace}/${what}`,
      query: { selector: 'labels of the pods: app=web' },
      handle: async (target, { params: { namespace = '' }, request, body }) => {
        const selector = request.query.get('selector');
        const chosen = { namespace, ...(selector !== null && { selector }) };
        return told(target.scripts, verb, chosen, await body());
      },
    },
  ];
}

export const podRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/pods/{namespace}/{name}',
    summary: 'what a pod has been told',
    answer: schema.any,
    handle: async (target, { params: { namespace = '', name = '' } }) => target.scripts.told({ namespace, name }),
  },
  ...Object.entries(VERBS).flatMap(routesOf),
];
