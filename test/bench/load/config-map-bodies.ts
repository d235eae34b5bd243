const CONFIG_MAP_BYTES = 1024;

/** The collection that ConfigMaps of the bench go to. */
export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** A ConfigMap of 1 KB of JSON. */
export function configMapBody(name: string): Buffer {
  const body = (text: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: 'value', text } });
  return Buffer.from(body('y'.repeat(Math.max(0, CONFIG_MAP_BYTES - body('').length))));
}
