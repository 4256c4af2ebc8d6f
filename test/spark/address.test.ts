import { sparkAls } from 'attune/spark';
import { describe, expect, it } from 'vitest';
import { connectAddress } from '../../src/spark/connect/address.ts';

const read = (address: string) => connectAddress(address, 'cluster');

describe('the address of a cluster', () => {
  it('has the port 15002 and no TLS when it says nothing else', () => {
    expect(read('sc://spark')).toMatchObject({ host: 'spark', port: 15002, secure: false, headers: {}, userId: 'attune' });
  });
  it('sends a token by TLS unless it says otherwise', () => {
    expect(read('sc://spark:443/;token=a%2Fb')).toMatchObject({ port: 443, secure: true, headers: { authorization: 'Bearer a/b' } });
    expect(read('sc://spark/;token=a;use_ssl=false').secure).toBe(false);
    expect(read('sc://spark/;use_ssl=TRUE')).toMatchObject({ secure: true, headers: {} });
  });
  it('sends parameters it does not know as headers, and takes IPv6', () => {
    expect(read('sc://[::1]:15002/;user_id=ann;X-Cluster-Id=7')).toMatchObject({
      host: '::1',
      userId: 'ann',
      headers: { 'x-cluster-id': '7' },
    });
  });
  it.each([
    'spark:15002',
    'http://spark',
    'sc://',
    'sc://spark:0',
    'sc://spark:99999',
    'sc://spark/path',
    'sc://my spark',
    'sc://spark?use_ssl=true',
    'sc://spark/;token',
    'sc://spark/;use_ssl=yes',
    'sc://spark/;a=%',
    5,
  ])('is refused when it is %s', async (cluster) => {
    await expect(sparkAls({ cluster, interactions: '/data' } as never)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });
  it('does not show a token in an error', async () => {
    await expect(sparkAls({ cluster: 'sc:/spark/;token=secret', interactions: '/data' })).rejects.toThrow(/^(?!.*secret)/);
  });
});

describe('options of sparkAls', () => {
  it.each([
    [{ interactions: undefined }],
    [{ interactions: { table: 'a', query: 'b' } }],
    [{ interactions: { path: [] } }],
    [{ interactions: [] }],
    [{ regParam: 1 }],
    [{ rank: 0 }],
    [{ seed: -1 }],
    [{ duplicates: 'last' }],
    [{ implicit: false, regularization: 0 }],
    [{ sparkOptions: { a: 1 } }],
    [{ ca: 5 }],
  ])('are refused before anything is sent: %j', async (options) => {
    await expect(sparkAls({ cluster: 'sc://nowhere', interactions: '/data', ...options } as never)).rejects.toMatchObject({
      code: 'ERR_BAD_OPTION',
    });
  });
});
