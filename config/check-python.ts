/**
 * `npm run check:python [-- implicit lenskit spark recbole]`: packages/python/attune_models.py with the real packages, each in a virtual
 * environment under .services. Models go from attune to the package and back, and scores must be equal. LensKit and RecBole bring PyTorch, of
 * several gigabytes; Spark needs Java 17. The integration tests run implicit.
 */
import { pythonPackages, throughPython } from './python-models.ts';

const known = Object.keys(pythonPackages);
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !known.includes(name));
if (unknown) throw new Error(`There is no check of '${unknown}'. There are: ${known.join(', ')}.`);
let failed = 0;
for (const name of asked.length > 0 ? asked : known) {
  const began = performance.now();
  const outcome = await throughPython(name as keyof typeof pythonPackages).then(
    (models) => `ok, ${models.join(', ')} and back with equal scores`,
    (error) => {
      failed++;
      return `FAILED\n${error}`;
    },
  );
  console.log(`${name}: ${outcome}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
process.exitCode = failed > 0 ? 1 : 0;
