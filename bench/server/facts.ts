/** What a server says of itself to Prometheus. */
export async function facts(url: string): Promise<{ cpu: number; memory: number }> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const of = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  return { cpu: of('process_cpu_seconds_total'), memory: of('process_resident_memory_bytes') };
}
