import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyKubectl, openShop, rows } from '../support/kubectl.ts';

describe('every kubectl on this machine', () => {
  it.each(everyKubectl().map((command) => [basename(command), command]))(
    '%s drives the cluster',
    async (_, command) => {
      await using shop = await openShop({}, command);
      const kubectl = (...args: string[]): Promise<string> => shop.kubectl(...args);
      expect(await kubectl('create', 'deploy', 'test', '--image=nginx')).toBe('deployment.apps/test created\n');
      expect(await kubectl('rollout', 'status', 'deploy/test')).toContain('successfully rolled out');
      const [before] = rows(await kubectl('get', 'pods', '-owide'));
      expect(before).toMatchObject({ READY: '1/1', STATUS: 'Running' });
      await kubectl('delete', 'pod', before?.NAME ?? '');
      await shop.cluster.settle();
      const [after] = rows(await kubectl('get', 'pods', '-owide'));
      expect(after?.NAME).not.toBe(before?.NAME);
      expect(after?.IP).not.toBe(before?.IP);
      const files = ['-f', 'fixtures/manifests/deployment.yaml', '-f', 'fixtures/manifests/service.yaml'];
      expect(await kubectl('apply', ...files)).toBe(
        'deployment.apps/nginx-deployment created\nservice/my-service created\n',
      );
      await shop.cluster.settle();
      expect(await kubectl('describe', 'svc', 'my-service')).toMatch(/^Endpoints: +10\.244\.\d+\.\d+:80,.*:80/m);
      const page = await kubectl('get', '--raw', '/api/v1/namespaces/default/services/my-service/proxy/');
      expect(page).toContain('<title>Welcome to nginx!</title>');
      expect(await kubectl('explain', 'deployment.spec.replicas')).toContain('replicas <integer>');
      expect(await kubectl('apply', ...files)).toBe(
        'deployment.apps/nginx-deployment unchanged\nservice/my-service unchanged\n',
      );
    },
  );
});
