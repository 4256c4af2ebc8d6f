import { createHash } from 'node:crypto';
import { type S3ModelStoreOptions, s3ModelStore } from 'attune/s3';
import { describe, expect, it } from 'vitest';
import { s3KeyValue } from '../../src/storage/s3/key-value.ts';
import { keyValueConformance, modelStoreConformance } from '../support/conformance.ts';
import { serviceUrl, skippedService } from '../support/service.ts';

const skipped = skippedService('s3');
const endpoint = skipped ? 'http://127.0.0.1:1' : serviceUrl('s3');
const credentials = { accessKeyId: 'test', secretAccessKey: 'testsecret' };

let number = 0;
const run = Date.now().toString(36);
let prefix = '';
const open = (options: Partial<S3ModelStoreOptions> = {}) => {
  prefix = `${run}/${++number} é/`;
  return s3ModelStore({ endpoint, bucket: 'attune', credentials, prefix, ...options });
};
const keyValue = () =>
  s3KeyValue({ endpoint: new URL(endpoint), bucket: 'attune', credentials, prefix, region: 'us-east-1', fetch: globalThis.fetch });

describe.skipIf(skipped)(`S3${skipped ? ` (${skipped})` : ''}`, () => {
  describe('keys and values', () =>
    keyValueConformance(() => {
      open();
      return keyValue();
    }));

  describe('models', () => {
    modelStoreConformance(() => open(), {
      openKeeping: (keep) => open({ keep }),
      async damage(_, name, version) {
        const bytes = (await keyValue().get(`${name}/${version}/model`)) as Uint8Array;
        bytes[77_777] ^= 1;
        await keyValue().set(`${name}/${version}/model`, bytes);
      },
    });
  });

  it('a wrong secret, a wrong key and a bucket that is not there are told apart', async () => {
    const refused = async (options: Partial<S3ModelStoreOptions>) => {
      const error = await open(options)
        .put('als', Uint8Array.of(1))
        .catch((caught) => caught);
      expect(error).toMatchObject({ name: 'AttuneError', code: 'ERR_STORE' });
      return error.message as string;
    };
    expect(await refused({ credentials: { ...credentials, secretAccessKey: 'wrong' } })).toMatch(/403 SignatureDoesNotMatch.*credentials/);
    expect(await refused({ credentials: { ...credentials, accessKeyId: 'nobody' } })).toMatch(
      /403 InvalidAccessKeyId|404 XAdminUserNotFound/,
    );
    expect(await refused({ bucket: 'not-there' })).toMatch(/404 NoSuchBucket.*Make the bucket first/);
    expect(await refused({ endpoint: 'http://127.0.0.1:1' })).toMatch(/got no answer/);
  });

  it('a model of 30 MB comes back as it was', async () => {
    const store = open();
    const bytes = Uint8Array.from({ length: 30_000_000 }, (_, k) => (k * 31) >> 5);
    await store.put('large', bytes);
    const sum = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
    expect(sum((await store.get('large')).bytes)).toBe(sum(bytes));
  });

  it('a service that fails for a moment is asked again, and a conditional write is not', async () => {
    let failures = 2;
    const sent: string[] = [];
    const shaky = (async (url: URL, init: RequestInit) => {
      sent.push(`${init.method}`);
      return failures-- > 0 ? new Response('', { status: 503 }) : globalThis.fetch(url, init);
    }) as typeof globalThis.fetch;
    const store = open({ fetch: shaky });
    expect(await store.list()).toEqual([]);
    expect(sent).toEqual(['GET', 'GET', 'GET']);
    await store.put('als', Uint8Array.of(1));
    failures = 0;
    const broken = open({
      prefix,
      fetch: (async (url: URL, init: RequestInit) => {
        const conditional = new Headers(init.headers).has('if-none-match');
        return conditional ? new Response('', { status: 500 }) : globalThis.fetch(url, init);
      }) as typeof globalThis.fetch,
    });
    await expect(broken.put('als', Uint8Array.of(2))).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect(await store.list('als')).toHaveLength(1);
  });
});

it('options of S3 that cannot be are refused', () => {
  const good = { endpoint, bucket: 'attune', credentials };
  for (const bad of [
    { ...good, endpoint: 'localhost:9000' },
    { ...good, endpoint: undefined },
    { ...good, bucket: '' },
    { ...good, credentials: undefined },
    { ...good, credentials: { accessKeyId: 'a', secretKey: 'b' } },
    { ...good, regoin: 'eu' },
    undefined,
  ] as never[])
    expect(() => s3ModelStore(bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
});
