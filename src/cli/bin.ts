#!/usr/bin/env node
import { main } from './main.ts';

// A reader such as `head` may close the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
