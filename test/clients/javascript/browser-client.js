// What the page of browser.mjs has instead of a library: fetch and WebSocket.
export class Client {
  constructor(server, token) {
    this.server = server;
    this.token = token;
  }

  async request(method, path, { body, type = 'application/json', accept = 'application/json', ...more } = {}) {
    const headers = { authorization: `Bearer ${this.token}`, accept };
    if (body !== undefined) headers['content-type'] = type;
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), ...more };
    const response = await fetch(this.server + path, init);
    return { status: response.status, date: response.headers.get('date'), body: await response.json() };
  }

  /** The lines of an answer, as they come. */
  async *lines(path, signal) {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await fetch(this.server + path, { headers, signal });
    let rest = '';
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      yield* lines;
    }
  }

  /** @returns all events up to the one that is the last */
  async watch(path, isLast) {
    const aborting = new AbortController();
    const events = [];
    for await (const line of this.lines(path, aborting.signal)) {
      const { type, object } = JSON.parse(line);
      events.push({ type, object });
      if (isLast(type, object)) break;
    }
    aborting.abort();
    return events;
  }

  /** Runs a command: a browser cannot set headers of a WebSocket, so that its token is a protocol. */
  exec(path, command) {
    const query = command.map((word) => `command=${encodeURIComponent(word)}`).join('&');
    const token = btoa(this.token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const protocols = ['v5.channel.k8s.io', `base64url.bearer.authorization.k8s.io.${token}`];
    const url = `${this.server}${path}?${query}&stdout=true&stderr=true`.replace(/^http/, 'ws');
    const socket = new WebSocket(url, protocols);
    socket.binaryType = 'arraybuffer';
    const said = { 1: '', 2: '', 3: '' };
    return new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => {
        const [channel, ...bytes] = new Uint8Array(data);
        said[channel] += new TextDecoder().decode(new Uint8Array(bytes));
      };
      socket.onclose = () => resolve({ protocol: socket.protocol, output: said[1], status: JSON.parse(said[3]) });
      socket.onerror = () => reject(new Error('the WebSocket failed'));
    });
  }
}
