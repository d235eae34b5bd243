import type { HttpBehaviour } from './run-pod.ts';

/** Who was asked and what: as JSON, so that a test can look at it. Request bodies beyond this are cut. */
const BODY_BYTES = 64 * 1024;

export const echo: HttpBehaviour = (request, response, pod, port) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    if (bytes < BODY_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  request.on('end', () => {
    const body = {
      host: request.headers.host ?? '',
      pod: {
        name: pod.metadata.name,
        namespace: pod.metadata.namespace,
        ip: pod.status.podIP,
        node: pod.spec.nodeName,
        image: pod.spec.containers?.[0]?.image,
      },
      port,
      request: {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks).subarray(0, BODY_BYTES).toString(),
      },
    };
    const text = `${JSON.stringify(body, null, 2)}\n`;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
};
