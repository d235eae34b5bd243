/** What a container writes, as it comes. */
import { call, lines, open, reasonOf } from '../api.ts';
import { collectionOf } from '../collections.ts';
import { h } from '../dom.ts';
import { PODS, pathOf } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { choice, type View } from '../page.ts';

const LINES_MAX = 5000;
const TAIL = 1000;

/** The address of a pod's page: `…/core/v1/pods/NAMESPACE/NAME/CONTAINER`. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
}

export function placeOf(parts: readonly string[]): PodPlace {
  const [, , , namespace = '', name = '', container = ''] = parts;
  const pod = collectionOf(PODS).find(namespace, name);
  return { namespace, name, container: container || (pod?.spec?.containers?.[0]?.name ?? '') };
}

/** The same when the page was opened here, and nothing of the pod is known yet. @throws Refusal */
export async function resolved(parts: readonly string[]): Promise<PodPlace> {
  const place = placeOf(parts);
  if (place.container !== '') return place;
  const pod = await call<KubeObject>(pathOf(PODS, place.namespace, place.name));
  return { ...place, container: pod.spec?.containers?.[0]?.name ?? '' };
}

/** Which containers a pod has, and a way to each. */
export function containerChoice({ namespace, name, container }: PodPlace, what: string): HTMLElement {
  const { initContainers = [], containers = [] } = collectionOf(PODS).find(namespace, name)?.spec ?? {};
  const names = [...initContainers, ...containers].map((one) => one.name);
  if (!names.includes(container)) names.push(container);
  const base = `#/${what}/core/v1/pods/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  return choice(
    'Container',
    container,
    names.map((one) => [one, one || '…'] as const),
    (value) => {
      location.hash = `${base}/${encodeURIComponent(value)}`;
    },
  );
}

const output = h('pre', {
  class: 'log',
  role: 'log',
  tabindex: '0',
  'aria-label': 'Log',
  own: true,
  'data-item': true,
});

function write(line: string, tone = ''): void {
  const isAtEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 8;
  output.append(h('span', tone === '' ? {} : { class: tone }, `${line}\n`));
  while (output.childNodes.length > LINES_MAX) output.firstChild?.remove();
  if (isAtEnd) output.scrollTop = output.scrollHeight;
}

async function follow(parts: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    const { namespace, name, container } = await resolved(parts);
    const query = new URLSearchParams({ follow: 'true', tailLines: String(TAIL), container });
    for await (const line of lines(await open(`${pathOf(PODS, namespace, name)}/log?${query}`, { signal })))
      write(line);
    write('— the container has ended —', 'aside');
  } catch (error) {
    if (!signal.aborted) write(reasonOf(error), 'problem');
  }
}

export const logsView: View = {
  title: 'Logs',
  enter(parts) {
    output.replaceChildren();
    const following = new AbortController();
    void follow(parts, following.signal);
    return () => following.abort();
  },
  render(parts) {
    const place = placeOf(parts);
    const pod = `core/v1/pods/${encodeURIComponent(place.namespace)}/${encodeURIComponent(place.name)}`;
    return [
      h(
        'div',
        { class: 'bar' },
        containerChoice(place, 'logs'),
        h('a', { class: 'button', href: `#/object/${pod}` }, 'Pod'),
        h('a', { class: 'button', href: `#/terminal/${pod}/${encodeURIComponent(place.container)}` }, 'Terminal'),
      ),
      output,
    ];
  },
};
