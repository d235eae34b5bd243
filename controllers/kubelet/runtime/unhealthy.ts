/** What a kubelet hears from a container that is not well: k8s.io/kubernetes/pkg/probe. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod, Probe } from '../../../server/kube/types.gen.ts';
import type { ProbeAnswer } from './pod-runtime.ts';
import { hostPort } from './probe-target.ts';

/** A probe fails because somebody said that it shall. @param port what it asks, if it asks a port */
export function unhealthyAnswer(
  { httpGet, tcpSocket, grpc }: Frozen<Probe>,
  pod: Frozen<Pod>,
  port: number | undefined,
): ProbeAnswer {
  const says = (output: string): ProbeAnswer => ({ isHealthy: false, output, holdsMs: Number.POSITIVE_INFINITY });
  if (httpGet) return says('HTTP probe failed with statuscode: 500');
  if (grpc) return says('service unhealthy (responded with "NOT_SERVING")');
  // A command fails without a word.
  if (!tcpSocket || port === undefined) return says('');
  const address = hostPort(tcpSocket.host ?? pod.status.podIP ?? '', port);
  return says(`dial tcp ${address}: connect: connection refused`);
}
