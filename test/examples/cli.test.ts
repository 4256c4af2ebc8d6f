import { describe, expect, it } from 'vitest';
import { command, environmentName } from '../../examples/amazon-appliances/cli/command.ts';
import { commandHelp, generalHelp } from '../../examples/amazon-appliances/cli/help.ts';
import { parseOptions, UsageError } from '../../examples/amazon-appliances/cli/parse.ts';
import { progressBar } from '../../examples/amazon-appliances/cli/progress.ts';
import { facts, table } from '../../examples/amazon-appliances/cli/table.ts';
import { commands } from '../../examples/amazon-appliances/commands/index.ts';

const sample = command({
  name: 'bake',
  summary: 'bakes bread',
  arguments: '<flour> [salt]',
  options: {
    ovenHeat: { type: 'integer', help: 'degrees', default: 220, min: 50, max: 300 },
    share: { type: 'number', help: 'of water', default: 0.7 },
    crust: { type: 'choice', choices: ['soft', 'hard'], help: 'how', default: 'soft' },
    turn: { type: 'flag', help: 'halfway', default: false },
    sizes: { type: 'integers', help: 'of loaves', default: [1], min: 1 },
    note: { type: 'text', help: 'for the baker' },
  },
  async run() {},
});
const parse = (args: string[], environment: Record<string, string> = {}) => parseOptions(sample, ['rye', ...args], environment).options;

describe('options', () => {
  it('come from the command line, then the environment, then the defaults', () => {
    expect(parse([])).toEqual({ ovenHeat: 220, share: 0.7, crust: 'soft', turn: false, sizes: [1], note: undefined });
    expect(parse([], { APPLIANCES_OVEN_HEAT: '180', APPLIANCES_TURN: 'yes', APPLIANCES_SIZES: '2, 3' })).toMatchObject({
      ovenHeat: 180,
      turn: true,
      sizes: [2, 3],
    });
    expect(parse(['--oven-heat', '190', '--turn', '--sizes=4'], { APPLIANCES_OVEN_HEAT: '180' })).toMatchObject({
      ovenHeat: 190,
      turn: true,
      sizes: [4],
    });
    expect(parse(['--no-turn'], { APPLIANCES_TURN: '1' })).toMatchObject({ turn: false });
  });

  it('are positional where the command says so', () => {
    expect(parseOptions(sample, ['rye', 'sea'], {}).positionals).toEqual(['rye', 'sea']);
    expect(() => parseOptions(sample, [], {})).toThrow(/expected <flour>/);
    expect(() => parse(['sea', 'more'])).toThrow(/unexpected argument 'more'/);
  });

  it.each([
    [['--oven-heat', 'hot'], "--oven-heat: expected a whole number from 50 up to 300, got 'hot'."],
    [['--oven-heat', '20'], "--oven-heat: expected a whole number from 50 up to 300, got '20'."],
    [['--oven-heat', '200.5'], /whole number/],
    [['--sizes', '1,x'], /--sizes: expected a whole number from 1, got 'x'/],
    [['--share', ''], /--share: expected a number/],
    [['--crust', 'burnt'], "--crust: expected one of soft, hard, got 'burnt'."],
    [['--ovenheat', '3'], /Unknown option '--ovenheat'.*It knows --oven-heat/],
    [['--note'], /--note/],
  ])('are refused with a clear sentence: %j', (args, message) => {
    expect(() => parse(args)).toThrow(UsageError);
    expect(() => parse(args)).toThrow(message);
  });

  it('are refused from the environment by the name they have there', () => {
    expect(() => parse([], { APPLIANCES_OVEN_HEAT: 'hot' })).toThrow(/^APPLIANCES_OVEN_HEAT: expected/);
    expect(() => parse([], { APPLIANCES_TURN: 'perhaps' })).toThrow(/^APPLIANCES_TURN: expected true or false/);
  });
});

describe('help', () => {
  it('lists every command', () => {
    const text = generalHelp(commands);
    for (const name of ['start', 'sample', 'etl', 'explore', 'train', 'evaluate', 'recommend', 'search', 'similar', 'serve'])
      expect(text).toContain(`  ${name} `);
  });

  it('tells every option with its environment variable and default', () => {
    const text = commandHelp(sample);
    expect(text).toContain('npm run appliances -- bake <flour> [salt] [options]');
    expect(text).toMatch(/--oven-heat <n> +degrees \(default 220\) \[APPLIANCES_OVEN_HEAT\]/);
    expect(text).toMatch(/--crust soft\|hard +how \(default soft\) \[APPLIANCES_CRUST\]/);
    expect(environmentName('dataDir')).toBe('DATA_DIR');
    for (const it of commands) expect(commandHelp(it)).not.toMatch(/undefined|\[object/);
  });
});

describe('tables', () => {
  it('align numbers to the right and cut long text', () => {
    const text = table(
      [
        { title: 'what', width: 8 },
        { title: 'n', align: 'right' },
      ],
      [
        ['a long title', 1234],
        ['b', null],
      ],
    );
    expect(text.split('\n')).toEqual(['what         n', '───────  ─────', 'a long…  1,234', 'b']);
  });

  it('count wide letters as two cells', () => {
    expect(
      table(
        [{ title: 'x' }, { title: 'y' }],
        [
          ['日本', 1],
          ['abcd', 2],
        ],
      ).split('\n')[2],
    ).toBe('日本  1');
  });

  it('put facts in two columns', () => {
    expect(
      facts([
        ['rows', 1200],
        ['mean', '4.23'],
      ]),
    ).toBe('  rows  1,200\n  mean   4.23');
  });
});

describe('progress', () => {
  const stream = (isTTY: boolean) => {
    let text = '';
    return {
      stream: { isTTY, columns: 80, write: (piece: string) => !!(text += piece) } as unknown as NodeJS.WriteStream,
      read: () => text,
    };
  };

  it('is a bar on a terminal', () => {
    const { stream: out, read } = stream(true);
    const bar = progressBar('Training', out);
    bar.update({ phase: 'training', done: 1, total: 2 });
    bar.done('2 models');
    expect(read()).toContain('\r');
    expect(read()).toMatch(/Training: 2 models/);
  });

  it('is plain lines elsewhere', () => {
    const { stream: out, read } = stream(false);
    const bar = progressBar('Training', out);
    for (let done = 0; done < 1000; done++) bar.update({ phase: 'training', done, total: 1000 });
    bar.done('2 models');
    expect(read()).toMatch(/^Training \.\.\.\nTraining: 2 models, \d+\.\d s\n$/);
  });
});
