import { AttuneError, shown } from '../../errors.ts';
import { type Check, callback, choice, flag, integer, optional, text, workOptions } from '../../options.ts';
import { encodings } from './encodings.ts';
import { type BadLineOptions, fromCheck, type ResumeOptions, type SkippedLine } from './row-reader.ts';
import type { TextReadOptions } from './source.ts';

/** Options of `readCsv`. */
export interface CsvOptions extends TextReadOptions, BadLineOptions, ResumeOptions {
  /**
   * What stands between fields: a text such as `','`, `'\t'` or `'::'`, or `'blanks'` for any number of blanks and tabs. `'auto'` (default)
   * takes the most frequent of `, ; tab |` in the first line, or `::` where that comes before them, or what a first line `sep=;` names.
   */
  delimiter?: string | undefined;
  /**
   * One ASCII character around fields that hold delimiters, newlines or (doubled) quotes, or `false` where quotes are letters like any other,
   * as in many files of tabs. Default `'"'`; a quoted text that runs over lines which look like rows of their own is then a bad line.
   */
  quote?: string | false | undefined;
  /** One ASCII character before a letter that is meant as it is, such as `'\\'` in files of MySQL, Spark or Book-Crossing. Default none. */
  escape?: string | undefined;
  /** Lines that begin with this text are skipped. Default none. */
  comment?: string | undefined;
  /** Whether blanks around fields and names are dropped. Default: when there are blanks before all names of columns but the first. */
  trim?: boolean | undefined;
  /** `true` (default): the first line names the columns. `false`: they are named `'0'`, `'1'`, ... Names: the file has no such line. */
  header?: boolean | readonly string[] | undefined;
  /** Lines to leave out before anything else. Default 0. */
  skipLines?: number | undefined;
  /** Longer rows, in bytes, are bad ones; it bounds the memory. Default 16 MiB. */
  maxLineBytes?: number | undefined;
}

/** The checked options, all present. */
export interface CsvSettings {
  delimiter: string;
  quote: string | false | undefined;
  escape?: string | undefined;
  comment?: string | undefined;
  trim?: boolean | undefined;
  /** How the reader calls the columns of a file with a header. */
  rename?: ((names: readonly string[]) => readonly string[]) | undefined;
  header: boolean | readonly string[];
  skipLines: number;
  maxLineBytes: number;
}

const delimiterOption: Check<string> = (value = 'auto', name) => {
  if (typeof value === 'string' && value !== '' && !/[\r\n"]/.test(value)) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be 'auto' or a text without quotes and line ends, got ${shown(value)}.`);
};

const quoteOption: Check<string | false | undefined> = (value, name) => {
  if (value === undefined || value === false || (typeof value === 'string' && /^[!-~]$/.test(value))) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be one ASCII character or false, got ${shown(value)}.`);
};

const headerOption: Check<boolean | readonly string[]> = (value = true, name) => {
  if (typeof value === 'boolean') return value;
  if (!Array.isArray(value) || value.length === 0 || !value.every((column) => typeof column === 'string')) {
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be true, false or an array of column names, got ${shown(value)}.`);
  }
  if (new Set(value).size === value.length) return [...value];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must hold distinct names, got ${value.map(shown).join(', ')}.`);
};

const escapeOption: Check<string | undefined> = (value, name) => {
  if (value === undefined || (typeof value === 'string' && /^[!-~]$/.test(value))) return value as string | undefined;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be one ASCII character such as '\\\\', got ${shown(value)}.`);
};

/** How the options of `readCsv` are checked. */
export const csvChecks = {
  delimiter: delimiterOption,
  quote: quoteOption,
  escape: escapeOption,
  comment: optional(text()),
  trim: optional(flag(true)),
  header: headerOption,
  skipLines: integer({ default: 0, min: 0 }),
  encoding: choice(encodings, 'utf-8'),
  onBadLine: choice(['throw', 'skip'], 'throw'),
  onSkip: callback<(skipped: SkippedLine) => void>(),
  maxLineBytes: integer({ default: 2 ** 24, min: 1, max: 2 ** 29 }),
  from: fromCheck,
  ...workOptions,
};
