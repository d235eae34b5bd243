import { serveHealth } from '../../grpc/serve-health.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { forever, goDuration, log } from '../go-program.ts';
import { sendText, serveHttp } from '../http-server.ts';

const FLAGS = {
  port: 5000,
  'http-port': 8080,
  'delay-unhealthy-sec': -1,
  service: '',
  'tls-cert-file': '',
  'tls-private-key-file': '',
};

/** Serves health by gRPC: healthy for some time, or as it is told over HTTP. */
export const grpcHealthChecking: Program = async (process, args) => {
  const { flags } = readFlags(args, FLAGS);
  const { clock } = process.machine;
  if (flags['tls-cert-file'] !== '' || flags['tls-private-key-file'] !== '') {
    await log(process, 'gRPC over TLS is not simulated');
    return 1;
  }
  const startedMs = clock.now();
  const ageMs = (): number => clock.now() - startedMs;
  let isForced: boolean | undefined;
  const { port, 'http-port': httpPort, service, 'delay-unhealthy-sec': delaySeconds } = flags;
  const isUnhealthy = (): boolean => isForced === true || (delaySeconds >= 0 && ageMs() >= delaySeconds * 1000);
  try {
    await log(process, `Http server starting to listen on :${httpPort}`);
    serveHttp(process, httpPort, (call) => {
      const isKnown = call.path === '/make-serving' || call.path === '/make-not-serving';
      if (!isKnown) {
        sendText(call, '404 page not found\n', 404);
        return;
      }
      isForced = call.path === '/make-not-serving';
      sendText(call, goDuration(ageMs()));
    });
    serveHealth(process, port, async (asked) => {
      await log(process, `Serving the Check request for health check, started at ${new Date(startedMs).toISOString()}`);
      if (asked !== service) return undefined;
      return isUnhealthy() ? 'NOT_SERVING' : 'SERVING';
    });
    await log(process, `gRPC server starting to listen on :${port}`);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await log(process, `listen tcp: bind: ${error.message.toLowerCase()}`);
    return 1;
  }
  return forever(process);
};
