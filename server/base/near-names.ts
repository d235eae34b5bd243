/** How many letters have to be put in, taken out or changed to make one word of another. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(change, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}

const NEAR_MAX = 3;

/**
 * Names that somebody may have meant who wrote `name`, the nearest first.
 *
 * @param ending what may be missing at the end of a name
 * @example
 * nearNames('deploymnet', ['deployment-controller', 'kubelet'], '-controller') // ['deployment-controller']
 */
export function nearNames(name: string, known: readonly string[], ending = ''): string[] {
  const short = (text: string): string =>
    ending !== '' && text.endsWith(ending) ? text.slice(0, -ending.length) : text;
  const wanted = short(name.toLowerCase());
  const far = Math.min(NEAR_MAX, Math.ceil(wanted.length / 3));
  // One name may be that of two things.
  const rated = [...new Set(known)].map((candidate) => ({ candidate, far: distance(wanted, short(candidate)) }));
  return rated
    .filter((rating) => rating.far <= far)
    .sort((a, b) => a.far - b.far)
    .slice(0, NEAR_MAX)
    .map(({ candidate }) => candidate);
}

/** `; did you mean verb?`, or nothing where nothing is near. */
export function didYouMean(name: string, known: readonly string[], ending = ''): string {
  const near = nearNames(name, known, ending);
  return near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
}

const LINE_MAX = 100;
/** What may stand behind the beginning of a sentence. */
const INLINE_MAX = 60;

/** A list as the end of a sentence: few names behind it, many on lines of their own, several to a line. */
function listed(names: readonly string[]): string {
  const whole = names.join(', ');
  if (whole.length <= INLINE_MAX) return ` ${whole}`;
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const word = index < names.length - 1 ? `${name},` : name;
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LINE_MAX) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return `\n${lines.join('\n')}`;
}

/** The same for many names: which are near, or begin in the same way; where none is, all that there are. */
export function nearOrAll(name: string, known: readonly string[], ending = ''): string {
  const near = didYouMean(name, known, ending);
  const longer = name === '' ? [] : known.filter((candidate) => candidate.startsWith(name.toLowerCase()));
  if (near === '' && longer.length > 0) return `; did you mean ${longer.slice(0, NEAR_MAX).join(' or ')}?`;
  return near || `; there are${listed(known)}`;
}
