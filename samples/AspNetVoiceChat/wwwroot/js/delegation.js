import { PageTools } from './page-tools.js';

// The work that the voice model of GPT-Live hands over: it has no tools of its own. The host has said to whom it goes, and what this page's channel may carry for it.
//
//   client     this page does it. Nothing says what is wanted: that stands in what the user said, and may still be on its way. What comes of it goes back as a commentary, which the model says.
//   responses  a Responses model at the service does it, and has this page's tools called: one output a call, then one response.create when the response is complete and no call is open
//   decisions  the Decisions model answers the host's questions; the page does what it says
//
// In each an answer goes back in any case, for the model waits for one; and what arrives twice is done once.

/** Nothing more of the request comes, after so many milliseconds without a word of the user's; and after so many in any case. */
const SETTLED = 1_000;
const LATEST = 3_500;
/** A task that the page does not finish within two minutes has failed. */
const TASK_LIMIT = 120_000;
/** Characters: a text has at most 500 tokens. */
const LONGEST_TEXT = 1_500;
const LONGEST_REQUEST = 4_000;
const REMEMBERED = 256;

const HELP = 'Say that there is a clock here, dice, and a note pad, and ask which of them is wanted.';

export class Delegation {
  #send;
  #desk;
  #tools;
  #signal;
  #mode;
  #seen = new Set();
  // client
  #said = '';
  #saidAt = -Infinity;
  #serving = Promise.resolve();
  // responses: by delegation, the calls that have no output yet, and whether the response is complete
  #tasks = new Map();
  #owesResponse = false;
  #isAsked = false; // a response.create is on its way

  /**
   * @param {string} mode 'client' | 'responses' | 'decisions'
   * @param {(event: object) => void} send
   * @param {import('./desk.js').Desk} desk
   * @param {AbortSignal} signal the call is over
   */
  constructor(mode, send, desk, signal) {
    this.#mode = mode;
    this.#send = send;
    this.#desk = desk;
    this.#signal = signal;
    this.#tools = new PageTools(desk, signal);
  }

  handle(event) {
    switch (event.type) {
      case 'session.input_transcript.delta':
        if (typeof event.delta === 'string') this.#hear(event.delta);
        break;
      case 'session.delegation.created':
        if (event.delegation?.target === 'client' && this.#isNew(event.delegation.id)) this.#serve(event.delegation.id);
        break;
      case 'response.event':
        this.#isAsked = false;
        this.#onResponse(event.delegation_id ?? '', event.event ?? {});
        break;
      case 'error':
        this.#isAsked = false; // it may have been refused; what comes next has it asked again
        break;
      case 'decision.event':
        // What a trigger has asked belongs to no delegation; this sample sets none.
        if (event.delegation_id && this.#isNew(event.event_id)) this.#onDecision(event.delegation_id, event.event?.decision?.answers);
        break;
    }
  }

  /** What the user writes. The voice model knows nothing of it: a Responses model takes it as a message, otherwise the page does what it asks for, or has the voice answer. */
  async write(text) {
    if (this.#mode === 'responses') {
      this.#send({ type: 'response.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] } });
      this.#owesResponse = true;
      this.#goOn();
      return;
    }
    const asked = PageTools.choose(text);
    this.#say(asked ? sentenceOf(asked.name, await this.#tools.run(crypto.randomUUID(), asked.name, asked.given)) : `The user has written: "${text}". Answer that.`);
  }

  #hear(words) {
    this.#said = (this.#said + words).slice(-LONGEST_REQUEST);
    this.#saidAt = performance.now();
  }

  // One after the other: each takes what has been said since the one before.
  #serve(id) {
    this.#desk.tool({ id, name: 'asked of this page', status: 'Running' });
    this.#serving = this.#serving.then(async () => {
      const began = performance.now();
      const request = await this.#request();
      const asked = PageTools.choose(request);
      if (asked) this.#send({ type: 'session.thinking.append', content: `Looking after that: ${asked.name}.`, delegation_id: id });
      const answer = asked ? await within(TASK_LIMIT, this.#tools.run(`${id}-1`, asked.name, asked.given)) : null;
      this.#desk.tool({ id, name: 'asked of this page', given: request, status: asked && answer === null ? 'TimedOut' : 'Completed', milliseconds: performance.now() - began });
      this.#say(!asked ? HELP : answer === null ? 'Say that this took too long and could not be done.' : sentenceOf(asked.name, answer), id);
    });
  }

  async #request() {
    const began = performance.now();
    while (!this.#signal.aborted) {
      const now = performance.now();
      if (now - Math.max(began, this.#saidAt) >= SETTLED || now - began >= LATEST) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const request = this.#said.trim();
    this.#said = '';
    return request;
  }

  #onResponse(id, event) {
    switch (event.type) {
      case 'response.created':
        this.#tasks.set(id, { open: this.#tasks.get(id)?.open ?? new Set(), isComplete: false });
        break;
      // A call is told of three times: added, its arguments, done. Only the last has everything.
      case 'response.output_item.done':
        if (event.item?.type === 'function_call' && (event.item.status ?? 'completed') === 'completed' && this.#isNew(event.item.call_id)) this.#call(id, event.item);
        break;
      case 'response.completed':
        this.#task(id).isComplete = true;
        this.#goOn();
        break;
      case 'response.failed':
      case 'response.incomplete':
        this.#tasks.delete(id); // and its calls: nobody waits for their results
        this.#say('Say that this could not be done.');
        this.#goOn();
        break;
    }
  }

  #task(id) {
    if (!this.#tasks.has(id)) this.#tasks.set(id, { open: new Set(), isComplete: false });
    return this.#tasks.get(id);
  }

  async #call(id, { call_id, name, arguments: given }) {
    const task = this.#task(id);
    task.open.add(call_id);
    const output = await this.#tools.run(call_id, String(name), String(given ?? ''));
    if (!task.open.delete(call_id) || this.#tasks.get(id)?.open !== task.open) return; // its response has failed
    this.#send({ type: 'response.item.create', item: { type: 'function_call_output', call_id, output } });
    this.#owesResponse = true;
    this.#goOn();
  }

  // The model goes on when it has everything: earlier the service refuses it, and two at once it does not do either.
  #goOn() {
    for (const [id, task] of this.#tasks) {
      if (task.open.size > 0 || !task.isComplete) return;
      this.#tasks.delete(id);
    }
    if (!this.#owesResponse || this.#isAsked) return;
    this.#owesResponse = false;
    this.#isAsked = true;
    this.#send({ type: 'response.create' });
  }

  async #onDecision(id, given) {
    const answers = Array.isArray(given) ? given : [];
    const wanted = answers.find((answer) => answer?.name === 'wanted')?.choice;
    this.#desk.tool({ id, name: 'decided', given: answers.map(describe).join(', '), status: 'Completed' });
    if (['clock', 'dice', 'read_notes'].includes(wanted)) this.#say(sentenceOf(wanted, await this.#tools.run(`${id}-1`, wanted, wanted === 'dice' ? '{"count":2}' : '{}')));
    else if (wanted === 'end') this.#say('Say goodbye.');
    else this.#say(HELP);
  }

  #say(content, delegationId = null) {
    // The id is written in any case: the service refuses a text without.
    this.#send({ type: 'session.commentary.append', content: content.slice(0, LONGEST_TEXT), delegation_id: delegationId });
  }

  #isNew(id) {
    if (typeof id !== 'string' || this.#seen.has(id)) return false;
    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value);
    return true;
  }
}

function sentenceOf(name, output) {
  switch (name) {
    case 'clock':
      return `It is ${output}.`;
    case 'dice':
      return `The dice show ${output}.`;
    case 'read_notes':
      return `The note pad says: ${output}`;
    default:
      return output;
  }
}

function describe(answer) {
  if (answer?.type === 'choice') return `${answer.name}: ${answer.choice} (${Math.round(100 * (answer.confidence ?? 0))} %)`;
  if (answer?.type === 'predicate') return `${answer.name}: ${Math.round(100 * (answer.probability ?? 0))} %`;
  return `${answer?.name ?? '?'}: ${answer?.score ?? answer?.type ?? '?'}`;
}

/** What comes within some time; null when nothing does. */
async function within(limit, promise) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => resolve(null), limit); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
