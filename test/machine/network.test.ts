import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { SystemError } from '../../controllers/kubelet/runtime/machine/errno.ts';
import type { Network } from '../../controllers/kubelet/runtime/machine/network.ts';
import { duplexPair } from '../../server/base/duplex-pair.ts';
import { busyMachine, type Finished, runScript, startLive } from '../shell/simulated.ts';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/moved') response.writeHead(302, { location: '/there' });
    else if (request.url === '/missing') response.writeHead(404);
    response.end(`${request.method} ${request.url} ${request.headers.host} ${Buffer.concat(chunks).toString()}\n`);
  });
}

/** One service, `web`, with an HTTP server at port 80; an echo at 7; nobody answers at 9. */
function network(): Network {
  return {
    query: async (_server, { name, type }) => {
      const isKnown = name === 'web' || name === 'web.default';
      const records = isKnown ? [{ name, type, data: '10.96.0.10' }] : [];
      return { status: isKnown ? 'NOERROR' : 'NXDOMAIN', records, additional: [] };
    },
    dial: async (_address, port) => {
      if (port === 9) return new Promise<never>(() => undefined);
      if (port !== 80 && port !== 7) throw new SystemError('ECONNREFUSED');
      const [near, far] = duplexPair();
      if (port === 80) createServer(answer).emit('connection', far);
      else far.pipe(far);
      return near;
    },
  };
}

async function run(script: string): Promise<Finished> {
  const machine = await busyMachine({ network: network() });
  const finished = await runScript(script, machine);
  machine.stop();
  return finished;
}

test('curl asks a service', async () => {
  const { stdout } = await run('curl -s http://web/path; curl -s -d a=1 -H "Host: other" web; curl -s -XPUT web:80/x');
  expect(stdout).toBe('GET /path web \nPOST / other a=1\nPUT /x web \n');
});

test('curl follows, fails and tells as it does elsewhere', async () => {
  const script = `curl -s -L web/moved; curl -s -f web/missing; echo $?;
    curl -s -o /dev/null -w '%{http_code}\\n' web/missing;
    curl -sS nobody; echo $?; curl -sS web:81; echo $?; curl -sS -m 0.05 web:9; echo $?; curl -sI web | head -1`;
  const { stdout, stderr } = await run(script);
  expect(stdout).toBe('GET /there web \n22\n404\n6\n7\n28\nHTTP/1.1 200 OK\r\n');
  expect(stderr.replace(/\d+ m/g, '5 m')).toBe(
    'curl: (6) Could not resolve host: nobody\n' +
      "curl: (7) Failed to connect to web port 81 after 5 ms: Couldn't connect to server\n" +
      'curl: (28) Connection timed out after 5 milliseconds\n',
  );
});

test('wget asks, saves and fails as busybox does', async () => {
  const { stdout, stderr } = await run(
    'wget -qO- web/a; wget -q web/b; cat b; wget -q -O - web/missing; wget -O- nobody; wget -q web:81',
  );
  expect(stdout).toBe('GET /a web \nGET /b web \n');
  expect(stderr).toBe(
    'wget: server returned error: HTTP/1.1 404 Not Found\n' +
      "wget: bad address 'nobody'\nwget: can't connect to remote host (10.96.0.10): Connection refused\n",
  );
});

test('nslookup and getent look names up', async () => {
  const { stdout } = await run(
    'nslookup web.default | tail -3; nslookup nobody > /dev/null; echo $?; getent hosts web',
  );
  expect(stdout).toBe('Name:\tweb.default\nAddress: 10.96.0.10\n\n1\n10.96.0.10      web\n');
});

test('nc talks to a port', async () => {
  const { stdout, stderr } = await run(
    'echo hello | nc web 7; nc -z -w1 web 80 && echo open; nc -z -v web 81; echo $?',
  );
  expect(stdout).toBe('hello\nopen\n1\n');
  expect(stderr).toBe("nc: can't connect to remote host (10.96.0.10): Connection refused\n");
});

test('nc serves a port', async () => {
  let accept: ((connection: ReturnType<typeof duplexPair>[0]) => void) | undefined;
  const machine = await busyMachine({
    network: {
      ...network(),
      listen: (_port, accepts) => {
        accept = accepts;
        return () => undefined;
      },
    },
  });
  const live = await startLive(machine, ['sh', '-c', 'echo up; echo answer | nc -l -p 8080']);
  await live.until('up');
  while (!accept) await new Promise((resolve) => setImmediate(resolve));
  const [near, far] = duplexPair();
  accept(far);
  near.end('question\n');
  near.resume();
  expect(await live.process.exitCode).toBe(0);
  expect(live.text()).toBe('up\nquestion\n');
});
