import type { ImageFamily } from '../image-family.ts';
import { imagePrograms } from '../images/index.ts';
import { baseFiles, buildImage } from '../machine/image.ts';
import type { ImageDirectory } from '../machine/inode.ts';
import type { ProgramTable } from '../machine/program.ts';
import { PROGRAM_NAMES } from '../shell/program-names.ts';

let withPrograms: ImageDirectory | undefined;
const images = new WeakMap<ImageFamily, ImageDirectory>();

/** The files of an image: shared by all of its containers, which write to layers of their own. */
export function imageOf(family: ImageFamily): ImageDirectory {
  const { programs, files } = family;
  if (programs !== 'none' && Object.keys(files).length === 0) return standardImage();
  let image = images.get(family);
  if (!image) {
    image = buildImage(baseFiles(programs === 'none' ? [] : PROGRAM_NAMES), files);
    images.set(family, image);
  }
  return image;
}

/** The files of an image that nobody described. */
export function standardImage(): ImageDirectory {
  withPrograms ??= buildImage(baseFiles(PROGRAM_NAMES));
  return withPrograms;
}

let table: ProgramTable | undefined;

/** The shell, its programs and those of images: nobody needs them before the first command runs. */
export async function loadPrograms(): Promise<ProgramTable> {
  if (!table) {
    const { programs } = await import('../shell/programs/index.ts');
    table = new Map([...programs, ...imagePrograms]);
  }
  return table;
}
