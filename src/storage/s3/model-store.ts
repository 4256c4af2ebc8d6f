import type { ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, callback, readOptions, text } from '../../options.ts';
import { keyValueModelStore } from '../key-value/model-store.ts';
import { modelStoreChecks } from '../shared/model-store.ts';
import { s3KeyValue } from './key-value.ts';
import type { S3Credentials } from './sign.ts';

/** Options of {@link s3ModelStore}. */
export interface S3ModelStoreOptions extends ModelStoreOptions {
  /** Address of the service, such as `https://s3.eu-central-1.amazonaws.com` or `http://127.0.0.1:9000`. */
  endpoint: string | URL;
  /** Name of the bucket, which exists. */
  bucket: string;
  /** Who asks. */
  credentials: S3Credentials;
  /** Default `'us-east-1'`, which services other than Amazon's expect or ignore. */
  region?: string | undefined;
  /** What the names of the objects begin with, such as `'shop/'`. Default `'models/'`. */
  prefix?: string | undefined;
  /** Sends the requests. Default the `fetch` of the runtime. */
  fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Keeps models in a bucket of any S3-compatible service with conditional writes (`If-None-Match: *`), which AWS, MinIO and versitygw
 * have: by them a version belongs to one writer, and no change of an alias is lost. A version is `models/als~3`, its bytes
 * `models/als~3~model`. Requests are signed with AWS Signature Version 4; those that may be repeated are, up to four times.
 *
 * @throws ERR_BAD_OPTION; the calls reject with ERR_STORE when the service refuses or does not answer
 */
export function s3ModelStore(options: S3ModelStoreOptions): ModelStore {
  const { endpoint, bucket, credentials, region, prefix, fetch, keep } = readOptions('s3ModelStore', options, {
    endpoint: address,
    bucket: text(),
    credentials: s3Credentials,
    region: text({ default: 'us-east-1' }),
    prefix: text({ default: 'models/', allowEmpty: true }),
    fetch: callback<typeof globalThis.fetch>(),
    ...modelStoreChecks,
  });
  // Looked up with each request, so that what replaces it later counts.
  const send: typeof globalThis.fetch = fetch ?? ((...request) => globalThis.fetch(...request));
  return keyValueModelStore(s3KeyValue({ endpoint, bucket, credentials, region, prefix, fetch: send }), { keep });
}

const address: Check<URL> = (value, name) => {
  try {
    const url = new URL(value as string | URL);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // as below
  }
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an address that begins with http:// or https://, got ${shown(value)}.`);
};

const s3Credentials: Check<S3Credentials> = (value, name) => {
  const read = readOptions(name, value, {
    accessKeyId: text(),
    secretAccessKey: text(),
    sessionToken: (token, label) => (token === undefined ? undefined : text()(token, label)),
  });
  return read;
};
