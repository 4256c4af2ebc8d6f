import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../config/entries.ts';

interface Job {
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  steps: { uses?: string; run?: string; env?: Record<string, string> }[];
}
interface Workflow {
  on: Record<string, { branches?: string[]; tags?: string[] } | null>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((name): [string, Workflow] => [name, parse(readFileSync(join(folder, name), 'utf8'))]);
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
const runs = ({ steps }: Job) => steps.flatMap(({ run }) => (run ? [run] : []));

describe.each(workflows)('the workflow %s', (name, { on, permissions, jobs }) => {
  it('may only read unless a job says otherwise, and ends by itself', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(45);
  });
  it('writes nothing from a pull request', () => {
    const writes = Object.values(jobs).some((job) => Object.values(job.permissions ?? {}).includes('write'));
    expect(writes && 'pull_request' in on).toBe(false);
    expect(Object.keys(on)).not.toContain('pull_request_target');
  });
  it('names versions of actions, and scripts that there are', () => {
    for (const job of Object.values(jobs)) {
      for (const { uses } of job.steps) if (uses) expect(uses).toMatch(/@(v\d+|[0-9a-f]{40})$/);
      for (const run of runs(job))
        for (const [, script] of run.matchAll(/npm run (?:-s )?([\w:]+)/g)) expect(scripts).toHaveProperty(script);
    }
  });
  it('puts nothing that others write into a shell', () => {
    for (const job of Object.values(jobs)) for (const run of runs(job)) expect(run).not.toContain('${{ github.event');
    expect(name).toMatch(/\.yml$/);
  });
});

describe('a release', () => {
  const { jobs } = Object.fromEntries(workflows)['release.yml'];
  it.each(Object.entries(jobs))('of %s is tested, of the version that its tag says, and says which commit it was built from', (_, job) => {
    const commands = runs(job);
    const at = (part: string) => commands.findIndex((run) => run.includes(part));
    expect(job.permissions?.['id-token']).toBe('write');
    expect(at('--provenance')).toBeGreaterThan(Math.max(at('npm test'), at('$GITHUB_REF_NAME"'), at('check:package')));
    for (const step of ['npm ci', 'npm test', '$GITHUB_REF_NAME"', 'check:package']) expect(at(step), step).toBeGreaterThanOrEqual(0);
  });
  it('of attune has its bill of materials beside it', () => {
    const commands = runs(jobs.attune).join('\n');
    expect(commands).toMatch(/npm run sbom -- (\S+)[\s\S]*gh release create [^\n]*\1/);
  });
});
