import { readConnection, send } from './admin-connection.ts';

/** Flags that all of these commands have. */
export interface PodFlags {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly container?: string;
}

/** Words that say labels: names of pods have none of these characters. */
const LABELS = /[=!,() ]/;

/** Tells pods something, and prints their names. */
export async function tellPods(
  pod: string,
  what: string,
  body: object,
  { kubeconfig, namespace, container }: PodFlags,
): Promise<void> {
  const place = `/-/pods/${encodeURIComponent(namespace)}`;
  const path = LABELS.test(pod)
    ? `${place}/${what}?selector=${encodeURIComponent(pod)}`
    : `${place}/${encodeURIComponent(pod)}/${what}`;
  const method = what === 'logs' || what === 'exit' ? 'POST' : 'PUT';
  try {
    const whole = { ...body, ...(container !== undefined && { container }) };
    const { pods } = await send<{ readonly pods: readonly string[] }>(readConnection(kubeconfig), method, path, whole);
    process.stdout.write(pods.map((name) => `pod/${name}\n`).join(''));
  } catch (error) {
    process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
