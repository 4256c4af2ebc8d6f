#!/usr/bin/env node
import { main } from './main.ts';

// A reader such as `head` may close the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`${error.message}\n`, () => process.exit(1));
});
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
