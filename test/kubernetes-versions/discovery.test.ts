import { describe, expect, it } from 'vitest';
import { golden } from '../support/golden.ts';
import { securedCluster } from '../support/secured-cluster.ts';
import { structureHash } from '../support/structure.ts';

describe.each(['v1.30.14', 'v1.34.4'])('a cluster of Kubernetes %s', (kubernetesVersion) => {
  it('has the groups, versions and resources that the real one discovers', async () => {
    await using cluster = await securedCluster(undefined, { kubernetesVersion });
    const pages = golden<{ path: string; body: unknown }>(`kubernetes-versions/${kubernetesVersion}/discovery.json`);
    for (const { path, body } of pages) expect((await cluster.ask('GET', path)).body).toEqual(body);
    const [{ body: groups } = { body: undefined }] = pages.filter(({ path }) => path === '/apis');
    const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { body } = await cluster.ask('GET', '/apis', { headers: [['accept', aggregated]] });
    const { items } = body as { items: { metadata: { name: string }; versions: { version: string }[] }[] };
    const known = (groups as { groups: { name: string; versions: { version: string }[] }[] }).groups;
    expect(items.map(({ metadata, versions }) => [metadata.name, versions.map(({ version }) => version)])).toEqual(
      known.map(({ name, versions }) => [name, versions.map(({ version }) => version)]),
    );
  });

  it('publishes OpenAPI documents of the same structure', async () => {
    await using cluster = await securedCluster(undefined, { kubernetesVersion });
    const documents = golden<{ path: string; structure: string }>(
      `kubernetes-versions/${kubernetesVersion}/openapi.json`,
    );
    const different: string[] = [];
    for (const { path, structure } of documents) {
      const { body } = await cluster.ask('GET', path);
      if (structureHash(Buffer.from(JSON.stringify(body))) !== structure) different.push(path);
    }
    // server/schema/generate/compare-openapi.ts --version shows the differences
    expect(different).toEqual([]);
  });
});
