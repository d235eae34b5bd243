import type { Program } from '../../machine/program.ts';
import { forever, goDuration } from '../go-program.ts';
import { sendText, serveHttp } from '../http-server.ts';

const PORT = 8080;
const HEALTHY_MS = 10_000;

/** Is healthy for ten seconds. */
export const liveness: Program = (process) => {
  const { clock } = process.machine;
  const startedMs = clock.now();
  serveHttp(process, PORT, (call) => {
    const ageMs = clock.now() - startedMs;
    if (call.path === '/started') sendText(call, goDuration(ageMs));
    else if (call.path === '/healthz' && ageMs > HEALTHY_MS) sendText(call, `error: ${ageMs / 1000}`, 500);
    else if (call.path === '/healthz') sendText(call, 'ok');
    else if (call.path === '/redirect') {
      call.response.writeHead(302, { location: call.query.get('loc') ?? '/' });
      call.response.end();
    } else sendText(call, '404 page not found\n', 404);
  });
  return forever(process);
};
