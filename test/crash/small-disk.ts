/** A real disk that can only be read, and then one that is full while others write. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Line } from './http.ts';
import { KilledServer } from './server.ts';

const run = promisify(execFile);

const DISK_MB = 12;
const BALLAST_BYTES = 4 * 1024 * 1024;
const MAP_BYTES = 20_000;
/** More than there is room for. */
const MAPS_MAX = 2000;
const MAPS = '/api/v1/namespaces/default/configmaps';

/** @returns problems; undefined when nothing can be mounted here */
export async function smallDisk(folder: string): Promise<string[] | undefined> {
  const disk = join(folder, 'small-disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'none', disk]);
  } catch {
    return undefined;
  }
  try {
    return [...(await readOnly(folder, disk)), ...(await new FullDisk(folder, disk).problems())];
  } finally {
    await run('umount', [disk]);
  }
}

async function readOnly(folder: string, disk: string): Promise<string[]> {
  await run('mount', ['-o', 'remount,ro', disk]);
  const server = new KilledServer({ folder, data: disk });
  const told = await server.url().catch((error: Error) => error.message);
  await server.stop();
  await run('mount', ['-o', 'remount,rw', disk]);
  return /its file system is read-only \(EROFS/.test(told) ? [] : [`a disk that can only be read: ${told}`];
}

class FullDisk {
  readonly #folder: string;
  readonly #disk: string;
  readonly #ballast: string;
  readonly #acknowledged = new Set<string>();
  #refused: string[] = [];
  #made = 0;

  constructor(folder: string, disk: string) {
    this.#folder = folder;
    this.#disk = disk;
    this.#ballast = join(disk, 'ballast');
  }

  async problems(): Promise<string[]> {
    const problems: string[] = [];
    const place = { folder: this.#folder, data: join(this.#disk, 'data') };
    let server = new KilledServer(place);
    try {
      let line = new Line(await server.url());
      await writeFile(this.#ballast, Buffer.alloc(BALLAST_BYTES));
      await this.#fill(line);
      problems.push(...(await this.#look(line, 'on a full disk')));
      await rm(this.#ballast);
      if (!(await this.#create(line))) problems.push('with room again, a write is refused');
      await writeFile(this.#ballast, Buffer.alloc(BALLAST_BYTES)).catch(() => undefined); // as much as there is room
      await this.#fill(line);
      await server.kill();
      line.close();
      await rm(this.#ballast);
      server = new KilledServer(place);
      line = new Line(await server.url());
      problems.push(...(await this.#look(line, 'after a kill on a full disk')));
      line.close();
    } finally {
      await server.stop();
    }
    return problems;
  }

  /** Several at once, until all of them are refused. */
  async #fill(line: Line): Promise<void> {
    for (let full = false; !full && this.#made < MAPS_MAX; ) {
      const done = await Promise.all(Array.from({ length: 4 }, () => this.#create(line)));
      full = !done.includes(true);
    }
  }

  async #create(line: Line): Promise<boolean> {
    const name = `map-${++this.#made}`;
    const body = { metadata: { name }, data: { text: name.repeat(MAP_BYTES / name.length) } };
    const answer = await line.ask({ method: 'POST', path: MAPS, body });
    const done = answer?.code === 201;
    if (!done && answer?.code !== 500) throw new Error(`a full disk was answered with ${JSON.stringify(answer)}`);
    if (done) this.#acknowledged.add(name);
    else this.#refused.push(name);
    return done;
  }

  async #look(line: Line, when: string): Promise<string[]> {
    const answer = await line.ask({ method: 'GET', path: MAPS });
    if (answer?.code !== 200) return [`${when}: the list was answered ${answer?.code}`];
    const { items } = answer.body as { items: { metadata: { name: string } }[] };
    const there = new Set(items.map(({ metadata }) => metadata.name));
    const missing = [...this.#acknowledged].filter((name) => !there.has(name));
    const refused = this.#refused.filter((name) => there.has(name));
    this.#refused = this.#refused.filter((name) => !there.has(name));
    return [
      ...(this.#acknowledged.size < 10 || this.#refused.length === 0 ? [`${when}: the disk was not full`] : []),
      ...missing.map((name) => `${when}: ${name} was acknowledged and is lost`),
      ...refused.map((name) => `${when}: ${name} was refused and is there`),
    ];
  }
}
