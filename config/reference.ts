/** `npm run docs`: the API reference of every subpath, in docs/api. A name without a docstring, or a link to nowhere, fails. */
import { join } from 'node:path';
import { Application } from 'typedoc';
import { entries, root } from './entries.ts';

const app = await Application.bootstrapWithPlugins({
  options: join(root, 'config/typedoc.json'),
  entryPoints: entries.map((entry) => join(root, `src/entries/${entry}.ts`)),
});
const project = await app.convert();
if (project) app.validate(project);
const wrong = !project || app.logger.hasErrors() || app.logger.hasWarnings();
if (!wrong) await app.generateOutputs(project);
process.exitCode = wrong ? 1 : 0;
