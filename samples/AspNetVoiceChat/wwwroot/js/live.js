import { Delegation } from './delegation.js';
import { LiveTranscript } from './live-transcript.js';
import { SpeechGate } from './speech.js';

// One call of GPT-Live, beside its connection: what is said, who speaks, what is handed over, what it costs. Both sides speak when they like: there are no turns to be kept, and so this has the doors of Turns
// (turns.js) and does less behind them.

/** How loud speech is at least, in dBFS. A room is louder than the model's pauses. */
const YOUR_THRESHOLD = -45;
const THEIR_THRESHOLD = -60;
/** The last syllable is still on its way when the button is let go. */
const TAIL = 200;
/** The model is told to stop, and takes most of a second to do so; the loudspeaker is silent from the click on, and not for longer than this. */
const LONGEST_SILENCE = 5_000;
/** A session in which nothing is said or done for so long was forgotten, and is charged all the while. */
const IDLE = 300_000;

export class LiveTalk {
  #conversation;
  #tracks;
  #desk;
  #lines;
  #delegation;
  #abort = new AbortController();
  #setSilent;
  #silence = null; // the timer, while the loudspeaker is silent
  #isMuted = false;
  #isPushToTalk = false;
  #isTalking = false;
  #tail = null;
  #youStopped = null; // when, while nobody has answered
  #theyStarted = null;
  #isEnding = false;
  #seconds = null;
  #onIdle;
  #idle = null;

  /**
   * @param {import('./conversation.js').Conversation} conversation
   * @param {MediaStream} microphone
   * @param {{ delegation: string, desk: import('./desk.js').Desk, transcript: import('./transcript.js').Transcript, setSilent: (isSilent: boolean) => void, onSpeech: () => void, onIdle: () => void }} parts
   */
  constructor(conversation, microphone, { delegation, desk, transcript, setSilent, onSpeech, onIdle }) {
    this.#conversation = conversation;
    this.#tracks = microphone.getAudioTracks();
    this.#desk = desk;
    this.#setSilent = setSilent;
    this.#onIdle = onIdle;
    this.#lines = new LiveTranscript(transcript);
    this.#delegation = new Delegation(delegation, (event) => conversation.send(event), desk, this.#abort.signal);
    this.you = new SpeechGate(YOUR_THRESHOLD, (isSpeaking, since) => { this.#onYou(isSpeaking, since); onSpeech(); });
    this.assistant = new SpeechGate(THEIR_THRESHOLD, (isSpeaking, since) => { this.#onAssistant(isSpeaking, since); onSpeech(); });
    desk.open('Work in this page', 'Charged');
    this.#stir();
  }

  get isAnswering() {
    return this.assistant.isSpeaking;
  }

  get isTalking() {
    return this.#isTalking;
  }

  /** What the session is charged for, as far as the service has said: seconds, or null. */
  get seconds() {
    return this.#seconds;
  }

  // The track goes on, as silence: the service ends a session that hears nothing.
  set isMuted(value) {
    this.#isMuted = value;
    this.#applyMicrophone();
  }

  setPushToTalk(value) {
    this.#isPushToTalk = value;
    if (!value) this.#isTalking = false;
    this.#applyMicrophone();
  }

  startTalking() {
    if (this.#isTalking) return;
    this.#isTalking = true;
    clearTimeout(this.#tail);
    this.interrupt();
    this.#applyMicrophone();
  }

  stopTalking() {
    if (!this.#isTalking) return;
    this.#isTalking = false;
    this.#tail = setTimeout(() => this.#applyMicrophone(), TAIL);
  }

  /** A user who speaks is heard by the model; a button needs an order. No command takes back what has been said. */
  interrupt() {
    if (!this.isAnswering || this.#isEnding) return;
    this.#setSilent(true);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#endSilence(), LONGEST_SILENCE);
    this.#instruct('Stop speaking now, and listen to the user.');
    this.#lines.interrupted();
  }

  write(text) {
    this.interrupt();
    this.#stir();
    this.#lines.wrote(text);
    this.#delegation.write(text);
  }

  /** Nearly all of a session is fixed when it begins; an order can still be given. */
  setInstructions(text) {
    if (text) this.#instruct(text);
  }

  /** An event of the service. */
  handle(event) {
    this.#lines.handle(event);
    this.#delegation.handle(event);
    if (event.type !== 'session.usage.updated') this.#stir();
    // Each replaces the one before: it is a sum already.
    if ((event.type === 'session.usage.updated' || event.type === 'session.closed') && typeof event.usage?.seconds === 'number') {
      this.#seconds = event.usage.seconds;
      this.#desk.costs(`${Number(this.#seconds.toFixed(1))} s`);
    }
  }

  /** The session is being closed: the user is heard no more, and what is still said is for the transcript. */
  fallSilent() {
    clearTimeout(this.#silence);
    this.#silence = null;
    this.#isEnding = true;
    this.#setSilent(true);
    this.#applyMicrophone();
  }

  /** The call is over. */
  end() {
    clearTimeout(this.#tail);
    clearTimeout(this.#idle);
    clearTimeout(this.#silence);
    this.#setSilent(false);
    this.#abort.abort();
    this.#lines.end();
  }

  #stir() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(this.#onIdle, IDLE);
  }

  #onYou(isSpeaking, since) {
    this.#stir();
    this.#desk.speaks('user', isSpeaking);
    this.#youStopped = isSpeaking ? null : since;
    this.#showLatency();
  }

  #onAssistant(isSpeaking, since) {
    this.#desk.speaks('assistant', isSpeaking);
    this.#theyStarted = isSpeaking ? since : null;
    if (isSpeaking) this.#showLatency();
    else this.#endSilence();
  }

  // From the end of the user's words to the beginning of the answer. A quick one has begun before it is certain that the user has stopped.
  #showLatency() {
    if (this.#youStopped === null || this.#theyStarted === null || this.#theyStarted <= this.#youStopped) return;
    this.#desk.answered(this.#theyStarted - this.#youStopped);
    this.#youStopped = null;
  }

  #endSilence() {
    if (this.#silence === null) return;
    clearTimeout(this.#silence);
    this.#silence = null;
    this.#setSilent(false);
  }

  #instruct(content) {
    this.#conversation.send({ type: 'session.instructions.append', content, delegation_id: null });
  }

  #applyMicrophone() {
    const isOpen = !this.#isEnding && !this.#isMuted && (!this.#isPushToTalk || this.#isTalking);
    for (const track of this.#tracks) track.enabled = isOpen;
  }
}
