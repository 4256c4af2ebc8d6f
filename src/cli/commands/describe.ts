import { describe } from '../../entries/index.ts';
import { replaceFile } from '../../storage/file/writing.ts';
import { command } from '../command.ts';
import { interactionOptions, readCounted } from '../input.ts';
import { checkOutputs } from '../output.ts';
import { bars, count, print, printJson, remark } from '../terminal.ts';

export default command({
  summary: 'What is in a file of interactions.',
  usage: '<file>',
  more: 'Example: attune describe ml-1m/ratings.dat --preset movielens',
  options: {
    ...interactionOptions,
    html: { type: 'text', help: 'write a page with pictures to this file' },
    json: { type: 'flag', help: 'print JSON' },
  },
  async run([file], o, context) {
    await checkOutputs({ html: o.html });
    const { data, skipped } = await readCounted(file, o, context);
    const report = describe(data);
    if (o.html !== undefined) {
      await replaceFile(o.html, page(file, String(report), Object.values(report.pictures)));
      remark(`wrote ${o.html}`);
    }
    if (o.json) {
      const { pictures, ...figures } = report;
      return printJson({ ...figures, skipped });
    }
    print(String(report));
    print(
      `\nrows by value\n${bars(report.values.histogram.map(({ value, rows }) => ({ label: String(Number(value.toPrecision(4))), amount: rows })))}`,
    );
    print(`\nThe most popular 1 % of ${count(report.items)} items have ${(report.topShare.onePercent * 100).toFixed(0)} % of the rows.`);
  },
});

function page(file: string, text: string, pictures: string[]): string {
  const plain = (words: string) => words.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${plain(file)}</title><style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}pre{overflow-x:auto}svg{max-width:100%}</style>
<h1>${plain(file)}</h1><pre>${plain(text)}</pre>${pictures.join('\n')}</html>\n`;
}
