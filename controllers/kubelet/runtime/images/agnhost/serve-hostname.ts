import type { Program } from '../../machine/program.ts';
import { serveDatagrams } from '../../shell/programs/datagrams.ts';
import { readFlags } from '../flags.ts';
import { forever, log } from '../go-program.ts';
import { hostAndPort, sendText, serveHttp } from '../http-server.ts';
import { listenFor } from '../listen.ts';

/** How long it goes on after it was told to end, so that others have time to notice. */
const LINGERS_MS = 60_000;

/** Answers with the pod's name. */
export const serveHostname: Program = async (process, args) => {
  const { flags } = readFlags(args, { tcp: false, udp: false, http: true, close: false, port: 9376 });
  const { hostname } = process.machine;
  if (flags.http && (flags.tcp || flags.udp)) {
    await log(process, "Can't server TCP/UDP mode and HTTP mode at the same time");
    return 1;
  }
  if (flags.tcp)
    listenFor(process, flags.port, (connection) => {
      connection.resume();
      connection.end(hostname);
    });
  if (flags.udp)
    serveDatagrams(process, flags.port, async ({ from }) => {
      await log(process, `UDP request from ${hostAndPort(from)}`);
      return hostname;
    });
  if (flags.http)
    serveHttp(process, flags.port, async (call) => {
      await log(process, `HTTP request from ${hostAndPort(call.remote)}`);
      if (flags.close) call.response.setHeader('connection', 'close');
      sendText(call, hostname);
    });
  process.handlers.set('TERM', () => {
    void process.thread(async () => {
      await log(process, 'Shutting down after receiving signal: terminated.');
      await log(process, 'Awaiting pod deletion.');
      await process.sleep(LINGERS_MS);
      process.end(0);
    });
  });
  await log(process, `Serving on port ${flags.port}.`);
  return forever(process);
};
