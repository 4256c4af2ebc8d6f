import { gunzipSync } from 'node:zlib';
import { readParquet } from 'attune/node';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

/**
 * What pyarrow 26 writes with `compression='lz4', use_dictionary=False, write_statistics=False, store_schema=False`: decimals of scale 0 and 2 in
 * structs, lists, lists of both, and maps, as values and as keys.
 */
const nested = [
  'H4sIAGQCDmsC/41Wz2sTQRj9dnY63ZQSinSGrFYN0ixV0mJbEkIpYkspbSklFBEPRZvWrbYmaZo0EfFgES+CiH+AQhERT1JRvEjBs968eBPP0oN/gL++md1NdjdJ6yZMfnzvve/N',
  'm29JshOLwxx4P+9PcopvGGd9ALBMcKEag53qsHxbHcHaED8XAJV1XHQCGuySZ5PvF2pbk1OfsdzLRQC36+JAe4tfnuJnAtWf4JXjIC8NS2M8k+RGA1OSHnSmM8jelTgNnmjgXJ3K',
  '/UASoQ1JXUlSoPLlJLidx6UqC6tSymDiKcBf3Mbvlf3ZNw8f739IKXi6DXzxBSriY4e4JjzLTWgiLR+vW47X4XEZuN+y5uLlegLlX3v78kelq2OBeu4AOa+1D7bnQ3UAkNDxZPlU',
  'm3CXN8Cx2qtFYBf+OtefC4id4xfbkCbvqSxwU9hpR/cSoeav0ymIscrqTbuQ4z3AuxMkRqsVu5yAeSmRIjGtwhnwKKZBYmT9eqILG8wnl+QqNaLYjcQ6SuX1VRtrlHdhDVen1oM1',
  'mt8s3lC0fkXrd3XznHA2Py4/UQStV7Y58Tiddt4u2MXtZhrJt+SlGpw2siwo6zeqZCtHydJDUqCYm1ZU2yqgDplPOjqRW/ada7Vcvmo79B4OMR2/C+3LS1EhW5grjLQX7U64ks6J',
  'uR7rUn6bSmr0MH/HGv4oDrb0MODtz5EEQc0+88CCPt5tJhiYzrzwqKBiTsxZxmwflzcPgXFhmMy01A0u4VEFH9AqmJ+CXxJZa7EBP8vMNAESRjujpQhjYtx6rh3JUAOnCFNixvp2',
  'BCGj5dVp1885KgyxLK5aL4mPaFFqTgMhwc1cwWkMkMNKDDNZsB7oPqU0JWCuEXknBo3M4AwG+E5OTKygmS96wAwxL6MA8QRoawGt6PKXrD3agh86moxWaMyDnALFllE86gix00AO',
  '4TqTotjTOBI/wuxpn3VniDI44k29qQrvHfNNFDEtCi3OMECvt6fK/P3OQHswp1X4If5oU3tD1MSG9b0zNAW4dRaIPUiuNzdESaxZn4zmIQLJFx8jglqGeBWBgXgpV96q2tuDq6XS',
  'YK5c3rwdr9nlyvpmMT6SHjo/NGwe4K39n0/4ir8nWfzL8A8emHnwNwgAAA==',
];

it('decimals inside of structs, lists and maps have all their digits, and prices are the closest numbers', async () => {
  const rows = [];
  for await (const row of readParquet(folder.write('nested.parquet', gunzipSync(Buffer.from(nested.join(''), 'base64'))))) rows.push(row);
  const long = 2n ** 53n + 1n;
  const huge = 12345678901234567890123n;
  expect(rows).toEqual([
    {
      user: 'u1',
      s: { id: huge, price: 4.35, long },
      l: [long, null, 7],
      ll: [[4.35], []],
      ls: [{ id: -huge, n: 1 }],
      m: { '9007199254740993': 4.3, '9007199254740992': null },
      m2: { a: huge },
      m3: { '90071992547409.93': 1, '90071992547409.92': 2, '-4.5': 3 },
    },
    { user: 'u2', s: null, l: [], ll: null, ls: [{ id: null, n: 2 }, null], m: {}, m2: null, m3: {} },
  ]);
});
