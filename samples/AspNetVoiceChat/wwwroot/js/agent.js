// What the host's agent does in a bridged call: who speaks, which tools it calls, what it asks, how quick it answers. The host tells it by events of its own, whose names begin with "agent.".
//
//   agent.started   text_url: POST there what the user writes
//   agent.speech    who ('user' | 'assistant'), is_speaking
//   agent.tool      call_id, tool, arguments, status, output, milliseconds
//   agent.approval  tool, arguments, answer_url: POST there, with /approve, /always or /refuse behind it
//   agent.turn      number, latency, tools, tokens, all_tokens, was_interrupted

export class Agent {
  #desk;
  #leads = false;
  #textUrl = null;
  #isWritten = Promise.resolve(); // one text after the other
  #waiting = []; // written before the agent has begun

  /** @param {import('./desk.js').Desk} desk where it is shown */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Whether the agent leads, so that what is written goes to it. */
  get leads() {
    return this.#leads;
  }

  /** A call begins in which it leads, as soon as it says so. */
  begin() {
    this.#leads = true;
  }

  write(text) {
    if (this.#textUrl === null) {
      this.#waiting.push(text);
      return;
    }
    const url = this.#textUrl;
    this.#isWritten = this.#isWritten.then(() => fetch(url, { method: 'POST', body: text, cache: 'no-store' })).catch(() => null); // the call's own end says what is wrong
  }

  /** The call is over. */
  end() {
    this.#leads = false;
    this.#textUrl = null;
    this.#waiting = [];
  }

  handle(event) {
    if (!event.type?.startsWith('agent.')) return;
    this.#desk.open('Agent at the host', 'Tokens');
    switch (event.type) {
      case 'agent.started':
        this.#textUrl = event.text_url;
        for (const text of this.#waiting.splice(0)) this.write(text);
        break;
      case 'agent.speech':
        this.#desk.speaks(event.who, event.is_speaking);
        break;
      case 'agent.tool':
        this.#desk.tool({ id: event.call_id, name: event.tool, given: event.arguments, status: event.status, output: event.output, milliseconds: event.milliseconds });
        break;
      case 'agent.approval':
        this.#desk.ask(event.tool, event.arguments, (answer) => fetch(`${event.answer_url}/${answer}`, { method: 'POST', cache: 'no-store' }).catch(() => null));
        break;
      case 'agent.turn':
        this.#desk.answered(event.latency);
        this.#desk.costs(`${event.all_tokens ?? 0}`);
        break;
    }
  }
}
