// Joins the parts. What to read first: conversation.js, which is the call, and signaling.js, the three ways to make it.

import { Agent } from './agent.js';
import { Conversation } from './conversation.js';
import { Countdown } from './countdown.js';
import { EventLog } from './event-log.js';
import { Failure, noticeFor } from './failures.js';
import { closeMicrophone, openMicrophone } from './microphone.js';
import { exchangeBy } from './signaling.js';
import { Stats } from './stats.js';
import { Status } from './status.js';
import { onHold } from './talk-button.js';
import { Transcript } from './transcript.js';
import { Turns, turnDetection } from './turns.js';
import { Waveform } from './waveform.js';

const $ = (id) => document.getElementById(id);

const status = new Status($('status'), $('failure'), $('notice'));
const transcript = new Transcript($('transcript'), $('lines'));
const events = new EventLog($('events'), $('event-count'), $('no-events'));
const agent = new Agent({
  section: $('agent'), asks: $('asks'), speaking: $('speaking'), latency: $('latency'), tokens: $('tokens'), tools: $('tools'),
  you: document.querySelector('.wave.you'), them: document.querySelector('.wave.them'),
});
const stats = new Stats({ roundTrip: $('round-trip'), loss: $('loss'), rate: $('rate'), delay: $('delay') });
const countdown = new Countdown($('countdown'));
const you = new Waveform($('your-wave'), 'Your microphone');
const assistant = new Waveform($('their-wave'), 'The assistant’s voice');

// Waits for the first click: browsers let a page sound only after one.
let audioContext;
// What the host says of itself; asked anew when it did not answer the first time.
let config;
// The call, while there is one.
let call = null;

$('connect').addEventListener('click', () => (call ? hangUp() : connect()));
$('mute').addEventListener('click', () => setMuted($('mute').getAttribute('aria-pressed') !== 'true'));
$('interrupt').addEventListener('click', () => call?.turns?.interrupt());
$('push-to-talk').addEventListener('change', () => setPushToTalk($('push-to-talk').checked));
const letGo = onHold($('talk'), () => call?.turns?.startTalking(), () => call?.turns?.stopTalking());
$('composer').addEventListener('submit', (e) => { e.preventDefault(); write(); });
$('settings').addEventListener('submit', (e) => { e.preventDefault(); updateSession(); });
$('show-deltas').addEventListener('change', () => { events.showsDeltas = $('show-deltas').checked; });
$('clear-events').addEventListener('click', () => events.clear());
// A closed tab ends its call at once, instead of letting the other side find out.
addEventListener('pagehide', hangUp);

loadConfig().catch((error) => status.fail(Failure.from(error)));
setControls();

async function loadConfig() {
  let response;
  try {
    response = await fetch('config', { cache: 'no-store' });
  } catch (error) {
    throw new Failure('host-unreachable', error.message);
  }
  if (!response.ok) throw new Failure('host-failed', `HTTP ${response.status} for config`);
  config = await response.json();
  $('service').textContent = config.isOffline ? 'Offline: a test endpoint on this machine answers' : `Talks to ${config.serviceName}`;
  fill($('model'), config.models);
  fill($('voice'), config.voices);
  for (const way of document.querySelectorAll('input[name=way]')) way.closest('label').hidden = !config.ways.includes(way.value);
}

async function connect() {
  status.clear();
  transcript.clear();
  events.clear();
  agent.clear();
  stats.clear();
  you.clear();
  assistant.clear();
  const mine = (call = {});
  setControls();
  try {
    audioContext ??= new AudioContext();
    audioContext.resume();
    if (!config) await loadConfig();
    status.show('microphone');
    // Before the key: a person may take longer to allow it than a key lives.
    const microphone = await openMicrophone();
    if (call !== mine) return closeMicrophone(microphone); // hung up meanwhile
    start(mine, microphone);
    await mine.conversation.connect();
  } catch (error) {
    if (call === mine) end({ reason: 'failed', failure: Failure.from(error) });
  }
}

function start(mine, microphone) {
  mine.microphone = microphone; // from here on end() lets it go
  const way = document.querySelector('input[name=way]:checked').value;
  const choice = { model: $('model').value, voice: $('voice').value };
  const conversation = new Conversation(microphone, exchangeBy(way, choice, config), config.pathTimeout);
  Object.assign(mine, { conversation, turns: new Turns(conversation, microphone), voice: choice.voice, instructions: '' });
  you.start(audioContext, microphone);
  for (const track of microphone.getTracks()) track.addEventListener('ended', () => status.fail(new Failure('microphone-lost')));
  mine.turns.isMuted = $('mute').getAttribute('aria-pressed') === 'true';
  mine.turns.setPushToTalk($('push-to-talk').checked, false);

  conversation.addEventListener('phase', (e) => onPhase(e.detail));
  conversation.addEventListener('stream', (e) => {
    $('loudspeaker').srcObject = e.detail;
    assistant.start(audioContext, e.detail);
  });
  conversation.addEventListener('sent', (e) => events.add('sent', e.detail));
  conversation.addEventListener('received', (e) => onReceived(e.detail));
  conversation.addEventListener('end', (e) => end(e.detail));
}

function onPhase(phase) {
  const isNew = phase === 'connected' && status.state !== 'connected';
  status.show(phase);
  setControls();
  if (!isNew) return;
  stats.start(call.conversation);
  updateSession({ isFirst: true });
}

function onReceived(event) {
  events.add('received', event);
  transcript.handle(event);
  agent.handle(event);
  if (event.type === 'session.created' || event.type === 'session.updated') countdown.start(event.session?.expires_at);
  if (event.type === 'error' && event.error?.code !== 'session_expired') {
    const notice = noticeFor(event.error);
    if (notice) status.notice(notice);
  }
  setControls();
}

// The service takes what is named here and leaves the rest. Model and voice went with the call.
function updateSession({ isFirst = false } = {}) {
  if (!call?.conversation?.isConnected) return;
  const update = (change) => call.conversation.send({ type: 'session.update', session: { type: 'realtime', ...change } });
  const instructions = $('instructions').value.trim();
  const voice = $('voice').value;
  if (instructions !== call.instructions) update({ instructions });
  // By itself: once the assistant has spoken the service refuses another voice, and with it all that the same event asks for.
  if (voice !== call.voice) update({ audio: { output: { voice } } });
  if (isFirst && $('push-to-talk').checked) update({ audio: { input: { turn_detection: turnDetection(true) } } });
  Object.assign(call, { instructions, voice });
}

function write() {
  const text = $('message').value.trim();
  if (!text || !call?.conversation?.isConnected) return;
  if (agent.leads) {
    call.turns.interrupt();
    agent.write(text);
  } else {
    call.turns.write(text);
  }
  $('message').value = '';
}

function setMuted(isMuted) {
  $('mute').setAttribute('aria-pressed', String(isMuted));
  if (call?.turns) call.turns.isMuted = isMuted;
}

function setPushToTalk(isOn) {
  letGo();
  call?.turns?.setPushToTalk(isOn);
  setControls();
}

function hangUp() {
  if (!call) return;
  if (call.conversation) call.conversation.close();
  else end({ reason: 'closed' }); // while the person is being asked for the microphone
}

function end({ reason, failure }) {
  const ended = call;
  call = null;
  letGo();
  stats.stop();
  countdown.stop();
  agent.end();
  you.stop();
  assistant.stop();
  $('loudspeaker').srcObject = null;
  if (ended?.microphone) closeMicrophone(ended.microphone);
  status.show(reason);
  if (failure) status.fail(failure);
  setControls();
}

function setControls() {
  const isConnected = call?.conversation?.isConnected ?? false;
  $('connect').textContent = isConnected ? 'Disconnect' : call ? 'Cancel' : 'Connect';
  // Not disabled: who has just pressed it by keyboard must not lose the focus.
  $('interrupt').setAttribute('aria-disabled', String(!(isConnected && call.turns.isAnswering)));
  $('talk').hidden = !$('push-to-talk').checked;
  $('talk').disabled = !isConnected;
  $('send').disabled = !isConnected;
  $('update').disabled = !isConnected;
  $('model').disabled = call !== null;
  $('ways').disabled = call !== null;
}

function fill(select, values) {
  select.replaceChildren(...values.map((value) => new Option(value, value)));
}
