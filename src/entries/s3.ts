/** Models in a bucket of any S3-compatible service. */
export { type S3ModelStoreOptions, s3ModelStore } from '../storage/s3/model-store.ts';
export type { S3Credentials } from '../storage/s3/sign.ts';
