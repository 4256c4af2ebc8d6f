export const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string);

/** A report that stands alone in one file, light and dark. */
export const page = (title: string, body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; --ink: #1d2329; --paper: #fbfaf7; --line: #d9d5cc; --accent: #0f6e56; --soft: #a9b7b0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ea; --paper: #15181b; --line: #333a40; --accent: #3ba688; --soft: #5f6d66; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { display: block; overflow-x: auto; border-collapse: collapse; margin: 1.5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th, .best { font-weight: 650; }
small { opacity: .7; }
figure { margin: 1.5rem 0; } figcaption { font-size: .85rem; opacity: .75; }
svg { max-width: 100%; height: auto; font: 13px system-ui, sans-serif; fill: var(--ink); }
.bar { fill: var(--accent); } .other { fill: var(--soft); } .interval, .axis { stroke: var(--ink); stroke-width: 1.5; fill: none; }
</style></head><body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
