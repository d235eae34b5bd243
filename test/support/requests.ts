import { vi } from 'vitest';
import type { TestCluster } from './test-cluster.ts';

/** Requests of service accounts from now on, as `PUT /api/v1/…`: what controllers do. */
export function controllerRequests({ cluster }: TestCluster): string[] {
  const requests: string[] = [];
  const handle = cluster.pipeline.handleAs.bind(cluster.pipeline);
  vi.spyOn(cluster.pipeline, 'handleAs').mockImplementation((request) => {
    if (request.user.name.startsWith('system:serviceaccount:')) requests.push(`${request.method} ${request.path}`);
    return handle(request);
  });
  return requests;
}

/** Stops and starts a controller, which makes it look at everything again. */
export async function restart({ manager, settle }: TestCluster, name: string): Promise<void> {
  await manager.setEnabled(name, false);
  await manager.setEnabled(name, true);
  await settle();
}
