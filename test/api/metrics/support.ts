import { type ReadFamily, readMetrics } from '../../support/metrics.ts';
import type { Question, SecuredCluster } from '../../support/secured-cluster.ts';

/** The families that a cluster shows, by name. */
export async function metricsOf(cluster: SecuredCluster, question: Question = {}): Promise<Map<string, ReadFamily>> {
  const { status, body } = await cluster.ask('GET', '/metrics', question);
  if (status !== 200) throw new Error(`GET /metrics: ${status}`);
  return readMetrics(body as string);
}

/** The value of the sample that has these labels, among others; undefined when there is none. */
export async function sampleOf(
  cluster: SecuredCluster,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const family = (await metricsOf(cluster)).get(name.replace(/_(bucket|sum|count)$/, ''));
  return family?.samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}
