import type { ImageFamily } from '../image-family.ts';
import { baseFiles, buildImage } from '../machine/image.ts';
import type { ImageDirectory } from '../machine/inode.ts';
import type { ProgramTable } from '../machine/program.ts';
import { PROGRAM_NAMES } from '../shell/program-names.ts';

let withPrograms: ImageDirectory | undefined;
let withoutPrograms: ImageDirectory | undefined;

/** The files of an image: shared by all of its containers, which write to layers of their own. */
export function imageOf({ programs }: ImageFamily): ImageDirectory {
  if (programs === 'none') {
    withoutPrograms ??= buildImage(baseFiles([]));
    return withoutPrograms;
  }
  return standardImage();
}

/** The files of an image that nobody described. */
export function standardImage(): ImageDirectory {
  withPrograms ??= buildImage(baseFiles(PROGRAM_NAMES));
  return withPrograms;
}

/** The shell and the programs: nobody needs them before the first command runs. */
export async function loadPrograms(): Promise<ProgramTable> {
  const { programs } = await import('../shell/programs/index.ts');
  return programs;
}
