import { computed, onMounted, onUnmounted, reactive, ref, watch } from 'vue';
import { type Facts, type Family, families, type Listed, type Reply, type Request, type Scored } from './messages.ts';
import { type SetName, sets } from './sets.ts';

/** What the playground shows; part of it lives in the address, so that a link shows the same. */
export function usePlayground() {
  const chosen = reactive({
    set: 'books' as SetName | '',
    models: ['popularity', 'item-knn', 'als', 'ease'] as Family[],
    model: '' as Family | '',
    user: '',
    query: '',
  });
  const file = ref<File>();
  const facts = ref<Facts>();
  const scored = ref<Scored[]>([]);
  const progress = ref<Extract<Reply, { type: 'progress' }>>();
  const error = ref('');
  const running = ref(false);
  const ready = ref(false);
  const history = ref<string[]>([]);
  const answer = ref<{ list: Listed[]; had: Listed[] }>();
  const found = ref<Listed[]>();
  let worker: Worker | undefined;
  let asked = 0;
  let searched = 0;

  const ask = (request: Request) => worker?.postMessage(request);

  function start() {
    stop();
    Object.assign(chosen, { user: '', query: '' });
    facts.value = answer.value = found.value = undefined;
    [scored.value, history.value, error.value, ready.value, running.value] = [[], [], '', false, true];
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => hear(data));
    worker.addEventListener('error', ({ message }) => hear({ type: 'failed', message }));
    const source = file.value ? { file: file.value } : { set: chosen.set || 'books' };
    ask({ type: 'train', source, families: families.filter((family) => chosen.models.includes(family)) });
  }

  function stop() {
    worker?.terminate();
    worker = undefined;
    running.value = false;
    progress.value = undefined;
  }

  function hear(reply: Reply) {
    if (reply.type === 'progress') progress.value = reply;
    else if (reply.type === 'read') facts.value = reply.facts;
    else if (reply.type === 'scored') scored.value = reply.scored;
    else if (reply.type === 'list' && reply.id === asked) answer.value = reply;
    else if (reply.type === 'found' && reply.id === searched) found.value = reply.list;
    else if (reply.type === 'ready') {
      [running.value, ready.value, progress.value] = [false, true, undefined];
      const fitted = scored.value.filter(({ failed }) => !failed);
      if (!fitted.some(({ family }) => family === chosen.model)) chosen.model = fitted[0]?.family ?? '';
      if (!chosen.user) chosen.user = facts.value?.someUsers[0] ?? '';
      show();
      if (chosen.query) search();
    } else if (reply.type === 'failed') {
      error.value = reply.message;
      stop();
    }
  }

  function show() {
    if (!ready.value || !chosen.model) return;
    const user = history.value.length > 0 ? undefined : chosen.user;
    ask({ type: 'ask', id: ++asked, family: chosen.model, user, history: [...history.value] });
  }

  function search() {
    if (chosen.query.trim()) ask({ type: 'search', id: ++searched, query: chosen.query });
    else found.value = undefined;
  }

  watch(() => [chosen.model, chosen.user, history.value.length], show);
  watch(() => chosen.query, search);

  // The address
  function remember() {
    const state = new URLSearchParams();
    if (!file.value) state.set('set', chosen.set);
    state.set('models', chosen.models.join(','));
    if (chosen.model) state.set('model', chosen.model);
    if (chosen.user) state.set('user', chosen.user);
    if (chosen.query) state.set('q', chosen.query);
    if (!file.value && (ready.value || running.value)) state.set('run', '1');
    window.history.replaceState(window.history.state, '', `${location.pathname}?${state}`);
  }
  function recall() {
    const state = new URLSearchParams(location.search);
    const set = state.get('set') ?? '';
    if (Object.hasOwn(sets, set)) chosen.set = set as SetName;
    const models = state.get('models')?.split(',') ?? [];
    const known = families.filter((family) => models.includes(family));
    if (known.length > 0) chosen.models = known;
    const [user, query, model] = ['user', 'q', 'model'].map((name) => state.get(name) ?? '');
    if (state.get('run') !== '1') return;
    start();
    Object.assign(chosen, { user, query, model: families.includes(model as Family) ? model : '' });
  }
  onMounted(() => {
    recall();
    watch([chosen, ready, running, file], remember, { deep: true });
  });
  onUnmounted(stop);

  const part = computed(() => {
    const at = progress.value;
    if (!at) return undefined;
    const order = families.filter((family) => chosen.models.includes(family));
    const done = order.indexOf(at.family as Family);
    return done < 0 ? 0.02 : (done + (at.part ?? (at.phase === 'evaluating' ? 0.9 : 0.3))) / order.length;
  });
  return { chosen, file, facts, scored, progress, part, error, running, ready, history, answer, found, start, stop };
}
