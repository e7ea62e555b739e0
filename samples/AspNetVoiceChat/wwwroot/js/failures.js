// Every failure that a person can meet, as a sentence that says what happened and one that says what to do.
// The code is for programs (and for the tests), the detail for whoever has to look into it.

const sentences = {
  'microphone-refused': [
    'The microphone was refused.',
    'Allow it for this page in the site settings beside the address, then connect again.',
  ],
  'microphone-missing': [
    'There is no microphone.',
    'Plug one in or switch it on in the system’s settings, then connect again.',
  ],
  'microphone-busy': [
    'The microphone cannot be used at the moment.',
    'Close the other program that uses it, or plug it in again, then connect again.',
  ],
  'microphone-insecure': [
    'The browser gives no microphone to this page.',
    'Open the page by https, or on this machine by http://localhost, then connect again.',
  ],
  'microphone-lost': [
    'The microphone was taken away.',
    'Plug it in again, or allow it again, then connect again. Until then you can write.',
  ],
  'host-unreachable': [
    'The host of this page does not answer.',
    'See that it is still running and that you are online, then connect again.',
  ],
  'host-sign-in': [
    'The host of this page does not know you, or does not let you call.',
    'Sign in, or ask for access, then connect again.',
  ],
  'host-wrong-origin': [
    'The host takes no calls from pages at this address.',
    'Open the page by the host’s own address. Behind a proxy, whoever runs the host has to tell it its public name.',
  ],
  'host-route-missing': [
    'The host does not offer this way to connect.',
    'Choose another way to connect.',
  ],
  'host-busy': [
    'The host takes no more calls at the moment.',
    'Wait a minute, then connect again.',
  ],
  'host-rejected': [
    'The host of this page refused the call.',
    'Check model, voice and instructions, then connect again. The details say what it did not like.',
  ],
  'host-failed': [
    'The host of this page failed.',
    'Connect again in a moment. If it stays, its log says why.',
  ],
  'host-key-refused': [
    'The service does not accept the host’s API key.',
    'Whoever runs this host has to check OPENAI_API_KEY: the key, its project and its quota.',
  ],
  'host-no-access': [
    'The service does not let this host open such a session.',
    'Whoever runs this host has to check three things: that the project of its API key has access to GPT-Live, that the key is a project’s, and that the voice exists.',
  ],
  'host-service-unreachable': [
    'The host of this page cannot reach the service.',
    'Whoever runs this host has to check its network, proxy and firewall. Then connect again.',
  ],
  'service-unreachable': [
    'The service cannot be reached from this browser.',
    'Check the network, a VPN and content blockers, or connect through the host. Then try again.',
  ],
  'service-key-refused': [
    'The service did not accept the ephemeral key.',
    'Such a key lives for a short time only. Connect again to get a new one.',
  ],
  'service-busy': [
    'The service is busy, or the quota is used up.',
    'Wait a minute, then connect again. If it stays, check the account’s limits.',
  ],
  'service-no-credit': [
    'The account behind this host has no credit left.',
    'Whoever runs this host has to top it up. Then connect again.',
  ],
  'service-failed': [
    'The service failed.',
    'Connect again in a moment.',
  ],
  'service-rejected': [
    'The service refused the call.',
    'Check model, voice and instructions, then connect again. The details say what it did not like.',
  ],
  'answer-unusable': [
    'The answer to the call cannot be used.',
    'Connect again. If it stays, something between this page and the service changes the answer.',
  ],
  'path-failed': [
    'No network path to the other side was found.',
    'Allow UDP in the firewall (port 3478 for OpenAI), leave the VPN, or use another network. Then connect again.',
  ],
  'channel-failed': [
    'The event channel never opened.',
    'Connect again. If it stays, the service has trouble.',
  ],
  'session-refused': [
    'The service did not start the session.',
    'Check model, voice and the way that work goes, then connect again. The details say what it did not like.',
  ],
  'session-never-started': [
    'The session never started.',
    'Connect again in a moment. If it stays, the service has trouble.',
  ],
  'session-moderated': [
    'The service ended the session because of what was said.',
    'Connect again to talk about something else. A new call begins without memory of this one.',
  ],
  'channel-closed': [
    'The other side ended the call.',
    'Connect again to go on. A new call begins without memory of this one.',
  ],
  'connection-lost': [
    'The connection was lost.',
    'Check the network, then connect again. A new call begins without memory of this one.',
  ],
  unexpected: [
    'Something unexpected happened in this page.',
    'Reload the page. The details belong into a bug report.',
  ],
};

export class Failure extends Error {
  /**
   * @param {keyof typeof sentences} code which failure
   * @param {string} [detail] what a developer wants to know; never a key
   */
  constructor(code, detail = '') {
    const [title, advice] = sentences[code];
    super(title);
    this.name = 'Failure';
    this.code = code;
    this.title = title;
    this.advice = advice;
    this.detail = detail;
  }

  /** Whatever was thrown, as a failure. */
  static from(error) {
    return error instanceof Failure ? error : new Failure('unexpected', String(error?.message ?? error));
  }
}

// What an error event of the service means for a person. The session goes on after all of these.
const notices = {
  cannot_update_voice: 'The voice stays as it is: it cannot change once the assistant has spoken. It is used for the next call.',
  input_audio_buffer_commit_empty: 'Nothing was heard. Hold the button while you speak.',
  rate_limit_exceeded: 'The account’s limit is reached. Wait a moment before the next question.',
  not_allowed: 'The host does not let this page change that.',
  host_stopping: 'The host is shutting down. Connect again in a moment.',
  response_input_buffer_full: 'The model that does the work has taken in all that it can. Connect again to go on with tools.',
  insufficient_quota: 'The account’s quota is used up. Whoever runs this host has to check its plan.',
};

// Harmless by nature: the response was over before the cancel arrived; an answer comes later than asked (turns.js); the session was closed before a text was taken up.
const silent = new Set(['response_cancel_not_active', 'conversation_already_has_active_response', 'context_injection_incomplete']);

/** A sentence for an error event; null when nobody needs to know. */
export function noticeFor(error) {
  if (silent.has(error?.code)) return null;
  return notices[error?.code] ?? `The service says: ${error?.message ?? 'an error without a message'}`;
}
