import { MAX_SCORE, type ScorePlugin } from '../framework.ts';

const MEGABYTE = 1024 * 1024;
/** Less than this is pulled in no time; more, for each image, makes no difference. */
const LEAST_BYTES = 23 * MEGABYTE;
const MOST_BYTES = 1000 * MEGABYTE;

/** The name as runtimes give it: with a tag. */
const tagged = (name: string): string => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name);

/** Prefers nodes that have large images of the pod already. */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,
  prepareScore({ pod: { pod }, world }) {
    const { images, nodes } = world.cluster;
    if (images.isEmpty) return undefined;
    const { containers, initContainers, volumes } = pod.spec;
    const names = [...(initContainers ?? []), ...(containers ?? [])].map(({ image = '' }) => tagged(image));
    for (const { image } of volumes ?? []) if (image) names.push(tagged(image.reference ?? ''));
    const mostBytes = MOST_BYTES * names.length;
    return {
      rate({ name }) {
        let sum = 0;
        for (const image of names) {
          const size = images.size(name, image);
          if (size !== undefined) sum += Math.trunc(size * (images.spread(image) / nodes.length));
        }
        const bytes = Math.max(LEAST_BYTES, Math.min(sum, mostBytes));
        return Math.trunc((MAX_SCORE * (bytes - LEAST_BYTES)) / (mostBytes - LEAST_BYTES));
      },
    };
  },
};
