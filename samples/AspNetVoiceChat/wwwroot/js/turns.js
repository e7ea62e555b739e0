// Who speaks when: interrupting the assistant, mute, push-to-talk, and what is written in place of speech.

/** The last syllable is still on its way when the button is let go: audio and events travel separately. */
const TAIL = 200;

export class Turns {
  #conversation;
  #tracks;
  #activeResponse = null;
  #isHeard = false;
  #owesResponse = false;
  #isMuted = false;
  #isPushToTalk = false;
  #isTalking = false;
  #tail = null; // the timer, while the last syllable is waited for

  constructor(conversation, microphone) {
    this.#conversation = conversation;
    this.#tracks = microphone.getAudioTracks();
    conversation.addEventListener('received', (e) => this.#onEvent(e.detail));
  }

  /** Whether the assistant answers: it is thinking, or it is heard. */
  get isAnswering() {
    return this.#activeResponse !== null || this.#isHeard;
  }

  get isTalking() {
    return this.#isTalking;
  }

  set isMuted(value) {
    this.#isMuted = value;
    this.#applyMicrophone();
  }

  /** With push-to-talk the microphone is open only while the button is held, and the service does not decide when a turn is over. */
  setPushToTalk(value, announce = true) {
    this.#isPushToTalk = value;
    if (!value) this.#isTalking = false;
    this.#applyMicrophone();
    if (announce) this.#send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: turnDetection(value) } } } });
  }

  /** The button goes down: whoever speaks now is listened to from the first word. */
  startTalking() {
    if (this.#isTalking) return;
    this.#isTalking = true;
    this.interrupt();
    if (this.#tail !== null) {
      // Let go for a moment only: the turn goes on, and what has been said in it stays.
      clearTimeout(this.#tail);
      this.#tail = null;
    } else {
      this.#send({ type: 'input_audio_buffer.clear' });
    }
    this.#applyMicrophone();
  }

  /** The button goes up: this was the turn. */
  stopTalking() {
    if (!this.#isTalking) return;
    this.#isTalking = false;
    this.#tail = setTimeout(() => {
      this.#tail = null;
      this.#applyMicrophone();
      this.#send({ type: 'input_audio_buffer.commit' });
      this.#send({ type: 'response.create' });
    }, TAIL);
  }

  /** Ends the answer, and what has been sent of it but not heard yet. */
  interrupt() {
    if (!this.isAnswering) return;
    // In this order, as the service wants it. Over WebRTC the service itself cuts the unheard rest out of the conversation.
    if (this.#activeResponse !== null) this.#send({ type: 'response.cancel' });
    this.#send({ type: 'output_audio_buffer.clear' });
  }

  write(text) {
    this.interrupt();
    this.#send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    this.#send({ type: 'response.create' });
  }

  #onEvent(event) {
    switch (event.type) {
      case 'response.created':
        this.#activeResponse = event.response?.id ?? '';
        break;
      case 'response.done':
        this.#activeResponse = null;
        if (this.#owesResponse) {
          this.#owesResponse = false;
          this.#send({ type: 'response.create' });
        }
        break;
      case 'error':
        // The service began to answer what was said, while we asked it to answer what was written: ours comes next.
        if (event.error?.code === 'conversation_already_has_active_response') this.#owesResponse = true;
        break;
      case 'output_audio_buffer.started':
        this.#isHeard = true;
        break;
      case 'output_audio_buffer.stopped':
      case 'output_audio_buffer.cleared':
        this.#isHeard = false;
        break;
    }
  }

  #applyMicrophone() {
    const isOpen = !this.#isMuted && (!this.#isPushToTalk || this.#isTalking);
    for (const track of this.#tracks) track.enabled = isOpen;
  }

  #send(event) {
    this.#conversation.send(event);
  }
}

/** The session's turn_detection: none with push-to-talk. */
export function turnDetection(isPushToTalk) {
  return isPushToTalk ? null : { type: 'server_vad' };
}
