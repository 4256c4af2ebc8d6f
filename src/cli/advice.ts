/** What messages of the library tell programs to do, and what a command line does instead. */
const instead: [RegExp, string][] = [
  [
    /(got "-?\d+,\d+"\.) Repair the row, pass value: \(row\) => \.\.\. to convert it, or pass onBadRow: 'skip'\./,
    '$1 If the comma is a decimal sign, pass --decimal-comma.',
  ],
  [/, pass value: \(row\) => \.\.\. to convert it,/, ','],
  [/([Pp])ass encoding: '([\w-]+)'/, '$1ass --encoding $2'],
  [/, or pass escape: '\\+' if a backslash stands before quotes inside of fields/, ''],
  [
    /; if lines that begin with ('.*?') are comments, pass comment: '.*?'/,
    '; lines that begin with $1 cannot be left out: remove them first',
  ],
  [/pass header: false or a preset to its reader/, 'name all columns in their order with --columns, or pass --preset'],
  [/pass onBad(Row|Line): 'skip'/, 'pass --skip-bad-rows'],
  [/timestampUnit: 's', 'ms', 'us' or 'ns'/, '--timestamp-unit s, ms, us or ns'],
  [
    /Use recommendFor\(history\) for a visitor, fit again with newer data, or pass onUnknown: 'empty'\./,
    'Use --history for a visitor, or fit again with newer data.',
  ],
  [
    /Fall back to popular items, fit again with newer data, or pass onUnknown: 'empty'\./,
    'Name items of the model, or fit again with newer data.',
  ],
  [/Fit again with newer data, use content for new items, or pass onUnknown: 'empty'\./, 'Fit again with newer data.'],
  [
    /Name the columns with header: \[\.\.\.\] and skipLines: \d+\./,
    'If it is a row and not a header, name all columns in their order, such as --columns user,item,rating.',
  ],
  [/(?:Install it: |Run )npm install ([\w-]+)\.?$/, 'Install it beside attune, by npm install $1, or run npx -p attune -p $1 attune ...'],
  [/Load it with the class it was saved from\./, 'attune recommend and similar take models, attune search takes indexes.'],
  [/Name its column with the option '(user|item|value|timestamp)'/, 'Name its column with --$1'],
  [/Name its key with the option 'id', or drop the item\./, 'Name the column of ids with --id, or repair the row.'],
  [/preset: 'netflix'/, '--preset netflix'],
  [/'relevantFrom'/, '--relevant-from'],
  [/; pass quote: false if quotes are letters like any other in this file/, ''],
];

/** A message of the library in terms of the command line. */
export const forCommandLine = (message: string): string =>
  instead
    .reduce((text, [library, here]) => text.replace(library, here), message)
    .replace(/Likely: \{ (.*?) \}\./, (_, likely) => `Likely: ${likely.replace(/,? ?(\w+): ("[^"]*")/g, ' --$1 $2').trim()}.`)
    .trimEnd();

/** The same for those who ask a server. */
export const forHttp = (message: string): string =>
  message
    .replace(
      'Use recommendFor(history) for a visitor, fit again with newer data, or pass',
      'Ask with history=ITEM,ITEM for a visitor, or pass',
    )
    .replace(/, or pass onUnknown: 'empty'/, '');
