import type { AnyCommand } from '../cli/command.ts';
import { client } from './client.ts';
import { download } from './download.ts';
import { etl } from './etl.ts';
import { evaluate } from './evaluate.ts';
import { explore } from './explore.ts';
import { recommend } from './recommend.ts';
import { sample } from './sample.ts';
import { search } from './search.ts';
import { serve } from './serve.ts';
import { similar } from './similar.ts';
import { sparkEtl } from './spark-etl.ts';
import { start } from './start.ts';
import { train } from './train.ts';

/** This list is the help. What a command needs is imported when it runs, so that help appears at once. */
export const commands: AnyCommand[] = [
  start,
  download,
  sample,
  etl,
  sparkEtl,
  explore,
  train,
  evaluate,
  recommend,
  search,
  similar,
  serve,
  client,
];
