import type { WireStep } from '../../../support/wire-exchanges.ts';
import * as finePrint from './fine-print.ts';
import * as hostile from './hostile.ts';
import * as requests from './hostile-requests.ts';
import * as list from './list.ts';
import * as watch from './watch.ts';
import * as write from './write.ts';

/** By the name of their golden file below test/golden/api. */
export const scripts: Readonly<Record<string, readonly WireStep[]>> = {
  'hostile/bodies': hostile.bodies,
  'hostile/yaml': hostile.yaml,
  'hostile/media-types': hostile.mediaTypes,
  'hostile/paths': requests.paths,
  'hostile/methods': requests.methods,
  'hostile/selectors': requests.selectors,
  'hostile/patches': hostile.patches,
  'list/options': list.options,
  'list/forms': list.forms,
  'watch/options': watch.options,
  'watch/beginnings': watch.beginnings,
  'write/creates': write.creates,
  'write/updates': write.updates,
  'write/subresources': write.subresources,
  'write/deletes': write.deletes,
  'write/missing': write.missing,
  'write/generate-names': finePrint.generateNames,
  'write/repeated-fields': finePrint.repeatedFields,
  'write/versionless-patches': finePrint.versionless,
  'write/map-directives': finePrint.mapDirectives,
  'list/namespace-fields': finePrint.namespaceFields,
  'hostile/missing-parts': finePrint.missingParts,
};
