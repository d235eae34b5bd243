/** Nodes, and which pods are on each. */
import { collectionOf } from '../collections.ts';
import { type Child, h } from '../dom.ts';
import { NODES, PODS } from '../kinds.ts';
import { type KubeObject, stateOf } from '../objects.ts';
import { addressOf, badge, filter, fits, search, type View } from '../page.ts';
import { namespaceChoice } from './objects.ts';

function podElement(pod: KubeObject): HTMLElement {
  const { uid, name, namespace = '' } = pod.metadata;
  const state = stateOf('Pod', pod);
  return h(
    'li',
    { key: uid },
    h(
      'a',
      {
        class: 'pod',
        'data-tone': state?.tone ?? 'off',
        href: addressOf(PODS, pod),
        'data-item': true,
        'data-logs': addressOf(PODS, pod, 'logs'),
        'data-terminal': addressOf(PODS, pod, 'terminal'),
      },
      h('span', { class: 'name' }, filter.namespace === '' ? `${namespace}/${name}` : name),
      h('span', { class: 'words' }, state?.text ?? ''),
    ),
  );
}

function nodeElement(name: string, head: Child, pods: readonly KubeObject[]): HTMLElement {
  return h(
    'section',
    { key: `node ${name}`, class: 'node', 'aria-label': name },
    h('h2', {}, head),
    h('p', { class: 'count' }, `${pods.length} pod${pods.length === 1 ? '' : 's'}`),
    h('ul', { class: 'pods' }, pods.map(podElement)),
  );
}

export const nodesView: View = {
  title: 'Nodes',
  key: 'n',
  render() {
    const nodes = [...collectionOf(NODES).items.values()].sort((a, b) =>
      a.metadata.name.localeCompare(b.metadata.name),
    );
    const pods = [...collectionOf(PODS).items.values()]
      .filter(({ metadata }) => filter.namespace === '' || metadata.namespace === filter.namespace)
      .filter((pod) => fits(filter.text, pod.metadata.namespace, pod.metadata.name, stateOf('Pod', pod)?.text))
      .sort((a, b) =>
        `${a.metadata.namespace}/${a.metadata.name}`.localeCompare(`${b.metadata.namespace}/${b.metadata.name}`),
      );
    const on = (name: string | undefined): KubeObject[] => pods.filter(({ spec }) => spec?.nodeName === name);
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    const elsewhere = pods.filter(({ spec }) => spec?.nodeName === undefined || !names.has(spec.nodeName));
    return [
      h('div', { class: 'bar' }, namespaceChoice(), search()),
      h(
        'div',
        { class: 'map' },
        nodes.map((node) => {
          const { name } = node.metadata;
          const link = h('a', { href: addressOf(NODES, node), 'data-item': true }, name);
          return nodeElement(name, [link, ' ', badge(stateOf('Node', node))], on(name));
        }),
        elsewhere.length > 0 && nodeElement('no node', 'No node yet', elsewhere),
      ),
      nodes.length === 0 && h('p', { class: 'none' }, collectionOf(NODES).isLive ? 'There are no nodes.' : 'Reading…'),
    ];
  },
};
