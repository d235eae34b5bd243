import type { HttpBehaviour } from './run-pod.ts';

const PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>body { font-family: sans-serif; max-width: 40em; margin: 3em auto; }</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This page comes from a simulated pod: no container runs, but the service, its endpoints and the way to this pod are
those of your cluster.</p>
</body>
</html>
`;

const NOT_FOUND = `<html>
<head><title>404 Not Found</title></head>
<body>
<center><h1>404 Not Found</h1></center>
<hr><center>nginx</center>
</body>
</html>
`;

/** What an nginx image that nobody configured serves: one page, at / only. */
export const welcomePage: HttpBehaviour = (request, response) => {
  const path = (request.url ?? '/').split('?', 1)[0];
  const found = path === '/' || path === '/index.html';
  const allowed = request.method === 'GET' || request.method === 'HEAD';
  const body = found ? PAGE : NOT_FOUND;
  response.writeHead(allowed ? (found ? 200 : 404) : 405, {
    server: 'nginx',
    'content-type': 'text/html',
    'content-length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};
