/** When probes came to each point, in milliseconds since 1970, by name of the probe. */
export type Stamps = Record<string, Record<string, number>>;

/** The points in their order, and what is done before each. */
const stages: [point: string, what: string][] = [
  ['sent', 'waiting to be sent'],
  ['arrived', 'broker, fetch, waiting for a batch'],
  ['stored', 'sessions and transaction'],
  ['published', 'changes written'],
  ['answered', 'found, read and answered'],
];

/** Prints how long probes took from each point to the next. Points that nobody noted are left out. */
export function printStages(stamps: Stamps): void {
  const noted = stages.filter(([point]) => stamps[point]);
  const begun = (probe: string) => Number(probe.split('-')[1]);
  const probes = Object.keys(stamps.answered);
  console.log(`\n${line('milliseconds of probes', ['mean', 'p50', 'p90', 'p99', 'most'])}`);
  for (const [k, [point, what]] of noted.entries()) {
    const before = k === 0 ? begun : (probe: string) => stamps[noted[k - 1][0]][probe];
    printStage(
      what,
      probes.map((probe) => stamps[point][probe] - before(probe)),
    );
  }
  printStage(
    'from event to changed answer',
    probes.map((probe) => stamps.answered[probe] - begun(probe)),
  );
}

const line = (name: string, cells: string[]) => name.padEnd(38) + cells.map((cell) => cell.padStart(7)).join('');

function printStage(stage: string, times: number[]): void {
  const sorted = times.filter(Number.isFinite).sort((a, b) => a - b);
  const of = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  console.log(
    line(
      stage,
      [mean, of(0.5), of(0.9), of(0.99), of(1)].map((time) => time.toFixed(0)),
    ),
  );
}

/** Notes when probes come to a point. */
export class Probes {
  readonly stamps: Stamps = {};

  note(point: string, users: Iterable<string>): void {
    const at = Date.now();
    this.stamps[point] ??= {};
    for (const user of users) if (user.startsWith('probe-')) this.stamps[point][user] ??= at;
  }
}
