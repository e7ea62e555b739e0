import { noCredit } from './apis.js';
import { Failure } from './failures.js';

// The four ways to exchange an offer for an answer. Each gives a function from the offer to { answer, hangUpUrl, restart }.
//
//   key     the page asks its host for an ephemeral key, and posts the offer to the service itself
//   calls   the page posts the offer to its host; the host posts it on, with the API key and the session's configuration
//   bridge  the page posts the offer to its host, which answers it: the page's call ends there, and the host makes its own to the service
//   live    the page posts the offer to its host, which creates a session of the Live API with it: GPT-Live, and no Realtime call

/** How long one HTTP request may take. */
const REQUEST_TIMEOUT = 20_000;

/**
 * @param {'key' | 'calls' | 'bridge' | 'live'} way
 * @param {{ model: string, voice: string, delegation?: string }} choice what the host may put into the session's configuration
 * @param {{ callsUrl?: string }} config from the host; callsUrl only when the service is the host itself
 */
export function exchangeBy(way, choice, config) {
  const query = new URLSearchParams(choice);
  switch (way) {
    case 'key':
      return async (offer, signal, onPhase) => {
        onPhase('key');
        // Just before it is used: such a key lives for a short time only.
        const key = await mintKey(query, signal);
        onPhase('answer');
        const { answer } = await postOffer(config.callsUrl ?? key.calls_url, offer, signal, fromService, { Authorization: `Bearer ${key.value}` });
        return { answer };
      };
    case 'calls':
    case 'bridge':
      return async (offer, signal, onPhase) => {
        onPhase('answer');
        const { answer, location } = await postOffer(`${way}?${query}`, offer, signal, fromHost);
        return {
          answer,
          hangUpUrl: location && `${location}/hangup`,
          // The host answers a second offer for its own call. The service does not, so there a new network needs a new call.
          restart: way === 'bridge' && location ? async (again, by) => (await postOffer(`${location}/restart`, again, by, fromHost)).answer : null,
        };
      };
    case 'live':
      return async (offer, signal, onPhase) => {
        onPhase('answer');
        // Once: each session that is created is charged for.
        return { answer: (await postOffer(`live?${query}`, offer, signal, fromHost)).answer };
      };
    default:
      throw new Error(`There is no way to connect called ${way}.`);
  }
}

async function mintKey(query, signal) {
  const response = await request(`session?${query}`, { method: 'POST', signal }, 'host-unreachable');
  if (!response.ok) throw await fromHost(response);
  const key = await readBody(response, 'json', 'host-failed');
  if (typeof key.value !== 'string') throw new Failure('host-failed', 'the answer to /session has no key in it');
  return key;
}

async function postOffer(url, offer, signal, toFailure, headers = {}) {
  const response = await request(
    url,
    { method: 'POST', body: offer, headers: { 'Content-Type': 'application/sdp', ...headers }, signal },
    toFailure === fromHost ? 'host-unreachable' : 'service-unreachable',
  );
  if (!response.ok) throw await toFailure(response);
  return { answer: await readBody(response, 'text', 'answer-unusable'), location: response.headers.get('Location') };
}

async function request(url, options, unreachable) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.any([options.signal, AbortSignal.timeout(REQUEST_TIMEOUT)]), cache: 'no-store' });
  } catch (error) {
    // Without a response a page is told nothing but that: no network, a blocker, CORS, or the time is up.
    throw new Failure(unreachable, error.message);
  }
}

async function readBody(response, kind, failure) {
  try {
    return await response[kind]();
  } catch (error) {
    throw new Failure(failure, error.message);
  }
}

// The host answers problems as application/problem+json (RFC 9457) with a code; what stands before it, such as its rate limiter, by status alone.
const hostCodes = {
  host_refused: 'host-key-refused',
  service_busy: 'service-busy',
  service_timeout: 'host-service-unreachable',
  service_unreachable: 'host-service-unreachable',
  service_failed: 'service-failed',
  call_refused: 'service-rejected',
  offer_refused: 'service-rejected',
  wrong_origin: 'host-wrong-origin',
  bridge_full: 'host-busy',
  call_not_found: 'connection-lost',
  host_stopping: 'host-busy',
};

async function fromHost(response) {
  const problem = await response.json().catch(() => ({}));
  const code = serviceCodes(problem) ?? hostCodes[problem.code] ?? codeOfHostStatus(response.status);
  return new Failure(code, detailOf(response, [problem.code, problem.service_code, problem.title, problem.detail]));
}

// Where the host passes on what the service calls it, that may say more than the problem's own code.
function serviceCodes({ code, service_code: said }) {
  if (noCredit.has(said)) return 'service-no-credit';
  return code === 'host_refused' && said === 'forbidden' ? 'host-no-access' : undefined;
}

function codeOfHostStatus(status) {
  if (status === 401 || status === 403) return 'host-sign-in';
  if (status === 404 || status === 405) return 'host-route-missing';
  if (status === 429) return 'host-busy';
  return status < 500 ? 'host-rejected' : 'host-failed';
}

/** The service answers problems as {"error": {"message", "code", …}}. */
async function fromService(response) {
  const { error } = await response.json().catch(() => ({}));
  return new Failure(serviceCode(response.status), detailOf(response, [error?.code, error?.message]));
}

function serviceCode(status) {
  if (status === 401 || status === 403) return 'service-key-refused';
  if (status === 429) return 'service-busy';
  return status < 500 ? 'service-rejected' : 'service-failed';
}

function detailOf(response, parts) {
  return [`HTTP ${response.status}`, ...parts.filter(Boolean)].join(' · ');
}
