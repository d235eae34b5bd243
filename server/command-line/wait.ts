import { existsSync } from 'node:fs';
import { request } from 'node:https';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { rest } from '../base/turn.ts';
import { jsonText, type Output } from './output.ts';

interface Flags {
  readonly url?: string;
  readonly kubeconfig: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly output: Output;
}

const PAUSE_MS = 50;

/** Where a server listens that was told nothing: whoever waits may have no file of it, as in a container. */
const DEFAULT_URL = 'https://127.0.0.1:6443';

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

/** Whose server it is: a file that is named wins over a URL, and that over the file that is looked for. */
function targetOf({ url, kubeconfig }: Flags, self: Command): { url: string } | { kubeconfig: string } {
  const source = self.getOptionValueSource('kubeconfig');
  if (url !== undefined && source !== 'cli') return { url };
  return source === 'default' && !existsSync(kubeconfig) ? { url: DEFAULT_URL } : { kubeconfig };
}

/** `fauxkube wait`: ends with 0 as soon as a server is ready, with 1 when it is not in time. */
export async function waitCommand(flags: Flags, self: Command): Promise<void> {
  const { timeout, output } = flags;
  const clock = systemClock();
  const giveUpMs = clock.now() + timeout;
  const tell = (ready: boolean, server: string | undefined): void => {
    if (output === 'json') process.stdout.write(jsonText({ ready, ...(server !== undefined && { url: server }) }));
  };
  for (;;) {
    const target = targetOf(flags, self);
    const server = 'url' in target ? target.url : await serverOf(target.kubeconfig);
    if (server !== undefined && (await isReady(server))) return tell(true, server);
    if (clock.now() > giveUpMs) {
      tell(false, server);
      const asked = 'url' in target ? target.url : target.kubeconfig;
      process.stderr.write(`fauxkube: ${asked} is not ready after ${timeout / 1000} s\n`);
      process.exitCode = 1;
      return;
    }
    await rest(PAUSE_MS);
  }
}
