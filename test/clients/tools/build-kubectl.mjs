// Builds the kubectl of the server's own version from its Go module, as the tests do.
import { buildKubectl } from '../../../scripts/kubectl.mjs';

process.chdir(new URL('../../..', import.meta.url).pathname);
buildKubectl();
