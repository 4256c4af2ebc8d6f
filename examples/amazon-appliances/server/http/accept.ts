import type { FastifyRequest } from 'fastify';

/** Whether the one who asks names this type and wants JSON no more than it. Wildcards take whatever comes, and that is JSON. */
export function prefers({ headers: { accept = '' } }: FastifyRequest, type: string): boolean {
  const wanted = weightOf(accept, type);
  return wanted > 0 && wanted >= weightOf(accept, 'application/json');
}

/** From 0 to 1; 0 for a type that is not named. */
function weightOf(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((it) => it.trim());
    if (name !== type) continue;
    const weight = Number(parameters.find((it) => it.startsWith('q='))?.slice(2) ?? 1);
    return Number.isNaN(weight) ? 1 : weight;
  }
  return 0;
}
