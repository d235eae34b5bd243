/** Lifecycle hooks: k8s.io/kubernetes/pkg/kubelet/lifecycle. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { LifecycleHandler, Pod } from '../../server/kube/types.gen.ts';
import { reachesAnyone } from './runtime/outside/ask-outside.ts';
import type { AnyContainer, Executed, PodRuntime, PodSandbox } from './runtime/pod-runtime.ts';
import { hostPort, portNumber, urlOf } from './runtime/probe-target.ts';

export interface HookEnd {
  readonly takesMs: number;
  /** Why it failed. */
  readonly failure?: string;
}

/** Runs a hook of a container. */
export async function runHook(
  handler: Frozen<LifecycleHandler>,
  pod: Frozen<Pod>,
  container: AnyContainer,
  { runtime, running }: { runtime: PodRuntime; running: PodSandbox | undefined },
): Promise<HookEnd> {
  const { exec, httpGet, sleep } = handler;
  const { name, namespace, uid } = pod.metadata;
  const where = `for Container "${container.name}" in Pod "${name}_${namespace}(${uid})" failed`;
  if (sleep) return { takesMs: (sleep.seconds ?? 0) * 1000 };
  if (exec) {
    const command = exec.command ?? [];
    if (!running) return { takesMs: 0 };
    const { exitCode, afterMs, output, refusal } = await execute(runtime, running, container, command);
    if (exitCode === 0) return { takesMs: afterMs };
    const error = refusal ?? `command '${command.join(' ')}' exited with ${exitCode}: ${output}`;
    const what = `Exec lifecycle hook ([${command.join(' ')}]) ${where}`;
    const failure = `${what} - error: ${error}, message: ${JSON.stringify(output)}`;
    return { takesMs: afterMs, failure };
  }
  // One that goes elsewhere than to the pod has nobody to go to, and does no harm.
  if (!httpGet || httpGet.host || !running) return { takesMs: 0 };
  if (await reachesAnyone(running, container, httpGet)) return { takesMs: 0 };
  const podIP = pod.status.podIP ?? '';
  const port = portNumber(httpGet.port, container);
  const error =
    typeof port === 'string'
      ? port
      : `Get "${urlOf(httpGet, podIP, port)}": dial tcp ${hostPort(podIP, port)}: connect: connection refused`;
  return { takesMs: 0, failure: `HTTP lifecycle hook (${httpGet.path ?? '/'}) ${where} - error: ${error}` };
}

async function execute(
  runtime: PodRuntime,
  running: PodSandbox,
  container: AnyContainer,
  command: readonly string[],
): Promise<Executed & { readonly refusal?: string }> {
  try {
    return await runtime.exec(running, container, command);
  } catch (error) {
    const refusal = `rpc error: code = Unknown desc = ${(error as Error).message}`;
    return { exitCode: 126, afterMs: 0, output: '', refusal };
  }
}
