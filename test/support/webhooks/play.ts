import type { Hook, WebhookCase } from '../../golden/record/webhooks/webhook-case.ts';
import { bodyOf, NAMESPACE, Normalizer, type RecordedStep, requestOf, type Step, warningTexts } from '../exchanges.ts';
import { type Received, type WebhookServer, webhookServer } from './webhook-server.ts';

/** A server to play cases on. */
export interface Player {
  readonly namespace: string;
  ask(
    method: string,
    path: string,
    body: object | string | undefined,
    contentType: string | undefined,
    table?: boolean,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly warnings: readonly string[] }>;
  /** Resolves when what was written is known to the webhook plugins. */
  settle(): Promise<void>;
}

export interface RecordedCase {
  readonly name: string;
  readonly steps: readonly RecordedStep[];
  /** What the webhooks got, by the path of each. */
  readonly received: readonly unknown[];
}

const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';

/** A webhook as it is registered: asked about the case's namespace only. */
function registered({ fields = {}, caBundle }: Hook, index: number, server: WebhookServer, namespace: string): object {
  const { clientConfig = {}, ...others } = fields as { clientConfig?: object };
  const url = 'service' in clientConfig ? undefined : `https://127.0.0.1:${server.port}/${index}`;
  const text = JSON.stringify({
    name: `hook${index}.example.com`,
    clientConfig: { ...(url && { url }), caBundle: caBundle ?? server.caBundle, ...clientConfig },
    rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['configmaps'] }],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...others,
  });
  return JSON.parse(text.replaceAll(NAMESPACE, namespace).replaceAll('$PORT', String(server.port))) as object;
}

/** Registers the webhooks of a case, sends its requests, and tells what came of them. */
export async function play(one: WebhookCase, player: Player): Promise<RecordedCase> {
  const { namespace } = player;
  const server = await webhookServer(
    one.hooks.map(({ behaviour }) => behaviour),
    one.identity,
  );
  const normalizer = new Normalizer(namespace);
  const send = async (step: Step): Promise<RecordedStep> => {
    const { path, headers } = requestOf(step, namespace);
    const answer = await player.ask(step.method, path, bodyOf(step, namespace), headers[0]?.[1]);
    const warnings = warningTexts(answer.warnings);
    const clean = withoutPorts(answer.body, server.port);
    return {
      ...step,
      status: answer.status,
      ...(warnings.length > 0 && { warnings }),
      answer: normalizer.answer(clean),
    };
  };
  const name = `webhooks-${namespace}`;
  try {
    for (const step of one.before ?? []) await send(step);
    for (const kind of ['mutating', 'validating'] as const) {
      const webhooks = one.hooks.flatMap((hook, index) =>
        hook.kind === kind ? [registered(hook, index, server, namespace)] : [],
      );
      if (webhooks.length === 0) continue;
      const body = { metadata: { name }, webhooks };
      const answer = await player.ask('POST', `${REGISTRATION}/${kind}webhookconfigurations`, body, undefined);
      if (answer.status !== 201) throw new Error(`${one.name}: ${JSON.stringify(answer.body)}`);
    }
    await player.settle();
    if (one.stopped) await server[Symbol.asyncDispose]();
    const steps: RecordedStep[] = [];
    for (const step of one.steps) steps.push(await send(step));
    const received = server.received.filter(isOurs).map((review) => shown(review, normalizer, server.port));
    return { name: one.name, steps, received };
  } finally {
    for (const kind of ['mutating', 'validating'])
      await player.ask('DELETE', `${REGISTRATION}/${kind}webhookconfigurations/${name}`, undefined, undefined);
    if (!one.stopped) await server[Symbol.asyncDispose]();
  }
}

/** Controllers of the real server write into the namespace too. */
function isOurs({ body }: Received): boolean {
  const { userInfo } = (body.request ?? {}) as { userInfo?: { username?: string } };
  return !userInfo?.username?.startsWith('system:');
}

/** Ports are chosen anew each time, and so are uids and ephemeral addresses. */
function withoutPorts(value: unknown, port: number): unknown {
  const text = JSON.stringify(value ?? null).replaceAll(`:${port}`, ':<port>');
  return JSON.parse(
    text.replace(/current time \S+ is after/g, 'current time <now> is after').replace(/ on [\d.]+:53/g, ''),
  ) as unknown;
}

function shown({ path, body }: Received, normalizer: Normalizer, port: number): unknown {
  return { path, review: normalizer.answer(withoutPorts(body, port)) };
}
