// What the host's agent does in a bridged call: who speaks, which tools it calls, what it asks, how quick it answers. The host tells it by events of its own, whose names begin with "agent.".
//
//   agent.started   text_url: POST there what the user writes
//   agent.speech    who ('user' | 'assistant'), is_speaking
//   agent.tool      call_id, tool, arguments, status, output, milliseconds
//   agent.approval  tool, arguments, answer_url: POST there, with /approve, /always or /refuse behind it
//   agent.turn      number, latency, tools, tokens, all_tokens, was_interrupted

const MAX_TOOLS = 50;

const states = {
  Waiting: 'waits for you',
  Running: 'runs …',
  Completed: 'done',
  Failed: 'failed',
  TimedOut: 'took too long',
  Cancelled: 'cancelled',
  Refused: 'refused',
  Rejected: 'was not run',
};

export class Agent {
  #parts;
  #tools = new Map(); // call id → row
  #asks = new Set();
  #speaking = new Set();
  #textUrl = null;

  /**
   * @param {{ section: HTMLElement, asks: HTMLElement, speaking: HTMLElement, latency: HTMLElement, tokens: HTMLElement, tools: HTMLElement, you: HTMLElement, them: HTMLElement }} parts
   */
  constructor(parts) {
    this.#parts = parts;
  }

  clear() {
    this.#tools.clear();
    this.#asks.clear();
    this.#speaking.clear();
    this.#parts.tools.replaceChildren();
    this.#parts.section.hidden = true;
    this.#parts.latency.textContent = '–';
    this.#parts.tokens.textContent = '–';
    this.end();
  }

  /** Whether the agent leads, so that what is written goes to it. */
  get leads() {
    return this.#textUrl !== null;
  }

  write(text) {
    fetch(this.#textUrl, { method: 'POST', body: text, cache: 'no-store' }).catch(() => null); // the call's own end says what is wrong
  }

  /** The call is over: nothing can be answered any more. */
  end() {
    this.#textUrl = null;
    for (const ask of this.#asks) ask.remove();
    this.#asks.clear();
    this.#speaking.clear();
    this.#showSpeaking();
  }

  handle(event) {
    if (!event.type?.startsWith('agent.')) return;
    this.#parts.section.hidden = false;
    switch (event.type) {
      case 'agent.started':
        this.#textUrl = event.text_url;
        break;
      case 'agent.speech':
        if (event.is_speaking) this.#speaking.add(event.who);
        else this.#speaking.delete(event.who);
        this.#showSpeaking();
        break;
      case 'agent.tool':
        this.#showTool(event);
        break;
      case 'agent.approval':
        this.#ask(event);
        break;
      case 'agent.turn':
        this.#parts.latency.textContent = event.latency === null ? 'not heard' : `${event.latency} ms`;
        this.#parts.tokens.textContent = `${event.all_tokens ?? 0}`;
        break;
    }
  }

  #showSpeaking() {
    const { speaking, you, them } = this.#parts;
    const isYou = this.#speaking.has('user');
    const isThem = this.#speaking.has('assistant');
    speaking.textContent = isYou && isThem ? 'both' : isYou ? 'you' : isThem ? 'assistant' : 'nobody';
    you.dataset.speaking = isYou;
    them.dataset.speaking = isThem;
  }

  #showTool({ call_id, tool, arguments: given, status, output, milliseconds }) {
    let row = this.#tools.get(call_id);
    if (!row) {
      row = document.createElement('li');
      row.append(...['name', 'given', 'state', 'output'].map((part) => { const span = document.createElement('span'); span.className = part; return span; }));
      this.#tools.set(call_id, row);
      this.#parts.tools.prepend(row);
      if (this.#tools.size > MAX_TOOLS) {
        const [oldest] = this.#tools.keys();
        this.#tools.get(oldest).remove();
        this.#tools.delete(oldest);
      }
    }
    row.dataset.status = status;
    const [name, args, state, result] = row.children;
    name.textContent = tool;
    args.textContent = given === '{}' ? '' : given;
    state.textContent = status === 'Completed' ? `${milliseconds} ms` : states[status] ?? status;
    result.textContent = output ?? '';
  }

  #ask({ tool, arguments: given, answer_url }) {
    const box = document.createElement('div');
    box.className = 'ask';
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', `May the assistant use ${tool}?`);
    const question = document.createElement('p');
    const what = document.createElement('strong');
    what.textContent = tool;
    const how = document.createElement('code');
    how.textContent = given;
    question.append('May the assistant use ', what, ' with ', how, '?');
    const answers = [['approve', 'Approve'], ['always', 'Always'], ['refuse', 'Refuse']].map(([answer, label]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.dataset.answer = answer;
      button.addEventListener('click', () => this.#answer(box, `${answer_url}/${answer}`));
      return button;
    });
    box.append(question, ...answers);
    this.#asks.add(box);
    this.#parts.asks.append(box);
  }

  // One that is not waited for any more, because it took too long or the call has ended, is gone all the same.
  async #answer(box, url) {
    for (const button of box.querySelectorAll('button')) button.disabled = true;
    await fetch(url, { method: 'POST', cache: 'no-store' }).catch(() => null);
    box.remove();
    this.#asks.delete(box);
  }
}
