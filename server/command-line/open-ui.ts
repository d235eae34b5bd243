import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import { readConnection, send } from './admin-connection.ts';

export interface UiFlags {
  readonly kubeconfig: string;
  readonly output: 'text' | 'json';
  readonly open?: boolean;
}

interface Issued {
  readonly token: string;
  readonly expires: string;
}

/** What opens an address: nothing of it is a command of a shell. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** @throws Error when there is no such program */
function openBrowser(url: string): Promise<void> {
  const [command = '', ...args] = OPENERS[platform()] ?? ['xdg-open'];
  return new Promise((done, reject) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why =
        code === 'ENOENT' ? `there is no ${command} to open a browser with` : `no browser can be opened (${message})`;
      reject(new Error(`${why}: open the address yourself`));
    });
    child.once('spawn', () => {
      child.unref();
      done();
    });
  });
}

/** Prints an address that is good once. */
export async function tellUi({ kubeconfig, output, open }: UiFlags): Promise<void> {
  try {
    const connection = readConnection(kubeconfig);
    const { token, expires } = await send<Issued>(connection, 'POST', '/-/ui/sessions', {});
    // The server as the kubeconfig names it: that is how this machine reaches it.
    const url = `${connection.server}/-/ui/?token=${token}`;
    process.stdout.write(output === 'json' ? `${JSON.stringify({ url, expires })}\n` : `${url}\n`);
    if (open) await openBrowser(url);
  } catch (error) {
    process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
