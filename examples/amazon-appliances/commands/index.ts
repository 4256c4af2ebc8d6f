import type { AnyCommand } from '../cli/command.ts';
import { sample } from './sample.ts';

/** The list of commands is the help. */
export const commands: AnyCommand[] = [sample];
