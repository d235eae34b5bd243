/** A cluster behind plain HTTP, and the definitions that tests give it. */
import { plainHttp } from './plain-server.ts';
import { type TestCluster, testCluster } from './test-cluster.ts';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly warnings: readonly string[];
  readonly body: T;
}

export interface CustomServer extends AsyncDisposable {
  readonly started: TestCluster;
  ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>>;
}

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const GIZMOS = '/apis/example.com/v1/namespaces/default/gizmos';

type Json = Record<string, unknown>;

/** `gizmos.example.com` with one version `v1`, but for what is said otherwise. */
export function gizmos(version: Json = {}, spec: Json = {}): Json {
  const properties = {
    spec: { type: 'object', properties: { size: { type: 'integer' }, color: { type: 'string', default: 'red' } } },
    status: { type: 'object', properties: { ready: { type: 'integer' } } },
  };
  const schema = { openAPIV3Schema: { type: 'object', properties } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gizmos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'gizmos', kind: 'Gizmo', shortNames: ['gz'], categories: ['all'] },
      versions: [{ name: 'v1', served: true, storage: true, schema, ...version }],
      ...spec,
    },
  };
}

export const gizmo = (name: string, spec?: unknown, more: Json = {}): Json => ({
  apiVersion: 'example.com/v1',
  kind: 'Gizmo',
  metadata: { name },
  ...(spec !== undefined && { spec }),
  ...more,
});

/** The texts of Warning headers, as they were before net/http quoted them. */
const warningsOf = (header: string | null): string[] =>
  [...(header ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));

/** @example await using server = await customServer(gizmos()); await server.ask('POST', GIZMOS, gizmo('a')); */
export async function customServer(...definitions: readonly Json[]): Promise<CustomServer> {
  const started = await testCluster();
  const http = await plainHttp(started.cluster);
  const server: CustomServer = {
    started,
    async ask<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
      const given = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'user-agent': 'test', ...headers },
        ...(body !== undefined && { body: given }),
      });
      const text = await response.text();
      const isJson = /^[{[]/.test(text);
      return {
        status: response.status,
        warnings: warningsOf(response.headers.get('warning')),
        body: (isJson ? JSON.parse(text) : text) as T,
      };
    },
    async [Symbol.asyncDispose]() {
      await http.close();
      await started.stop();
    },
  };
  for (const definition of definitions) {
    const { status, body } = await server.ask('POST', DEFINITIONS, definition);
    if (status !== 201) throw new Error(`the definition was refused: ${JSON.stringify(body)}`);
  }
  return server;
}
