import type { PeerAddress } from '../../../../../server/kube/node-connector.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { Datagrams } from '../../shell/programs/datagrams.ts';
import { fetchOnce } from '../../shell/programs/http.ts';
import { readAll } from '../../shell/programs/input.ts';
import { resolve } from '../../shell/programs/network.ts';
import { goError, goJson, log } from '../go-program.ts';
import { type HttpCall, hostAndPort, sendText } from '../http-server.ts';

const TIMEOUT_MS = 5000;
const TRIES_MAX = 1000;

/** `/dial`: asks another server, several times, and tells what it answered. */
export async function dialPage(process: Process, call: HttpCall): Promise<void> {
  const value = (name: string): string => call.query.get(name) ?? '';
  const [host, port, request, protocol, tries] = ['host', 'port', 'request', 'protocol', 'tries'].map(value);
  await log(process, `GET /dial?host=${host}&protocol=${protocol}&port=${port}&request=${request}&tries=${tries}`);
  if (tries !== '' && !/^[+-]?\d+$/.test(tries ?? ''))
    return refuse(call, `tries parameter is invalid. strconv.Atoi: parsing ${JSON.stringify(tries)}: invalid syntax`);
  if (!request) return refuse(call, 'request parameter not specified. <nil>');
  const kind = protocol?.toLowerCase();
  if (kind !== '' && kind !== 'http' && kind !== 'udp' && kind !== 'sctp')
    return refuse(call, `unsupported protocol. ${protocol}`);
  const [address] = host === '' ? ['127.0.0.1'] : await resolve(process, host ?? '');
  if (address === undefined || !/^\d+$/.test(port ?? ''))
    return refuse(call, `host and/or port param are invalid. lookup ${host}: no such host`);
  const responses: string[] = [];
  const errors: string[] = [];
  let last = '';
  for (let tried = 0; tried < Math.min(tries === '' ? 1 : Number(tries), TRIES_MAX); tried++) {
    try {
      if (kind === 'sctp') throw new Error('sctp dial failed. err:sctp is not simulated');
      const to = { address, port: Number(port) };
      last = await (kind === 'udp' ? askByDatagram(process, to, request) : get(process, hostAndPort(to), request));
      responses.push(last);
    } catch (error) {
      if (!(error instanceof Error) || (error.constructor !== Error && !(error instanceof SystemError))) throw error;
      last = '';
      errors.push(error.message);
    }
  }
  sendText(call, goJson({ ...(last !== '' && { responses }), ...(errors.length > 0 && { errors }) }));
}

const refuse = (call: HttpCall, text: string): void => sendText(call, `${text}\n`, 400);

async function get(process: Process, host: string, request: string): Promise<string> {
  const text = `http://${host}/${request}`;
  if (!URL.canParse(text)) throw new Error(`parse "${text}": invalid URL`);
  const failed = (why: string): Error => new Error(`Get "${text}": ${why}`);
  try {
    const { body, close } = await fetchOnce(process, {
      url: new URL(text),
      method: 'GET',
      headers: [['User-Agent', 'Go-http-client/1.1']],
      body: undefined,
      connectMs: TIMEOUT_MS,
      totalMs: TIMEOUT_MS,
    });
    const answer = (await readAll(process, body)).toString();
    body.release();
    close();
    return answer;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === 'ETIMEDOUT')
      throw failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    throw failed(`dial tcp ${host}: connect: ${goError(error.message)}`);
  }
}

/** Sends one datagram and waits for another, as `net.DialUDP` does with a deadline. */
async function askByDatagram(process: Process, to: PeerAddress, request: string): Promise<string> {
  const socket = new Datagrams(process);
  const failed = (why: string): Error => {
    const between = `read udp 0.0.0.0:${socket.port}->${hostAndPort(to)}`;
    return new Error(`reading from udp connection failed. err:'${between}: ${why}'`);
  };
  try {
    await socket.send(Buffer.from(request), to);
    const { data } = await socket.receiveFrom(to, TIMEOUT_MS);
    if (data.length === 0) throw failed('<nil>');
    return data.toString();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw failed(error.code === 'ETIMEDOUT' ? 'i/o timeout' : `recvfrom: ${goError(error.message)}`);
  } finally {
    socket.close();
  }
}
