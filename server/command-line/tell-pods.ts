import { readConnection, send } from './admin-connection.ts';
import { jsonText, type Output } from './output.ts';
import { reported } from './reported.ts';

/** Flags that all of these commands have. */
export interface PodFlags {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly container?: string;
  readonly output: Output;
}

/** Words that say labels: names of pods have none of these characters. */
const LABELS = /[=!,() ]/;

/** Tells pods something, and prints their names. */
export async function tellPods(
  pod: string,
  what: string,
  body: object,
  { kubeconfig, namespace, container, output }: PodFlags,
): Promise<void> {
  const place = `/-/pods/${encodeURIComponent(namespace)}`;
  const path = LABELS.test(pod)
    ? `${place}/${what}?selector=${encodeURIComponent(pod)}`
    : `${place}/${encodeURIComponent(pod)}/${what}`;
  const method = what === 'logs' || what === 'exit' ? 'POST' : 'PUT';
  await reported(async () => {
    const whole = { ...body, ...(container !== undefined && { container }) };
    const told = await send<{ readonly pods: readonly string[] }>(readConnection(kubeconfig), method, path, whole);
    return output === 'json' ? jsonText(told) : told.pods.map((name) => `pod/${name}\n`).join('');
  });
}
