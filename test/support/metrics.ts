/** A page of metrics, read back. */
export interface ReadFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly ReadSample[];
}

export interface ReadSample {
  /** With `_bucket`, `_sum` or `_count` for histograms. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;

function readSample(text: string): ReadSample {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(text) ?? [];
  if (name === '') throw new Error(`no sample: ${text}`);
  const pairs = [...labels.matchAll(LABEL)].map(([, key = '', shown = '']): [string, string] => [key, shown]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) };
}

/** @throws Error for a line that no Prometheus could read */
export function readMetrics(text: string): Map<string, ReadFamily> {
  const families = new Map<string, ReadFamily & { samples: ReadSample[] }>();
  let family: (ReadFamily & { samples: ReadSample[] }) | undefined;
  let help = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, kind = '', name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') help = rest;
    else if (kind === 'TYPE') {
      family = { name, help, type: rest, samples: [] };
      families.set(name, family);
    } else family?.samples.push(readSample(line));
  }
  return families;
}

/** What is known of a family without its numbers, so that pages of different servers can be compared. */
export function shapeOf({ name, help, type, samples }: ReadFamily): object {
  const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))].sort();
  const bounds = [...new Set(samples.flatMap((sample) => sample.labels.le ?? []))];
  return { name, help, type, labels, ...(bounds.length > 0 && { bounds }) };
}
