// What the browser measures of the connection, once a second: round-trip time, loss, what arrives.

const PACE = 1_000;

export class Stats {
  #fields;
  #timer;
  #last = null;

  /** @param {{ roundTrip, loss, rate, delay: HTMLElement }} fields where the figures go */
  constructor(fields) {
    this.#fields = fields;
  }

  start(conversation) {
    this.stop();
    const measure = async () => {
      const report = await conversation.stats();
      if (!report || this.#timer === undefined) return;
      this.#show(read(report));
      this.#timer = setTimeout(measure, PACE);
    };
    this.#timer = setTimeout(measure, 0);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = null;
  }

  clear() {
    for (const field of Object.values(this.#fields)) field.textContent = '–';
  }

  #show(now) {
    const { roundTrip, loss, rate, delay } = this.#fields;
    roundTrip.textContent = now.roundTrip === undefined ? '–' : `${(now.roundTrip * 1_000).toFixed(now.roundTrip < 0.01 ? 1 : 0)} ms`;
    const expected = now.received + now.lost;
    loss.textContent = expected > 0 ? `${((100 * now.lost) / expected).toFixed(1)} %` : '–';
    if (this.#last && now.time > this.#last.time) {
      rate.textContent = `${Math.max(0, ((now.bytes - this.#last.bytes) * 8) / (now.time - this.#last.time)).toFixed(0)} kbit/s`;
      const emitted = now.emitted - this.#last.emitted;
      if (emitted > 0) delay.textContent = `${((1_000 * (now.buffered - this.#last.buffered)) / emitted).toFixed(0)} ms`;
    }
    this.#last = now;
  }
}

function read(report) {
  const all = [...report.values()];
  const path = all.find((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded');
  const audio = all.find((s) => s.type === 'inbound-rtp' && s.kind === 'audio') ?? {};
  return {
    time: performance.now(),
    roundTrip: path?.currentRoundTripTime,
    // Duplicates can make the browser's figure negative.
    lost: Math.max(0, audio.packetsLost ?? 0),
    received: audio.packetsReceived ?? 0,
    bytes: audio.bytesReceived ?? 0,
    buffered: audio.jitterBufferDelay ?? 0,
    emitted: audio.jitterBufferEmittedCount ?? 0,
  };
}
