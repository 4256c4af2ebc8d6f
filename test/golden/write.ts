/**
 * `npx tsx test/golden/write.ts` writes the golden files anew, as the code of now makes them. Do that only where a change of bytes or answers
 * is wanted, and say so in the changelog: what was written before must load and answer as ever.
 *
 * `npx tsx test/golden/write.ts --names als-large file-tracker` writes these alone, such as a case that is new.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attuneHere } from './attune.ts';
import { cases, folderCases, unkeptCases } from './cases.ts';
import { type Golden, goldenFolder, readAnswers, sha256, writeAnswers, writeGolden } from './files.ts';
import { copyOf } from './temporary.ts';

const names = process.argv[2] === '--names' ? process.argv.slice(3) : undefined;
const wanted = ({ name }: { name: string }) => names?.includes(name) ?? true;
if (!names) rmSync(goldenFolder, { recursive: true, force: true });
mkdirSync(goldenFolder, { recursive: true });

const attune = await attuneHere();
const golden: Record<string, Golden> = names ? readAnswers() : {};

for (const each of cases.filter(wanted)) {
  const { bytes, answers } = await each.make(attune, 1);
  if (each.keep === 'file') writeGolden(each.name, bytes);
  golden[each.name] = { ...(each.repeatable && { sha256: sha256(bytes) }), sizeBytes: bytes.length, answers };
}

for (const { name, ask } of unkeptCases.filter(wanted)) golden[name] = { answers: await ask(attune) };

for (const { name, write, read } of folderCases.filter(wanted)) {
  const folder = join(goldenFolder, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await write(attune, folder);
  const copy = copyOf(folder);
  golden[name] = { answers: await read(attune, copy.path) };
  copy.remove();
}

execFileSync('npx', ['biome', 'format', '--write', writeAnswers(golden)], { stdio: 'inherit' });
