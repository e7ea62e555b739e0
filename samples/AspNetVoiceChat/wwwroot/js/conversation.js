import { realtime } from './apis.js';
import { Failure } from './failures.js';

// One call, from the microphone to its end. It knows WebRTC and nothing of the page.
//
//   1  a peer connection with the microphone's track and a channel named oai-events
//   2  the offer, exchanged for an answer in one of four ways (signaling.js)
//   3  ICE and DTLS find and secure a path
//   4  the channel opens: events both ways, until somebody ends the call. Where the API says so (apis.js), the session starts a little later, and is closed in the service's own time
//   5  where the network changes under it, ICE is restarted: by a new offer for the same call, if the other side takes one
//
// Events:
//   phase     detail: 'answer' | 'path' | 'session' | 'connected' | 'interrupted' | 'closing'
//   stream    detail: the MediaStream with the assistant's voice
//   sent      detail: an event of ours
//   received  detail: an event of the service
//   end       detail: { reason: 'closed' | 'expired' | 'failed', failure?, seconds?, isConfirmed? }; exactly once, and nothing after it

/** 'disconnected' often heals by itself, so the call is given some seconds before it counts as lost. */
const INTERRUPTION_GRACE = 5_000;
/** With ICE restarts more: a laptop needs some seconds to join another network. The host waits as long for a silent page. */
const RESTART_GRACE = 30_000;
/** How long one restart is given before the next one. */
const RESTART_INTERVAL = 3_000;
/** A session that is closed says what it has to say first: up to 10 s. Longer is not waited for its last word. */
const CLOSE_TIMEOUT = 15_000;

export class Conversation extends EventTarget {
  #peer = new RTCPeerConnection();
  #channel;
  #abort = new AbortController();
  #graceTimer;
  #hangUpUrl = null;
  #restart = null;
  #isRestarting = false;
  #isConnected = false;
  #isOver = false;
  #api;
  #start = null; // who waits for the session's start
  #isStarted;
  #closeTimer;

  /**
   * @param {MediaStream} microphone stays the caller's: it is not stopped here
   * @param {(offer: string, signal: AbortSignal, onPhase: (phase: string) => void) => Promise<{ answer: string, hangUpUrl?: string, restart?: (offer: string, signal: AbortSignal) => Promise<string> }>} exchange
   * @param {number} pathTimeout milliseconds from the answer to the open channel, and from there to the session's start
   * @param {typeof realtime} api what is spoken over the channel
   */
  constructor(microphone, exchange, pathTimeout, api = realtime) {
    super();
    this.#api = api;
    this.#isStarted = api.startsAtOnce;
    for (const track of microphone.getAudioTracks()) this.#peer.addTrack(track, microphone);
    this.#peer.addEventListener('track', (e) => this.#emit('stream', e.streams[0] ?? new MediaStream([e.track])));
    this.#peer.addEventListener('connectionstatechange', () => this.#onConnectionState());
    this.#channel = this.#peer.createDataChannel('oai-events');
    this.#channel.addEventListener('message', (e) => this.#onMessage(e.data));
    this.#channel.addEventListener('close', () => this.#fail(new Failure(this.#isConnected ? 'channel-closed' : 'channel-failed')));
    this.exchange = exchange;
    this.pathTimeout = pathTimeout;
  }

  get isConnected() {
    return this.#isConnected && !this.#isOver;
  }

  /** Whether the session has been asked to end, and the service still has its last word. */
  get isClosing() {
    return this.#closeTimer !== undefined && !this.#isOver;
  }

  /** What the browser measures; null after the end. */
  async stats() {
    return this.#isOver ? null : this.#peer.getStats().catch(() => null);
  }

  /** Connects. Never throws: a failure arrives as the event 'end'. */
  async connect() {
    try {
      await this.#peer.setLocalDescription();
      const { answer, hangUpUrl, restart } = await this.exchange(this.#peer.localDescription.sdp, this.#abort.signal, (phase) => this.#emit('phase', phase));
      this.#hangUpUrl = hangUpUrl;
      this.#restart = restart;
      if (this.#isOver) return this.#hangUp();
      this.#emit('phase', 'path');
      try {
        // As it came: without its last line break the answer could not be parsed.
        await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer });
      } catch (error) {
        throw new Failure('answer-unusable', error.message);
      }
      await this.#channelOpen();
      await this.#sessionStarted();
      if (this.#isOver) return;
      this.#isConnected = true;
      this.#emit('phase', 'connected');
    } catch (error) {
      this.#fail(Failure.from(error));
    }
  }

  /** Sends an event; without effect after the end. */
  send(event) {
    if (this.#channel.readyState !== 'open') return;
    this.#channel.send(JSON.stringify(event));
    this.#emit('sent', event);
  }

  /**
   * Ends the call. The browser tells the other side (DTLS close), so that it need not wait for a timeout.
   * @param {boolean} atOnce not to wait for the last word of a service that has one; so does a second call
   */
  close(atOnce = false) {
    if (this.#isOver) return;
    const waits = this.#api.closeWith && this.#isConnected && !atOnce && !this.isClosing;
    if (this.#api.closeWith && !this.isClosing) this.send(this.#api.closeWith);
    if (waits) {
      this.#closeTimer = setTimeout(() => this.#end({ reason: 'closed', isConfirmed: false }), CLOSE_TIMEOUT);
      this.#emit('phase', 'closing');
      return;
    }
    this.#end(this.#api.closeWith ? { reason: 'closed', isConfirmed: false } : { reason: 'closed' });
    this.#hangUp();
  }

  // The host knows the call and can end it for certain; a packet may be lost. A beacon is sent even when the tab is being closed.
  #hangUp() {
    if (this.#hangUpUrl) navigator.sendBeacon(this.#hangUpUrl);
  }

  #channelOpen() {
    if (this.#channel.readyState === 'open') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const hasPath = ['connected', 'completed'].includes(this.#peer.iceConnectionState);
        reject(new Failure(hasPath ? 'channel-failed' : 'path-failed', `ICE ${this.#peer.iceConnectionState}, connection ${this.#peer.connectionState}`));
      }, this.pathTimeout);
      this.#channel.addEventListener('open', () => { clearTimeout(timer); resolve(); }, { once: true });
      // However the call ends, this wait ends with it.
      this.#abort.signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
    });
  }

  #sessionStarted() {
    if (this.#isStarted || this.#isOver) return Promise.resolve();
    this.#emit('phase', 'session');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Failure('session-never-started')), this.pathTimeout);
      this.#start = () => { clearTimeout(timer); resolve(); };
      this.#abort.signal.addEventListener('abort', this.#start, { once: true });
    });
  }

  #onConnectionState() {
    switch (this.#peer.connectionState) {
      case 'failed':
        if (this.#isConnected && this.#restart) this.#onInterruption();
        else this.#fail(new Failure(this.#isConnected ? 'connection-lost' : 'path-failed', `ICE ${this.#peer.iceConnectionState}`));
        break;
      case 'disconnected':
        this.#onInterruption();
        break;
      case 'connected':
        clearTimeout(this.#graceTimer);
        this.#graceTimer = undefined;
        if (this.#isConnected && !this.isClosing) this.#emit('phase', 'connected');
        break;
    }
  }

  #onInterruption() {
    if (this.#isOver) return;
    if (!this.isClosing) this.#emit('phase', 'interrupted');
    const grace = this.#isConnected && this.#restart ? RESTART_GRACE : INTERRUPTION_GRACE;
    this.#graceTimer ??= setTimeout(() => this.#fail(new Failure('connection-lost', 'no packet for several seconds')), grace);
    if (this.#isConnected && this.#restart) this.#restartUntilConnected();
  }

  // Again and again while the call is interrupted: neither the new network nor the host need be there at the first try.
  async #restartUntilConnected() {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    while (!this.#isOver && this.#graceTimer) {
      try {
        await this.#restartOnce();
      } catch (error) {
        if (error.code === 'connection-lost') return this.#fail(error); // the host has given the call up
        // What the first offer has begun is taken back, so that the next one can be made.
        if (!this.#isOver && this.#peer.signalingState === 'have-local-offer') await this.#peer.setLocalDescription({ type: 'rollback' }).catch(() => {});
      }
      await new Promise((resolve) => setTimeout(resolve, RESTART_INTERVAL));
    }
    this.#isRestarting = false;
  }

  async #restartOnce() {
    this.#peer.restartIce();
    await this.#peer.setLocalDescription();
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(RESTART_INTERVAL)]);
    const answer = await this.#restart(this.#peer.localDescription.sdp, signal);
    if (!this.#isOver) await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  #onMessage(text) {
    let event;
    try {
      event = JSON.parse(text);
    } catch {
      // One broken message must not end the conversation; the log shows it as it came.
      event = { type: '(not JSON)', text: String(text).slice(0, 1_000) };
    }
    if (typeof event?.type !== 'string') event = { type: '(not an event)', text: text.slice(0, 1_000) };
    this.#emit('received', event);
    const means = this.#api.read(event, this.#isStarted);
    if (means?.isStarted) {
      this.#isStarted = true;
      this.#start?.();
    }
    if (means?.end) this.#end(means.end);
  }

  #fail(failure) {
    // A session that is given up may start all the same, and would be charged for.
    if (this.#api.closeWith && !this.#isOver && !this.isClosing) this.send(this.#api.closeWith);
    this.#end(this.isClosing ? { reason: 'closed', isConfirmed: false } : { reason: 'failed', failure });
  }

  #end(end) {
    if (this.#isOver) return;
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#closeTimer);
    this.#emit('end', end);
    this.#isOver = true;
    this.#abort.abort();
    this.#channel.close();
    this.#peer.close();
  }

  #emit(type, detail) {
    if (!this.#isOver) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
