import { computed, onMounted, onUnmounted, type Ref, reactive, ref, watch } from 'vue';
import { type Facts, type Family, families, type Listed, type Reply, type Request, type Scored } from './messages.ts';
import { type SetName, sets } from './sets.ts';

/** What the visitor chose. All but a dropped file lives in the address, so that a link shows the same. */
interface Chosen {
  set: SetName | '';
  models: Family[];
  model: Family | '';
  user: string;
  query: string;
}

type Progress = Extract<Reply, { type: 'progress' }>;
const inOrder = (chosen: readonly string[]) => families.filter((family) => chosen.includes(family));

/** The state of the playground and what its buttons do. */
export function usePlayground() {
  const chosen = reactive<Chosen>({ set: 'books', models: ['popularity', 'item-knn', 'als', 'ease'], model: '', user: '', query: '' });
  const file = ref<File>();
  const history = ref<string[]>([]);
  const session = useSession(chosen, file, history);
  watch(() => [chosen.model, chosen.user, history.value.length], session.show);
  watch(() => chosen.query, session.search);
  onUnmounted(session.stop);
  onMounted(() => {
    const { run, user, query, model } = recall(chosen);
    if (run) {
      session.start();
      Object.assign(chosen, { user, query, model });
    }
    const started = computed(() => session.ready.value || session.running.value);
    watch([chosen, started, file], () => remember(chosen, file.value === undefined, started.value), { deep: true });
  });
  const part = computed(() => partDone(session.progress.value, inOrder(chosen.models)));
  return { chosen, file, history, part, ...session };
}

/** A worker that trains and answers, and what it has said. */
function useSession(chosen: Chosen, file: Ref<File | undefined>, history: Ref<string[]>) {
  const facts = ref<Facts>();
  const scored = ref<Scored[]>([]);
  const progress = ref<Progress>();
  const error = ref('');
  const running = ref(false);
  const ready = ref(false);
  const answer = ref<{ list: Listed[]; had: Listed[] }>();
  const found = ref<Listed[]>();
  let worker: Worker | undefined;
  let asked = 0;
  let searched = 0;
  const ask = (request: Request) => worker?.postMessage(request);

  function start(): void {
    stop();
    Object.assign(chosen, { user: '', query: '' });
    facts.value = answer.value = found.value = undefined;
    [scored.value, history.value, error.value, ready.value, running.value] = [[], [], '', false, true];
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => hear(data));
    worker.addEventListener('error', ({ message }) => hear({ type: 'failed', message }));
    const source = file.value ? { file: file.value } : { set: chosen.set || 'books' };
    ask({ type: 'train', source, families: inOrder(chosen.models) });
  }

  function stop(): void {
    worker?.terminate();
    worker = undefined;
    running.value = false;
    progress.value = undefined;
  }

  function hear(reply: Reply): void {
    if (reply.type === 'progress') progress.value = reply;
    else if (reply.type === 'read') facts.value = reply.facts;
    else if (reply.type === 'scored') scored.value = reply.scored;
    else if (reply.type === 'list' && reply.id === asked) answer.value = reply;
    else if (reply.type === 'found' && reply.id === searched) found.value = reply.list;
    else if (reply.type === 'ready') begin();
    else if (reply.type === 'failed') {
      error.value = reply.message;
      stop();
    }
  }

  /** Everything is trained: show the list of the best model, unless another was asked for. */
  function begin(): void {
    [running.value, ready.value, progress.value] = [false, true, undefined];
    const fitted = scored.value.filter(({ failed }) => !failed);
    if (!fitted.some(({ family }) => family === chosen.model)) chosen.model = fitted[0]?.family ?? '';
    if (!chosen.user) chosen.user = facts.value?.someUsers[0] ?? '';
    show();
    if (chosen.query) search();
  }

  function show(): void {
    if (!ready.value || !chosen.model) return;
    const user = history.value.length > 0 ? undefined : chosen.user;
    ask({ type: 'ask', id: ++asked, family: chosen.model, user, history: [...history.value] });
  }

  function search(): void {
    if (chosen.query.trim()) ask({ type: 'search', id: ++searched, query: chosen.query });
    else found.value = undefined;
  }

  return { facts, scored, progress, error, running, ready, answer, found, start, stop, show, search };
}

/** How much of all training is done, from 0 to 1. */
function partDone(at: Progress | undefined, order: readonly Family[]): number | undefined {
  if (!at) return undefined;
  const done = order.indexOf(at.family as Family);
  return done < 0 ? 0.02 : (done + (at.part ?? (at.phase === 'evaluating' ? 0.9 : 0.3))) / order.length;
}

/** Writes the choices into the address. */
function remember(chosen: Chosen, made: boolean, started: boolean): void {
  const { set, models, model, user, query } = chosen;
  const state = { ...(made && { set }), models: models.join(','), model, user, q: query, run: made && started ? '1' : '' };
  const kept = Object.entries(state).filter(([, value]) => value !== '');
  window.history.replaceState(window.history.state, '', `${location.pathname}?${new URLSearchParams(kept)}`);
}

/** Reads them back; what is for after the training is returned. */
function recall(chosen: Chosen): { run: boolean; user: string; query: string; model: Family | '' } {
  const state = new URLSearchParams(location.search);
  const [set, models, user, query, model] = ['set', 'models', 'user', 'q', 'model'].map((name) => state.get(name) ?? '');
  if (Object.hasOwn(sets, set)) chosen.set = set as SetName;
  const known = inOrder(models.split(','));
  if (known.length > 0) chosen.models = known;
  return { run: state.get('run') === '1', user, query, model: families.includes(model as Family) ? (model as Family) : '' };
}
