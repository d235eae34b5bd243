import { expect, test } from 'vitest';
import { plainServer } from '../../support/plain-server.ts';

interface Operation {
  readonly description: string;
  readonly operationId: string;
}

type Paths = Record<string, Record<string, Operation & { readonly name: string; readonly description: string }[]>>;

async function pathsOf(document: string): Promise<Paths> {
  await using server = await plainServer();
  const { body } = await server.ask('GET', `/openapi/v3/${document}`);
  return (JSON.parse(body.toString()) as { paths: Paths }).paths;
}

test.each([
  ['/api/v1/namespaces/{namespace}/pods/{name}', 'get', 'read the specified Pod'],
  ['/api/v1/namespaces/{namespace}/pods', 'get', 'list or watch objects of kind Pod'],
  ['/api/v1/componentstatuses', 'get', 'list objects of kind ComponentStatus'],
  ['/api/v1/namespaces/{namespace}/endpoints', 'post', 'create Endpoints'],
  ['/api/v1/namespaces/{namespace}/events', 'post', 'create an Event'],
  ['/api/v1/namespaces/{namespace}/pods/{name}/eviction', 'post', 'create eviction of a Pod'],
  ['/api/v1/namespaces/{namespace}/pods', 'delete', 'delete collection of Pod'],
  ['/api/v1/namespaces/{namespace}/pods/{name}/exec', 'get', 'connect GET requests to exec of Pod'],
  ['/api/v1/namespaces/{namespace}/pods/{name}/status', 'patch', 'partially update status of the specified Pod'],
])('%s %s: %s', async (path, method, description) => {
  const paths = await pathsOf('api/v1');
  expect(paths[path]?.[method]?.description).toBe(description);
});

test('every parameter has a text', async () => {
  const paths = await pathsOf('api/v1');
  const silent: string[] = [];
  for (const item of Object.values(paths)) {
    for (const { parameters = [] } of [item, ...Object.values(item)] as {
      parameters?: { name: string; description: string }[];
    }[]) {
      for (const { name, description } of parameters) if (description === '') silent.push(name);
    }
  }
  expect(silent).toEqual([]);
});
