/** A page to try the server with: a user, a history or a query, and what comes of it. */
export function page(canSearch: boolean): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>attune serve</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem }
  form { display: flex; gap: .5rem; flex-wrap: wrap; margin: 1.5rem 0 }
  input, select, button { font: inherit; padding: .45rem .7rem; border: 1px solid #8888; border-radius: .5rem }
  input { flex: 1 1 14rem } button { background: #2457d6; color: #fff; border: 0; cursor: pointer }
  ol { padding-left: 1.6rem } li { margin: .3rem 0 } li button { all: unset; cursor: pointer; text-decoration: underline dotted }
  li button:focus-visible { outline: 2px solid #2457d6 } small { opacity: .7; margin-left: .5rem } p[role=alert] { color: #c62828 }
</style>
<h1>attune serve</h1>
<form>
  <label for="kind" hidden>What</label>
  <select id="kind">
    <option value="user_id">for user</option>
    <option value="history">for a history (ids, comma separated)</option>
    <option value="item_id">similar to item</option>
    ${canSearch ? '<option value="query">search</option>' : ''}
  </select>
  <label for="text" hidden>Value</label>
  <input id="text" autofocus required>
  <button>Show</button>
</form>
<p role="alert"></p>
<ol></ol>
<script>
  const [form, kind, text, alertBox, list] = ['form', '#kind', '#text', '[role=alert]', 'ol'].map((s) => document.querySelector(s));
  const routes = { user_id: '/recommendations', history: '/recommendations', item_id: '/similar-items', query: '/search' };
  const show = async (what, value) => {
    kind.value = what; text.value = value; alertBox.textContent = ''; list.replaceChildren();
    const body = await (await fetch(routes[what] + '?' + new URLSearchParams({ [what]: value, n: 20 }))).json();
    if (body.error) return void (alertBox.textContent = body.error.message);
    const rows = body.recommendations ?? body.results;
    if (rows.length === 0) alertBox.textContent = 'Nothing found.';
    else if (body.fallback) alertBox.textContent = 'No item has a word of the query; these come closest.';
    for (const { item_id, title, score } of rows) {
      const row = document.createElement('li'), link = document.createElement('button'), note = document.createElement('small');
      link.textContent = title || item_id; link.title = 'Similar items';
      link.onclick = () => show('item_id', item_id);
      note.textContent = (title ? item_id + ' · ' : '') + score.toPrecision(4);
      row.append(link, note); list.append(row);
    }
  };
  form.onsubmit = (event) => { event.preventDefault(); show(kind.value, text.value); };
</script>
</html>
`;
}
