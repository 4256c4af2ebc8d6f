import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandHelp, generalHelp } from './cli/help.ts';
import { parseOptions, UsageError } from './cli/parse.ts';
import { commands } from './commands/index.ts';
import { exampleFolder } from './settings.ts';

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: string[]): Promise<number> {
  try {
    const settingsFile = join(exampleFolder, '.env');
    if (existsSync(settingsFile)) process.loadEnvFile(settingsFile);
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      console.log(generalHelp(commands));
      return name === undefined ? 2 : 0;
    }
    const command = commands.find((it) => it.name === name);
    if (!command) throw new UsageError(`Unknown command '${name}'. The commands are ${commands.map((it) => it.name).join(', ')}.`);
    if (args.includes('--help') || args.includes('-h')) {
      console.log(commandHelp(command));
      return 0;
    }
    const { options, positionals } = parseOptions(command, args, process.env);
    await command.run(options, positionals);
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** What a person did wrong or can repair is one line; what only a programmer can repair keeps its stack. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(error.message);
    return 2;
  }
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code === 'string') console.error(`${message} (${code})`);
  else console.error(error);
  return 1;
}
