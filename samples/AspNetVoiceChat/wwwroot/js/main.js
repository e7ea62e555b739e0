// Joins the parts. What to read first: conversation.js, which is the call, signaling.js, the four ways to make it, and live.js, what is different with GPT-Live.

import { Agent } from './agent.js';
import { live, realtime } from './apis.js';
import { Conversation } from './conversation.js';
import { Countdown } from './countdown.js';
import { Desk } from './desk.js';
import { EventLog } from './event-log.js';
import { Failure, noticeFor } from './failures.js';
import { LiveTalk } from './live.js';
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
const desk = new Desk({
  section: $('agent'), title: $('agent-title'), asks: $('asks'), speaking: $('speaking'), latency: $('latency'), costName: $('cost-name'), cost: $('cost'), tools: $('tools'),
  you: document.querySelector('.wave.you'), them: document.querySelector('.wave.them'),
});
const agent = new Agent(desk);
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
for (const way of document.querySelectorAll('input[name=way]')) way.addEventListener('change', showChoices);
// A closed tab ends its call at once, instead of letting the other side find out.
addEventListener('pagehide', () => hangUp({ atOnce: true }));

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
  fill($('voice'), config.voices);
  for (const way of document.querySelectorAll('input[name=way]')) way.closest('label').hidden = !config.ways.includes(way.value);
  showChoices();
}

// What there is to choose differs between the two APIs.
function showChoices() {
  const isLive = chosenWay() === 'live';
  const models = isLive ? config?.liveModels : config?.models;
  if (models && !models.includes($('model').value)) fill($('model'), models);
  $('delegation').closest('label').hidden = !isLive;
}

function chosenWay() {
  return document.querySelector('input[name=way]:checked').value;
}

async function connect() {
  status.clear();
  transcript.clear();
  events.clear();
  desk.clear();
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
  const way = chosenWay();
  const isLive = way === 'live';
  const choice = { model: $('model').value, voice: $('voice').value };
  if (isLive) choice.delegation = $('delegation').value;
  const conversation = new Conversation(microphone, exchangeBy(way, choice, config), config.pathTimeout, isLive ? live : realtime);
  const talk = isLive ? liveTalk(conversation, microphone, choice.delegation) : null;
  if (way === 'bridge') agent.begin();
  Object.assign(mine, { conversation, talk, turns: talk ?? new Turns(conversation, microphone), voice: choice.voice, instructions: '' });
  you.start(audioContext, microphone, talk && ((level, now) => talk.you.handle(level, now)));
  for (const track of microphone.getTracks()) track.addEventListener('ended', () => status.fail(new Failure('microphone-lost')));
  mine.turns.isMuted = $('mute').getAttribute('aria-pressed') === 'true';
  mine.turns.setPushToTalk($('push-to-talk').checked, false);

  conversation.addEventListener('phase', (e) => onPhase(e.detail));
  conversation.addEventListener('stream', (e) => {
    $('loudspeaker').srcObject = e.detail;
    assistant.start(audioContext, e.detail, talk && ((level, now) => talk.assistant.handle(level, now)));
  });
  conversation.addEventListener('sent', (e) => events.add('sent', e.detail));
  conversation.addEventListener('received', (e) => onReceived(e.detail));
  conversation.addEventListener('end', (e) => end(e.detail));
}

function liveTalk(conversation, microphone, delegation) {
  const setSilent = (isSilent) => { $('loudspeaker').muted = isSilent; };
  const onIdle = () => {
    status.notice('Nobody had said anything for five minutes, and a session is charged by the second: it was closed.');
    conversation.close();
  };
  return new LiveTalk(conversation, microphone, { delegation, desk, transcript, setSilent, onSpeech: setControls, onIdle });
}

function onPhase(phase) {
  const isNew = phase === 'connected' && status.state !== 'connected';
  status.show(phase);
  setControls();
  if (phase === 'closing') call.talk?.fallSilent();
  if (!isNew) return;
  stats.start(call.conversation);
  updateSession({ isFirst: true });
}

function onReceived(event) {
  events.add('received', event);
  transcript.handle(event);
  agent.handle(event);
  call?.talk?.handle(event);
  if (['session.created', 'session.updated', 'session.started'].includes(event.type)) countdown.start(event.session?.expires_at);
  const endsTheCall = event.error?.code === 'session_expired' || (call?.talk && !call.conversation.isConnected); // then a failure says so
  if (event.type === 'error' && !endsTheCall) {
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
  if (call.talk) {
    // Of a Live session the voice is fixed, and so are its own instructions; these are an order beside them.
    if (instructions !== call.instructions) call.talk.setInstructions(instructions);
    call.instructions = instructions;
    return;
  }
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
    agent.write(text); // the host interrupts the assistant as well: an interruption sent from here would go another way, and could end the answer to what is written
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

function hangUp({ atOnce = false } = {}) {
  if (!call) return;
  if (call.conversation) call.conversation.close(atOnce);
  else end({ reason: 'closed' }); // while the person is being asked for the microphone
}

function end({ reason, failure, seconds, isConfirmed }) {
  const ended = call;
  call = null;
  letGo();
  stats.stop();
  countdown.stop();
  agent.end();
  ended?.talk?.end();
  desk.end();
  you.stop();
  assistant.stop();
  $('loudspeaker').srcObject = null;
  if (ended?.microphone) closeMicrophone(ended.microphone);
  status.show(reason, ended?.talk ? chargeOf(seconds ?? ended.talk.seconds, isConfirmed) : '');
  if (failure) status.fail(failure);
  setControls();
}

// What a Live session is charged for stands in its last event. Where that has not come, the sum may be larger.
function chargeOf(seconds, isConfirmed = false) {
  if (typeof seconds !== 'number') return '';
  const said = `${Number(seconds.toFixed(1))} s`;
  return isConfirmed ? `Charged for ${said}.` : `Charged for ${said} as far as the service has said.`;
}

function setControls() {
  const isConnected = (call?.conversation?.isConnected && !call.conversation.isClosing) ?? false;
  $('connect').textContent = isConnected ? 'Disconnect' : call?.conversation?.isClosing ? 'End now' : call ? 'Cancel' : 'Connect';
  // Not disabled: who has just pressed it by keyboard must not lose the focus.
  $('interrupt').setAttribute('aria-disabled', String(!(isConnected && call.turns.isAnswering)));
  $('talk').hidden = !$('push-to-talk').checked;
  $('talk').disabled = !isConnected;
  $('send').disabled = !isConnected;
  $('update').disabled = !isConnected;
  $('model').disabled = call !== null;
  $('delegation').disabled = call !== null;
  $('voice').disabled = Boolean(call?.talk);
  $('ways').disabled = call !== null;
}

function fill(select, values) {
  select.replaceChildren(...values.map((value) => new Option(value, value)));
}
