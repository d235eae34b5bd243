/** A shell in a container: `exec` over a WebSocket in the protocol v5.channel.k8s.io. */
import { reasonOf, socketUrl } from '../api.ts';
import { h } from '../dom.ts';
import { PODS, pathOf } from '../kinds.ts';
import { button, form, type View } from '../page.ts';
import { Screen } from '../screen.ts';
import { containerChoice, type PodPlace, placeOf, resolved } from './logs.ts';

const PROTOCOL = 'v5.channel.k8s.io';
/** The first byte of each message. */
const [STDIN, STDOUT, STDERR, ERROR, RESIZE] = [0, 1, 2, 3, 4];

const screen = new Screen();
const output = h('pre', { class: 'log', role: 'log', tabindex: '0', 'aria-label': 'Terminal', own: true });
let socket: WebSocket | undefined;
/** Lines that were sent, for the arrow keys. */
const sent: string[] = [];
let recalled = 0;

function write(text: string): void {
  screen.write(text);
  output.textContent = screen.text;
  output.scrollTop = output.scrollHeight;
}

function send(channel: number, text: string): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const bytes = new TextEncoder().encode(text);
  const message = new Uint8Array(bytes.length + 1);
  message[0] = channel;
  message.set(bytes, 1);
  socket.send(message);
}

function ended(text: string): string {
  try {
    const { status, message } = JSON.parse(text) as { status?: string; message?: string };
    return status === 'Success' ? 'the shell has ended' : (message ?? text);
  } catch {
    return text;
  }
}

function connect({ namespace, name, container }: PodPlace): () => void {
  const query = new URLSearchParams({ command: 'sh', stdin: 'true', stdout: 'true', tty: 'true', container });
  const opened = new WebSocket(socketUrl(`${pathOf(PODS, namespace, name)}/exec?${query}`), [PROTOCOL]);
  opened.binaryType = 'arraybuffer';
  const decoder = new TextDecoder();
  let wasOpen = false;
  opened.onopen = () => {
    wasOpen = true;
    send(RESIZE ?? 4, JSON.stringify({ Width: 120, Height: 40 }));
  };
  opened.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data as ArrayBuffer);
    const text = decoder.decode(bytes.subarray(1), { stream: bytes[0] === STDOUT });
    if (bytes[0] === STDOUT || bytes[0] === STDERR) write(text);
    else if (bytes[0] === ERROR) write(`\r\n[${ended(text)}]\r\n`);
  };
  opened.onclose = () => {
    if (socket === opened) write(wasOpen ? '\r\n[closed]\r\n' : '\r\n[the container cannot be entered]\r\n');
  };
  socket = opened;
  return () => {
    if (socket === opened) socket = undefined;
    opened.close();
  };
}

/** Enters the container as soon as it is known which one it is. @returns what leaves it */
function enter(parts: readonly string[]): () => void {
  screen.clear();
  output.textContent = '';
  let leave: (() => void) | undefined;
  let hasLeft = false;
  const begin = async (): Promise<void> => {
    try {
      const place = await resolved(parts);
      if (!hasLeft) leave = connect(place);
    } catch (error) {
      write(reasonOf(error));
    }
  };
  void begin();
  return () => {
    hasLeft = true;
    leave?.();
  };
}

function keyPressed(event: KeyboardEvent): void {
  const input = event.currentTarget as HTMLInputElement;
  const hasSelection = input.selectionStart !== input.selectionEnd;
  if (event.ctrlKey && event.key === 'c' && !hasSelection) send(STDIN ?? 0, '\u0003');
  else if (event.ctrlKey && event.key === 'd') send(STDIN ?? 0, '\u0004');
  else if (event.ctrlKey && event.key === 'l') {
    screen.clear();
    write('');
  } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    recalled = Math.max(0, Math.min(sent.length, recalled + (event.key === 'ArrowUp' ? -1 : 1)));
    input.value = sent[recalled] ?? '';
  } else return;
  event.preventDefault();
}

function submitted(submitted: HTMLFormElement): void {
  const input = submitted.elements.namedItem('line') as HTMLInputElement;
  if (input.value !== '') sent.push(input.value);
  recalled = sent.length;
  send(STDIN ?? 0, `${input.value}\n`);
  input.value = '';
}

export const terminalView: View = {
  title: 'Terminal',
  enter,
  render(parts) {
    const place = placeOf(parts);
    const pod = `core/v1/pods/${encodeURIComponent(place.namespace)}/${encodeURIComponent(place.name)}`;
    const line = h('input', {
      name: 'line',
      'data-first': true,
      'aria-label': 'Command line',
      placeholder: 'a command, then Enter',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      onkeydown: keyPressed,
    });
    return [
      h(
        'div',
        { class: 'bar' },
        containerChoice(place, 'terminal'),
        h('a', { class: 'button', href: `#/object/${pod}` }, 'Pod'),
        h('a', { class: 'button', href: `#/logs/${pod}/${encodeURIComponent(place.container)}` }, 'Logs'),
        button('Interrupt', () => send(STDIN ?? 0, '\u0003'), { title: 'Ctrl+C' }),
        button('End of input', () => send(STDIN ?? 0, '\u0004'), { title: 'Ctrl+D' }),
      ),
      output,
      form('Command', submitted, h('span', { class: 'prompt', 'aria-hidden': 'true' }, '$'), line),
    ];
  },
};
