import { runFit } from './fit.ts';
import { runProcessor } from './processor.ts';
import { runReplica } from './replica.ts';

/** `node --import tsx examples/scale/main.ts processor | replica | fit`: the parts of a recommender on several machines; see README.md. */
const roles: Record<string, () => Promise<void>> = { processor: runProcessor, replica: runReplica, fit: runFit };
const role = roles[process.argv[2] ?? ''];
if (!role) {
  console.error(`expected one of ${Object.keys(roles).join(', ')}`);
  process.exit(2);
}
await role();
