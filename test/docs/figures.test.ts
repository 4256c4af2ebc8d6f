import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readResult, resultNames } from '../../bench/support/results.ts';
import { guidesWithFigures, withFigures } from '../../config/write-figures.ts';

describe('the figures of the guides', () => {
  it('are those of the committed results, as npm run figures writes them', () => {
    for (const file of guidesWithFigures()) {
      const text = readFileSync(file, 'utf8');
      expect(withFigures(text) === text, `${file}: run npm run figures`).toBe(true);
    }
  });

  it('say with which command, when and where they were measured', () => {
    for (const name of resultNames()) {
      const { command, date, machine, columns, rows } = readResult(name);
      expect(command).toMatch(/^npm run bench -- /);
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(machine).toMatch(/cores, Node \d/);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
  });

  it('are all shown somewhere', () => {
    const guides = guidesWithFigures()
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    for (const name of resultNames()) expect(guides).toContain(`<!-- figures: ${name} -->`);
  });
});
