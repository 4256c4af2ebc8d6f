/** Counts of a processor, written out as Prometheus reads them. */
export class StreamMetrics {
  readonly #labels: string;
  readonly #counters = new Map<string, number>();
  readonly #buckets = new Float64Array(bounds.length + 1);
  #seconds = 0;
  #observed = 0;

  constructor(topic: string) {
    this.#labels = `topic="${topic.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`))}"`;
    for (const name of Object.keys(help)) this.#counters.set(name, 0);
  }

  count(name: keyof typeof help, by = 1): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + by);
  }

  /** Notes how long it took from some events to an answer that knows them. */
  observe(seconds: number, events: number): void {
    let k = bounds.findIndex((bound) => seconds <= bound);
    if (k === -1) k = bounds.length;
    this.#buckets[k] += events;
    this.#seconds += seconds * events;
    this.#observed += events;
  }

  /** Text of the Prometheus exposition format, version 0.0.4. */
  text(lag: ReadonlyMap<number, number>, version: number | undefined): string {
    const lines: string[] = [];
    const family = (name: string, type: string, what: string, samples: string[]) => {
      lines.push(`# HELP ${name} ${what}`, `# TYPE ${name} ${type}`, ...samples);
    };
    for (const [name, what] of Object.entries(help)) {
      family(`attune_stream_${name}_total`, 'counter', what, [`attune_stream_${name}_total{${this.#labels}} ${this.#counters.get(name)}`]);
    }
    const lags = [...lag].sort(([a], [b]) => a - b);
    family(
      'attune_stream_lag_messages',
      'gauge',
      'Messages of a partition that are not yet read.',
      lags.map(([partition, messages]) => `attune_stream_lag_messages{${this.#labels},partition="${partition}"} ${messages}`),
    );
    if (version !== undefined) {
      const name = 'attune_stream_model_version';
      family(name, 'gauge', 'Version of the model that was published last.', [`${name}{${this.#labels}} ${version}`]);
    }
    const name = 'attune_stream_delay_seconds';
    let sum = 0;
    const buckets = [...bounds.map(String), '+Inf'].map((le, k) => {
      sum += this.#buckets[k];
      return `${name}_bucket{${this.#labels},le="${le}"} ${sum}`;
    });
    family(name, 'histogram', 'Time from an event to the version or the changes that know it.', [
      ...buckets,
      `${name}_sum{${this.#labels}} ${this.#seconds}`,
      `${name}_count{${this.#labels}} ${this.#observed}`,
    ]);
    return `${lines.join('\n')}\n`;
  }
}

const bounds = [0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 60];

const help = {
  events: 'Events that were stored.',
  duplicates: 'Events that came again and were stored already.',
  missing: 'Offsets for which no message came: deleted by retention before they were read, or marks of transactions.',
  interactions: 'Events that changed the value of a user and an item.',
  dead_letters: 'Messages that were no events and went to the dead-letter topic.',
  batches: 'Batches that were stored.',
  versions: 'Versions of the model that were published.',
  retries: 'Transactions and commits that failed and were repeated.',
};
