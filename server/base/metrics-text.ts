/**
 * Numbers about a process as Prometheus reads them (text format 0.0.4). Whoever has numbers counts them as it likes,
 * and makes samples of them only when somebody asks.
 */

export type Labels = Readonly<Record<string, string>>;

/** How often a value fell into which range. */
export class Histogram {
  /** Upper ends of the ranges, ascending. */
  readonly bounds: readonly number[];
  /** For each range how many values fell into it; the last one has no end. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number, times = 1): void {
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] as number)) at++;
    this.counts[at] = (this.counts[at] as number) + times;
    this.sum += value * times;
  }
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number | Histogram;
}

/** Everything that is counted under one name. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: Iterable<Sample>;
}

/** From which power of ten on Go writes one. */
const EXPONENT_FROM = 6;
const EXPONENT_BELOW = -4;

/** strconv.FormatFloat(value, 'g', -1, 64). */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [digits = '', exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= EXPONENT_BELOW && power < EXPONENT_FROM) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

function labelsText(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}="${(labels[name] ?? '').replace(/[\\\n"]/g, (found) => ESCAPES[found] ?? found)}"`)
    .join(',');
}

const line = (name: string, labels: string, value: number): string =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}\n`;

function histogramText(name: string, labels: string, { bounds, counts, sum }: Histogram): string {
  const begin = labels === '' ? '' : `${labels},`;
  let count = 0;
  const ranges = counts.map((own, i) => {
    count += own;
    return line(`${name}_bucket`, `${begin}le="${numberText(bounds[i] ?? Number.POSITIVE_INFINITY)}"`, count);
  });
  return ranges.join('') + line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, count);
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const texts = [...samples].map(({ labels, value }) => ({ labels: labelsText(labels), value }));
  if (texts.length === 0) return '';
  texts.sort((a, b) => (a.labels < b.labels ? -1 : 1));
  const escaped = help.replace(/[\\\n]/g, (found) => ESCAPES[found] ?? found);
  const head = `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
  const lines = texts.map(({ labels, value }) =>
    typeof value === 'number' ? line(name, labels, value) : histogramText(name, labels, value),
  );
  return head + lines.join('');
}

/**
 * The text of a page of metrics. Families without samples are left out, as Go's client does.
 *
 * @example
 * metricsText([{ name: 'up', help: 'Whether it is up.', type: 'gauge', samples: [{ labels: {}, value: 1 }] }])
 */
export function metricsText(families: readonly MetricFamily[]): string {
  return [...families]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(familyText)
    .join('');
}
