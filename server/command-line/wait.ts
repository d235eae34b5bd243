import { request } from 'node:https';
import { systemClock } from '../base/clock.ts';
import { rest } from '../base/turn.ts';
import { jsonText, type Output } from './output.ts';

interface Flags {
  readonly url: string;
  readonly kubeconfig?: string;
  readonly timeout: number;
  readonly output: Output;
}

const PAUSE_MS = 50;

/** One question to /readyz. The certificate is not looked at: nothing is sent that anybody could want. */
function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      `${url.replace(/\/$/, '')}/readyz`,
      { rejectUnauthorized: false, timeout: 1000 },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}

/** The server of a kubeconfig; undefined as long as there is none. */
async function serverOf(kubeconfig: string): Promise<string | undefined> {
  const { readKubeconfig } = await import('../cluster/kubeconfig-file.ts');
  try {
    return readKubeconfig(kubeconfig).server;
  } catch {
    return undefined;
  }
}

/** `fauxkube wait`: ends with 0 as soon as a server is ready, with 1 when it is not in time. */
export async function waitCommand({ url, kubeconfig, timeout, output }: Flags): Promise<void> {
  const clock = systemClock();
  const giveUpMs = clock.now() + timeout * 1000;
  const tell = (ready: boolean, server: string | undefined): void => {
    if (output === 'json') process.stdout.write(jsonText({ ready, ...(server !== undefined && { url: server }) }));
  };
  for (;;) {
    const server = kubeconfig === undefined ? url : await serverOf(kubeconfig);
    if (server !== undefined && (await isReady(server))) return tell(true, server);
    if (clock.now() > giveUpMs) {
      tell(false, server);
      break;
    }
    await rest(PAUSE_MS);
  }
  process.stderr.write(`fauxkube: ${kubeconfig ?? url} is not ready after ${timeout} s\n`);
  process.exitCode = 1;
}
