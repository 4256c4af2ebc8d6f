import { describe, it } from 'vitest';
import { crashOften, kills, writeAtOnce } from '../support/crash.ts';
import { serviceUrl } from '../support/service.ts';

const run = Date.now().toString(36);

describe.each(['postgres', 'redis'])('stores in %s', (kind) => {
  it('hold all that they confirmed and nothing half, whenever a writer is killed', { timeout: 180_000 + kills * 5000 }, () =>
    crashOften(kind, `${serviceUrl(kind)} a${run}`),
  );
  it('take two writers at once', { timeout: 180_000 }, () => writeAtOnce(kind, `${serviceUrl(kind)} b${run}`));
});
