import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../server/base/clock.ts';
import { createLogger } from '../../server/base/log.ts';
import { seededRandom } from '../../server/base/random.ts';
import { type Assembly, assemble } from '../../server/cluster/assembly.ts';
import { kubeconfigText } from '../../server/cluster/kubeconfig.ts';
import { LocalTransport } from '../../server/cluster/local-transport.ts';
import { startHttpServer } from '../../server/http/server.ts';
import type { RunningPod } from '../../server/kube/node-connector.ts';
import type { User } from '../../server/kube/object.ts';
import { AuditIds } from '../../server/pipeline/audit/audit-ids.ts';
import { BARE_ASSEMBLY } from './bare-assembly.ts';

const ADMIN: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** A cluster whose pods do what a test says: a server with TLS and users, without kubelets and controllers. */
export interface ScriptedPods extends AsyncDisposable {
  readonly assembly: Assembly;
  readonly transport: LocalTransport;
  readonly url: string;
  /** Of its administrator: a file in a folder that is the home of clients. */
  readonly kubeconfig: string;
  readonly folder: string;
  /** Key and certificate of a user. */
  credentials(user: string, groups?: readonly string[]): { readonly key: string; readonly cert: string };
  /** A pod with containers of these names, which its node reports to be running. */
  run(name: string, pod: RunningPod, containers?: readonly string[]): Promise<void>;
}

/** @example await using pods = await scriptedPods(); await pods.run('web', { dial, exec }); */
export async function scriptedPods({ clock = systemClock() }: { clock?: Clock } = {}): Promise<ScriptedPods> {
  const running = new Map<string, RunningPod>();
  let port = 0;
  const assembly = await assemble({
    ...BARE_ASSEMBLY,
    clock,
    random: seededRandom(1),
    log: createLogger('error'),
    connector: { pod: ({ name }) => running.get(name) },
    serverAddress: () => `127.0.0.1:${port}`,
  });
  const { cluster, pki } = assembly;
  const transport = new LocalTransport(cluster.pipeline, ADMIN, 'test');
  // Nobody makes it: there are no controllers.
  const account = { metadata: { name: 'default' } };
  const accountKey = { namespace: 'default', name: 'default' };
  await transport.send({ verb: 'create', resource: 'v1/serviceaccounts', key: accountKey, body: account });
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    tls: { key: pki.serving.key, cert: pki.serving.cert, clientCa: pki.ca.cert },
    answer: (request) => cluster.pipeline.handle(request),
    now: () => clock.now(),
    auditIds: new AuditIds(seededRandom(2)),
    onFault: (error) => {
      throw error;
    },
  });
  port = server.port;
  const url = `https://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'fauxkube-streams-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const credentials: ScriptedPods['credentials'] = (user, groups = []) =>
    pki.clientCertificate({ commonName: user, organizations: groups });
  const { key, cert } = credentials('kubernetes-admin', ['system:masters']);
  await writeFile(kubeconfig, kubeconfigText({ server: url, caCertificate: pki.ca.cert, certificate: cert, key }));
  return {
    assembly,
    transport,
    url,
    kubeconfig,
    folder,
    credentials,
    async run(name, pod, containers = ['main']) {
      const resource = 'v1/pods';
      const podKey = { namespace: 'default', name };
      const spec = {
        nodeName: 'node01',
        automountServiceAccountToken: false,
        containers: containers.map((container) => ({ name: container, image: 'test' })),
      };
      await transport.send({ verb: 'create', resource, key: podKey, body: { metadata: { name }, spec } });
      const containerStatuses = containers.map((container) => ({
        name: container,
        ready: true,
        restartCount: 0,
        image: 'test',
        imageID: '',
        containerID: `test://${container}`,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      }));
      const podIP = '10.244.1.2';
      const addresses = { podIP, podIPs: [{ ip: podIP }] };
      const status = { phase: 'Running', startTime: '2026-01-01T00:00:00Z', containerStatuses, ...addresses };
      const patch = { verb: 'patch', patchType: 'merge', subresource: 'status', body: { status } } as const;
      await transport.send({ ...patch, resource, key: podKey });
      running.set(name, pod);
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      assembly.authorizer.close();
      await cluster.storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
