// What is shown of the work beside the talk, whoever does it: the host's agent in a bridged call (agent.js), or this page in a call of GPT-Live (live.js).
// Who speaks, which tools are called, what is asked, how quick the answers are, what it all costs.

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

export class Desk {
  #parts;
  #tools = new Map(); // id → row
  #asks = new Set();
  #speaking = new Set();

  /**
   * @param {{ section: HTMLElement, title: HTMLElement, asks: HTMLElement, speaking: HTMLElement, latency: HTMLElement, costName: HTMLElement, cost: HTMLElement, tools: HTMLElement, you: HTMLElement, them: HTMLElement }} parts
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Shown from now on. @param {string} title whose work it is @param {string} costName what is counted */
  open(title, costName) {
    this.#parts.title.textContent = title;
    this.#parts.costName.textContent = costName;
    this.#parts.section.hidden = false;
  }

  clear() {
    this.#tools.clear();
    this.#parts.tools.replaceChildren();
    this.#parts.section.hidden = true;
    this.#parts.latency.textContent = '–';
    this.#parts.cost.textContent = '–';
    this.end();
  }

  /** The call is over: nothing can be answered any more. */
  end() {
    for (const ask of this.#asks) ask.remove();
    this.#asks.clear();
    this.#speaking.clear();
    this.#showSpeaking();
  }

  /** @param {'user' | 'assistant'} who */
  speaks(who, isSpeaking) {
    if (isSpeaking) this.#speaking.add(who);
    else this.#speaking.delete(who);
    this.#showSpeaking();
  }

  /** @param {number | null} milliseconds null: nobody heard the answer */
  answered(milliseconds) {
    this.#parts.latency.textContent = milliseconds === null ? 'not heard' : `${Math.round(milliseconds)} ms`;
  }

  costs(text) {
    this.#parts.cost.textContent = text;
  }

  /** Shows something that is worked on, or what has become of it. */
  tool({ id, name, given = '', status, output = '', milliseconds = null }) {
    let row = this.#tools.get(id);
    if (!row) {
      row = document.createElement('li');
      row.append(...['name', 'given', 'state', 'output'].map((part) => { const span = document.createElement('span'); span.className = part; return span; }));
      this.#tools.set(id, row);
      this.#parts.tools.prepend(row);
      if (this.#tools.size > MAX_TOOLS) {
        const [oldest] = this.#tools.keys();
        this.#tools.get(oldest).remove();
        this.#tools.delete(oldest);
      }
    }
    row.dataset.status = status;
    const [what, args, state, result] = row.children;
    what.textContent = name;
    args.textContent = given === '{}' ? '' : given;
    state.textContent = status === 'Completed' && milliseconds !== null ? `${Math.round(milliseconds)} ms` : states[status] ?? status;
    result.textContent = output ?? '';
  }

  /**
   * Asks whether a tool may be used. One that is not waited for any more, because it took too long or the call has ended, is gone all the same.
   * @param {(answer: 'approve' | 'always' | 'refuse') => Promise<void> | void} answer
   * @returns {() => void} takes the question back
   */
  ask(tool, given, answer) {
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
    const remove = () => {
      box.remove();
      this.#asks.delete(box);
    };
    const buttons = [['approve', 'Approve'], ['always', 'Always'], ['refuse', 'Refuse']].map(([says, label]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.dataset.answer = says;
      button.addEventListener('click', async () => {
        for (const other of buttons) other.disabled = true;
        await answer(says);
        remove();
      });
      return button;
    });
    box.append(question, ...buttons);
    this.#asks.add(box);
    this.#parts.asks.append(box);
    return remove;
  }

  #showSpeaking() {
    const { speaking, you, them } = this.#parts;
    const isYou = this.#speaking.has('user');
    const isThem = this.#speaking.has('assistant');
    speaking.textContent = isYou && isThem ? 'both' : isYou ? 'you' : isThem ? 'assistant' : 'nobody';
    you.dataset.speaking = isYou;
    them.dataset.speaking = isThem;
  }
}
