import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { temporaryDirectory } from '../support/data-directory.ts';

const WORKLOADS = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: default}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: default}, spec: {
  selector: {matchLabels: {app: agent}},
  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: agent, image: nginx}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: once, namespace: default}, spec: {completions: 2,
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ['true']}]}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: often, namespace: default}, spec: {schedule: '* * * * *',
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: db, namespace: default}, spec: {
  maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: db}}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: default}, spec: {selector: {app: db},
  ports: [{port: 80}]}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: db, namespace: default}, spec: {minAvailable: 1,
  selector: {matchLabels: {app: db}}}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: pods, namespace: default}, spec: {hard: {pods: '50'}}}
`;

interface Told {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly responseStatus?: { readonly code: number; readonly message?: string };
}

test.each(['1.30', '1.33', '1.36'])('controllers and kubelets of %s are refused nothing', async (kubernetesVersion) => {
  const folder = await temporaryDirectory();
  const [auditPolicyFile, auditLogPath] = [join(folder, 'policy.yaml'), join(folder, 'audit.log')];
  await writeFile(auditPolicyFile, '{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata}]}');
  await using cluster = await startCluster({
    kubernetesVersion,
    auditPolicyFile,
    auditLogPath,
    storageClass: 'standard',
    simulatedMetrics: true,
    logLevel: 'silent',
  });
  await cluster.apply(WORKLOADS);
  await cluster.settle();
  const transport = cluster.transport();
  const { items } = await transport.list({ resource: 'v1/pods', namespace: 'default' });
  const phases = items.map(
    ({ metadata, status }) => `${metadata.name?.replace(/-[^-]+$/, '')} ${(status as { phase: string }).phase}`,
  );
  expect(phases.sort()).toEqual(['agent Running', 'agent Running', 'db Running', 'once Succeeded', 'once Succeeded']);
  const key = { namespace: 'default', name: 'data-db-0' };
  await transport.send({ verb: 'delete', resource: 'apps/v1/statefulsets', key: { ...key, name: 'db' } });
  await transport.send({ verb: 'delete', resource: 'v1/persistentvolumeclaims', key });
  await cluster.settle();
  const { items: claims } = await transport.list({ resource: 'v1/persistentvolumeclaims', namespace: 'default' });
  expect(claims).toEqual([]);
  const told = (await readFile(auditLogPath, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
  expect(told.length).toBeGreaterThan(50);
  const refused = told.filter(({ responseStatus }) => [400, 403, 405, 422, 500].includes(responseStatus?.code ?? 0));
  expect(
    refused.map(
      ({ user, verb, requestURI, responseStatus }) =>
        `${user.username} ${verb} ${requestURI}: ${responseStatus?.message}`,
    ),
  ).toEqual([]);
});
