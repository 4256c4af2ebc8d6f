import { trace } from '@opentelemetry/api';
import { afterAll, expect, it } from 'vitest';
import { openSmallShop } from './server-shop.ts';

interface Noted {
  name: string;
  attributes: Record<string, unknown>;
  isEnded: boolean;
}

const spans: Noted[] = [];
/** What an SDK registers, cut down to what can be seen here. */
trace.setGlobalTracerProvider({
  getTracer: () =>
    ({
      startSpan(name: string, { attributes = {} }: { attributes?: Record<string, unknown> } = {}) {
        const noted = { name, attributes: { ...attributes }, isEnded: false };
        spans.push(noted);
        return {
          isRecording: () => true,
          setAttribute: (key: string, value: unknown) => void (noted.attributes[key] = value),
          setStatus: () => undefined,
          end: () => void (noted.isEnded = true),
        };
      },
    }) as never,
});
afterAll(() => trace.disable());

it('each request is a span, with its route and status, for whoever registers an SDK', async () => {
  const shop = await openSmallShop();
  await shop.get('/products/K0?secret=1');
  await shop.get('/products/nothing');
  await shop.close();
  expect(spans).toMatchObject([
    {
      name: 'GET /products/:id',
      isEnded: true,
      attributes: { 'http.route': '/products/:id', 'url.path': '/products/K0', 'http.response.status_code': 400 },
    },
    { name: 'GET /products/:id', isEnded: true, attributes: { 'http.response.status_code': 404 } },
  ]);
});
