// connectors/guard/exit-codes.ts
var EXIT = {
  approved: 0,
  unreachable: 69,
  gaveUp: 75,
  refused: 77,
  usage: 78,
  notExecutable: 126,
  notFound: 127
};
var Ended = class extends Error {
  exitCode;
  /** The request as it was left, where it is known. */
  request;
  /** What Keyturn answered, where it was a refusal. */
  refusal;
  constructor(exitCode, message, request = null, refusal = null) {
    super(message);
    this.name = "Ended";
    this.exitCode = exitCode;
    this.request = request;
    this.refusal = refusal;
  }
};

// connectors/guard/options.ts
var SECONDS = /* @__PURE__ */ new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86400]
]);
function readSubmission(flags, hold2) {
  return {
    action: flags.action,
    target: readTarget(flags.target),
    reason: flags.reason,
    hold: hold2,
    ...flags.onBehalfOf === void 0 ? {} : { on_behalf_of: flags.onBehalfOf },
    ...flags.link === void 0 ? {} : { links: flags.link },
    ...flags.expiresIn === void 0 ? {} : { expires_in: readSeconds("--expires-in", flags.expiresIn) }
  };
}
function readTimeoutMs(flags) {
  return flags.timeout === void 0 ? null : readSeconds("--timeout", flags.timeout) * 1e3;
}
function readTarget(text) {
  const [system = "", environment = "", ...rest] = text.split("/");
  const resource = rest.join("/");
  if (system === "" || environment === "" || resource === "") {
    throw new Ended(EXIT.usage, "--target is SYSTEM/ENVIRONMENT/RESOURCE, e.g. postgres/prod/orders.");
  }
  return { system, environment, resource };
}
function readSeconds(option, text) {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS.get(unit ?? "") ?? Number.NaN);
  if (!(seconds >= 1)) throw new Ended(EXIT.usage, `${option} is a duration, e.g. 90s, 30m, 24h or 7d.`);
  return seconds;
}

// connectors/guard/persist.ts
import { setTimeout as sleep } from "node:timers/promises";
var FIRST_PAUSE_MS = 100;
var LONGEST_PAUSE_MS = 5e3;
async function persist(attempt2, limits) {
  for (let failures = 0; ; failures += 1) {
    const answer = await attempt2();
    if (answer.kind !== "unreachable" || limits.signal.aborted) return answer;
    limits.onUnreachable?.(answer.why);
    const left = limits.until - Date.now();
    if (left > 0) await pause(Math.min(left, pauseAfter(failures)), limits.signal);
    if (limits.signal.aborted || Date.now() >= limits.until) return answer;
  }
}
async function pause(ms, signal) {
  await sleep(ms, void 0, { signal }).catch(() => void 0);
}
function pauseAfter(failures) {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}

// connectors/guard/patience.ts
function patienceAfter(leaving, hurrying, ms) {
  const over = new AbortController();
  const end = () => over.abort();
  const start = () => void pause(ms, hurrying).then(end);
  if (leaving.aborted) start();
  else leaving.addEventListener("abort", start, { once: true });
  return over.signal;
}

// connectors/guard/interruption.ts
var SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
var LONGEST_TIMER_MS = 2 ** 31 - 1;
var ECHO_MS = 500;
var Interruption = class {
  #leaving = new AbortController();
  #hurrying = new AbortController();
  #timer;
  #forward = null;
  #reporting = false;
  #reason = "";
  #last = { signal: "", atMs: 0 };
  constructor(timeoutMs) {
    for (const signal of SIGNALS) process.on(signal, this.#receive);
    if (timeoutMs === null) return;
    this.#timer = setTimeout(() => this.#leave("the time-out passed"), Math.min(timeoutMs, LONGEST_TIMER_MS));
  }
  /** Aborted once the caller gives up. */
  get leaving() {
    return this.#leaving.signal;
  }
  /** Aborted when told a second time, or while only the report is left. */
  get hurrying() {
    return this.#hurrying.signal;
  }
  get reason() {
    return this.#reason;
  }
  patience(ms) {
    return patienceAfter(this.#leaving.signal, this.#hurrying.signal, ms);
  }
  /** The wait is over: the time-out no longer counts. */
  stopClock() {
    clearTimeout(this.#timer);
  }
  /** From now on signals go to the command. */
  handOver(forward) {
    this.#forward = forward;
  }
  /** The command has ended; only its outcome is left to report. */
  takeBack() {
    this.#forward = null;
    this.#reporting = true;
  }
  dispose() {
    this.stopClock();
    for (const signal of SIGNALS) process.off(signal, this.#receive);
  }
  #receive = (signal) => {
    const again = signal === this.#last.signal && Date.now() - this.#last.atMs < ECHO_MS;
    this.#last = { signal, atMs: Date.now() };
    if (again) return;
    if (this.#forward !== null) this.#forward(signal);
    else if (this.#reporting || this.#leaving.signal.aborted) this.#hurrying.abort();
    else this.#leave(`stopped by ${signal}`);
  };
  #leave(reason) {
    if (this.#leaving.signal.aborted) return;
    this.#reason = reason;
    this.#leaving.abort();
  }
};

// connectors/guard/text.ts
var LONGEST = 2e3;
var WHITE_SPACE = /[\s\p{Zl}\p{Zp}]+/gu;
var INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;
var COMMAND = /#(?=#\w*\[)/g;
var ANY_TOKEN = /kt[pc]_[\x21-\x7e]+/g;
function plain(text) {
  const line = text.replace(WHITE_SPACE, " ").replace(INVISIBLE, "").replace(COMMAND, "# ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
function hideTokens(text, token) {
  const named = token === void 0 || token.length < 8 ? text : text.replaceAll(token, "[token]");
  return named.replace(ANY_TOKEN, "[token]");
}

// connectors/guard/progress.ts
var Progress = class {
  #stream;
  #live;
  #token;
  #status = null;
  #statusKey = "";
  #ticker;
  constructor(stream, environment) {
    this.#stream = stream;
    this.#live = stream.isTTY && environment["TERM"] !== "dumb";
    this.#token = environment["KEYTURN_TOKEN"];
    stream.on("error", () => void 0);
  }
  /** One line that stays. */
  say(text) {
    if (this.#live) this.#stream.write("\r\x1B[K");
    this.#stream.write(`keyturn: ${this.#clean(text)}
`);
    this.#draw();
  }
  /**
   * What is going on now. A terminal shows it as one line that is written over and over; elsewhere it
   * is a line of its own, once per `key`, so that a countdown does not fill a CI log.
   */
  status(key, text) {
    const isNew = key !== this.#statusKey;
    this.#status = text;
    this.#statusKey = key;
    if (!this.#live) {
      if (isNew) this.say(text());
      return;
    }
    this.#draw();
    this.#ticker ??= setInterval(() => this.#draw(), 1e3).unref();
  }
  /** Takes the updating line away; to be called before anybody else writes to the terminal. */
  clear() {
    clearInterval(this.#ticker);
    this.#ticker = void 0;
    this.#status = null;
    if (this.#live) this.#stream.write("\r\x1B[K");
  }
  #draw() {
    if (!this.#live || this.#status === null) return;
    const line = `keyturn: ${this.#clean(this.#status())}`;
    this.#stream.write(`\r\x1B[K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
  }
  #clean(text) {
    return plain(hideTokens(text, this.#token));
  }
};

// connectors/guard/with-io.ts
async function withIo(readTimeoutMs2, work) {
  const progress = new Progress(process.stderr, process.env);
  let interruption = null;
  try {
    interruption = new Interruption(readTimeoutMs2());
    return await work({ progress, interruption });
  } catch (error) {
    progress.clear();
    if (error instanceof Ended) {
      progress.say(error.message);
      return error.exitCode;
    }
    progress.say(`something is wrong here: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.usage;
  } finally {
    progress.clear();
    interruption?.dispose();
  }
}

// connectors/client/action.ts
import { isDeepStrictEqual } from "node:util";

// connectors/client/gate-error.ts
var GateError = class extends Error {
  code;
  /** Keyturn's own code, such as `REQUESTER_FROZEN`, where it answered with one. */
  refusal;
  /** Null where there is none, or nobody knows. */
  request;
  constructor(code2, message, {
    refusal = null,
    request = null,
    cause
  } = {}) {
    super(message, cause === void 0 ? {} : { cause });
    this.name = "GateError";
    this.code = code2;
    this.refusal = refusal;
    this.request = request;
  }
};

// connectors/client/action.ts
function toSubmission({ action, target, reason, ...more }) {
  const { onBehalfOf, links, expiresIn } = more;
  return readSubmission(
    {
      action,
      target,
      reason,
      ...onBehalfOf === void 0 ? {} : { onBehalfOf },
      ...links === void 0 ? {} : { link: links },
      ...expiresIn === void 0 ? {} : { expiresIn }
    },
    "wait"
  );
}
function payloadText(payload) {
  const text = isObject(payload) ? stringify(payload) : void 0;
  if (text === void 0 || !isDeepStrictEqual(JSON.parse(text), payload)) {
    throw new GateError("INVALID", "the payload is not a plain JSON object. Nothing was sent.");
  }
  return text;
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function stringify(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return void 0;
  }
}

// connectors/guard/refused.ts
var OPEN = /* @__PURE__ */ new Set(["pending"]);
var RELEASED = /* @__PURE__ */ new Set(["executing", "succeeded", "failed", "unknown"]);
function isOpen(request) {
  return OPEN.has(request.state);
}
function isReleased(request) {
  return RELEASED.has(request.state);
}
function endOf(request) {
  const said = request.state === "denied" ? request.tell : request.rejectReason;
  const because = said === null ? "" : `: ${said}`;
  const then = request.state === "flagged" ? " Somebody has to clear it first." : "";
  const what = isReleased(request) ? "was already run" : `is ${request.state}`;
  return new Ended(EXIT.refused, `request ${request.label} ${what}${because}.${then}`, request);
}
function endOfSubmission(refusal) {
  return new Ended(isUsage(refusal) ? EXIT.usage : EXIT.refused, sentence(refusal), null, refusal);
}
function endOfCall(refusal, request) {
  const exitCode = refusal.status === 401 ? EXIT.usage : EXIT.refused;
  return new Ended(exitCode, `request ${request.label}: ${sentence(refusal)}`, null, refusal);
}
function sentence(refusal) {
  const { status, code: code2, detail, fields } = refusal;
  if (status >= 300 && status < 400)
    return `KEYTURN_URL answers with a redirect (HTTP ${status}). Set the address it leads to.`;
  const named = fields.map(({ pointer, problem }) => `${pointer}: ${problem}`);
  const fieldList = named.length === 0 ? "" : ` (${named.join("; ")})`;
  return `${detail}${fieldList}${code2 === null ? "" : ` [${code2}]`}`;
}
function isUsage({ status, code: code2 }) {
  if (status === 422) return code2 === null || code2 === "INVALID";
  return ![403, 409, 429, 503].includes(status);
}

// connectors/guard/wire.ts
var ID = /^[A-Za-z0-9_-]{1,128}$/;
function readRequest(body, aheadMs) {
  const raw = fieldsOf(body);
  if (raw === null) return null;
  const id = textOf(raw["id"]);
  const state = textOf(raw["state"]);
  const actionDigest = textOf(raw["action_digest"]);
  if (id === null || !ID.test(id) || state === null || actionDigest === null) return null;
  const number = raw["number"];
  const execution = fieldsOf(raw["execution"]) ?? {};
  const expiresAtMs = Date.parse(textOf(raw["expires_at"]) ?? "");
  const outcomeWithin = execution["outcome_within"];
  return {
    id,
    label: Number.isSafeInteger(number) ? String(number) : id,
    state,
    actionDigest,
    action: textOf(raw["action"]),
    target: raw["target"],
    waitingFor: listOf(raw["waiting_for"]).flatMap((item) => textOf(item) ?? []),
    tell: textOf(raw["tell"]),
    rejectReason: textOf(raw["reject_reason"]),
    expiresAtMs: Number.isNaN(expiresAtMs) ? null : expiresAtMs - aheadMs,
    runBy: textOf(execution["by"]),
    outcomeWithinMs: typeof outcomeWithin === "number" && outcomeWithin > 0 ? outcomeWithin * 1e3 : null,
    stopRequested: execution["stop_requested"] === true,
    raw
  };
}
function readRelease(body) {
  const raw = fieldsOf(body);
  const nonce = textOf(raw?.["nonce"]);
  return raw === null || nonce === null ? null : { nonce, payload: raw["payload"] };
}
function readRefusal(status, body) {
  const raw = fieldsOf(body) ?? {};
  const fields = listOf(raw["errors"]).flatMap((item) => {
    const field = fieldsOf(item);
    const problem = textOf(field?.["detail"]);
    return problem === null ? [] : { pointer: textOf(field?.["pointer"]) ?? "", problem };
  });
  const detail = textOf(raw["detail"]) ?? textOf(raw["title"]) ?? `HTTP ${status}`;
  return { status, code: textOf(raw["code"]), detail, fields };
}
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}
function fieldsOf(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}
function textOf(value) {
  return typeof value === "string" ? value : null;
}
function listOf(value) {
  return Array.isArray(value) ? value : [];
}

// connectors/guard/withdraw.ts
var PATIENCE_MS = 5e3;
async function withdraw(session, request) {
  const { interruption } = session;
  const answer = await cancel(session, request);
  if (answer.kind === "answered") {
    const { state, label } = answer.value;
    throw new Ended(EXIT.gaveUp, `${interruption.reason}. Request ${label} is ${state}.`, answer.value);
  }
  const rest = answer.kind === "refused" ? `Request ${request.label} could not be cancelled: ${sentence(answer.refusal)}` : `Keyturn cannot be reached. It cancels request ${request.label} in 2 minutes.`;
  throw new Ended(EXIT.gaveUp, `${interruption.reason}. ${rest}`, request);
}
async function cancel(session, request) {
  const { client, interruption, key, progress } = session;
  progress.status("cancelling", () => `cancelling request ${request.label}`);
  const path = `/v1/requests/${request.id}/cancel`;
  const signal = interruption.leaving.aborted ? interruption.patience(PATIENCE_MS) : interruption.hurrying;
  return persist(
    () => client.call({ method: "POST", path, body: "{}", key, timeoutMs: PATIENCE_MS, signal }, readRequest),
    { until: Date.now() + PATIENCE_MS, signal }
  );
}

// connectors/guard/wait.ts
var LONG_POLL_S = 50;
var NETWORK_MS = 1e4;
var GRACE_MS = 3e3;
var NO_EXPIRY_MS = 12e4;
var QUICK_MS = 500;
async function waitForDecision(session, submitted) {
  const { progress, interruption } = session;
  let request = submitted;
  while (isOpen(request)) {
    const shown = request;
    const expiryMs = shown.expiresAtMs ?? Date.now() + NO_EXPIRY_MS;
    progress.status(`waits ${shown.waitingFor.join()}`, () => describe(shown));
    const startedAt = Date.now();
    const answer = await persist(() => poll(session, shown, expiryMs), {
      until: expiryMs,
      signal: interruption.leaving,
      onUnreachable: (why) => progress.status("unreachable", () => `cannot reach Keyturn (${why}), trying again`)
    });
    if (interruption.leaving.aborted)
      return withdraw(session, answer.kind === "answered" ? answer.value : shown);
    if (answer.kind === "refused") throw endOfCall(answer.refusal, shown);
    if (answer.kind === "unreachable") {
      const why = `Keyturn cannot be reached (${answer.why}) and the request's time is over`;
      throw new Ended(EXIT.unreachable, `request ${shown.label}: ${why}. Nothing was run.`);
    }
    request = answer.value;
    if (isOpen(request) && Date.now() - startedAt < QUICK_MS) await pause(QUICK_MS, interruption.leaving);
  }
  return request;
}
function poll(session, request, expiryMs) {
  const leftMs = Math.max(0, expiryMs - Date.now());
  const waitS = Math.min(LONG_POLL_S, Math.ceil(leftMs / 1e3) + 1);
  const path = `/v1/requests/${request.id}?wait=${waitS}&known=${encodeURIComponent(request.state)}`;
  const timeoutMs = Math.min(waitS * 1e3 + NETWORK_MS, leftMs + GRACE_MS);
  return session.client.call(
    { method: "GET", path, timeoutMs, signal: session.interruption.leaving },
    readRequest
  );
}
function describe(request) {
  const seats = request.waitingFor.length === 0 ? "a decision" : request.waitingFor.join(", ");
  const left = request.expiresAtMs === null ? "" : ` (expires in ${inWords(request.expiresAtMs - Date.now())})`;
  return `request ${request.label} waits for ${seats}${left}`;
}
function inWords(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1e3));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

// connectors/guard/approval.ts
async function waitForApproval(session, submitted) {
  if (isOpen(submitted) && submitted.runBy !== null && submitted.runBy !== "caller") {
    await cancel(session, submitted);
    const what = `Keyturn runs ${session.submission.action} itself`;
    throw new Ended(EXIT.usage, `${what}: use \`keyturn request\`. Request ${submitted.label} is cancelled.`);
  }
  const request = await waitForDecision(session, submitted);
  if (request.state !== "approved") throw endOf(request);
  if (!isSameAction(session, submitted, request)) {
    await cancel(session, submitted);
    throw new Ended(EXIT.refused, `request ${request.label} is for another action now. Nothing was run.`);
  }
  return request;
}
function isSameAction({ submission }, submitted, approved) {
  const { system, environment, resource } = submission.target;
  const target = approved.target;
  return approved.id === submitted.id && approved.actionDigest === submitted.actionDigest && approved.action === submission.action && target?.["system"] === system && target["environment"] === environment && target["resource"] === resource;
}

// connectors/guard/consume.ts
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual as isDeepStrictEqual2 } from "node:util";
var PATIENCE_MS2 = 3e4;
var ATTEMPT_MS = 1e4;
var LEAVING_MS = 5e3;
var STILL_APPROVED = /* @__PURE__ */ new Set(["FREEZE_IN_FORCE", "DIGEST_MISMATCH"]);
async function consume(session, request) {
  const { progress, interruption } = session;
  const key = randomUUID();
  const signal = interruption.patience(LEAVING_MS);
  const answer = await persist(() => attempt(session, request, key, signal), {
    until: Date.now() + PATIENCE_MS2,
    signal,
    onUnreachable: (why) => progress.status("unreachable", () => `cannot reach Keyturn (${why}), trying again`)
  });
  if (answer.kind === "answered") return answer.value;
  if (interruption.leaving.aborted) return withdraw(session, request);
  if (answer.kind === "unreachable") {
    const why = `request ${request.label} is approved, but Keyturn cannot be reached (${answer.why})`;
    throw new Ended(EXIT.unreachable, `${why}. Nothing was run.`, request);
  }
  if (STILL_APPROVED.has(answer.refusal.code ?? "")) await cancel(session, request);
  throw endOfCall(answer.refusal, request);
}
function isWhatWasSubmitted(release, submitted) {
  return isDeepStrictEqual2(release.payload, JSON.parse(JSON.stringify(submitted)));
}
async function attempt({ client }, request, key, signal) {
  const path = `/v1/requests/${request.id}/consume`;
  const body = JSON.stringify({ action_digest: request.actionDigest });
  const answer = await client.call(
    { method: "POST", path, body, key, timeoutMs: ATTEMPT_MS, signal },
    readRelease
  );
  return answer.kind === "refused" && answer.refusal.status === 503 ? { kind: "unreachable", why: answer.refusal.detail, sent: true } : answer;
}

// connectors/guard/client.ts
var LARGEST_ANSWER = 8 * 1024 * 1024;
var NEVER_CONNECTED = /* @__PURE__ */ new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ENOTFOUND", "no such host"],
  ["EAI_AGAIN", "no such host"],
  ["EHOSTUNREACH", "no route to the host"],
  ["ENETUNREACH", "no route to the host"]
]);
var Client = class {
  #settings;
  constructor(settings) {
    this.#settings = settings;
  }
  /**
   * One attempt. `read` takes the body, and by how much the server's clock is ahead of ours; it says
   * null to what it does not understand.
   */
  async call(call, read) {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(new DOMException("", "TimeoutError")), call.timeoutMs);
    const leave2 = () => over.abort();
    call.signal?.addEventListener("abort", leave2, { once: true });
    if (call.signal?.aborted) leave2();
    let response;
    let text;
    try {
      response = await fetch(`${this.#settings.url}${call.path}`, {
        method: call.method,
        headers: this.#headers(call),
        // A redirect followed would carry the request to somebody else.
        redirect: "manual",
        signal: over.signal,
        ...call.body === void 0 ? {} : { body: call.body }
      });
      text = await readText(response);
    } catch (error) {
      return unreachable(error);
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", leave2);
    }
    const body = parseJson(text);
    if (isTrouble(response.status, body)) {
      return { kind: "unreachable", why: `HTTP ${response.status}`, sent: true };
    }
    if (!response.ok) return { kind: "refused", refusal: readRefusal(response.status, body) };
    const serverTime = Date.parse(response.headers.get("date") ?? "");
    const value = read(body, Number.isNaN(serverTime) ? 0 : serverTime - Date.now());
    if (value === null) return { kind: "unreachable", why: "an answer that is not Keyturn’s", sent: true };
    return { kind: "answered", value };
  }
  #headers(call) {
    return {
      authorization: `Bearer ${this.#settings.token}`,
      accept: "application/json, application/problem+json",
      ...call.body === void 0 ? {} : { "content-type": "application/json" },
      ...call.key === void 0 ? {} : { "idempotency-key": call.key }
    };
  }
};
function isTrouble(status, body) {
  if (status === 408) return true;
  if (status < 500) return false;
  return readRefusal(status, body).code !== "DIRECTORY_UNAVAILABLE";
}
function unreachable(error) {
  const { name, cause } = error;
  const code2 = String(cause?.code ?? "");
  const never = NEVER_CONNECTED.get(code2);
  if (never !== void 0) return { kind: "unreachable", why: never, sent: false };
  const isBreak = code2 === "" || code2 === "ECONNRESET" || code2.startsWith("UND_ERR_");
  const why = name === "TimeoutError" ? "no answer in time" : isBreak ? "the connection broke" : code2;
  return { kind: "unreachable", why, sent: true };
}
async function readText(response) {
  const parts = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > LARGEST_ANSWER) throw new RangeError("the answer is too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

// connectors/guard/settings.ts
var DEFAULT_URL = "http://127.0.0.1:3000";
var LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
var VISIBLE_ASCII = /^[\x21-\x7e]{20,200}$/;
function readSettings(environment) {
  const token = environment["KEYTURN_TOKEN"] ?? "";
  if (token === "") throw unusable("KEYTURN_TOKEN is not set. It holds the token of a client (ktc_…).");
  if (token.trim().startsWith("ktp_")) {
    throw unusable(
      "KEYTURN_TOKEN is a person’s token. Who asks cannot be who approves: use a client’s token (ktc_…). Nothing was sent."
    );
  }
  if (!VISIBLE_ASCII.test(token)) {
    throw unusable("KEYTURN_TOKEN is not a token: 20 to 200 visible ASCII characters, no white space.");
  }
  return { url: readUrl(environment["KEYTURN_URL"]), token };
}
function readUrl(text) {
  const address = text === void 0 || text === "" ? DEFAULT_URL : text;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.protocol !== "http:" && url.protocol !== "https:") {
    throw unusable("KEYTURN_URL is not an http or https address.");
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw unusable(
      "KEYTURN_URL has a user name, a query or a fragment. It is only scheme, host, port and path."
    );
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    throw unusable(`KEYTURN_URL is plain http to ${url.hostname}. Only https leaves this machine.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
function unusable(message) {
  return new Ended(EXIT.usage, message);
}

// connectors/guard/job-token.ts
var PATIENCE_MS3 = 1e4;
var RENEW_MS = 15 * 6e4;
var AUDIENCE = "keyturn";
var NEVER = new AbortController().signal;
async function openSettings(environment) {
  const hasToken = (environment["KEYTURN_TOKEN"] ?? "") !== "";
  const jobToken = hasToken ? null : await readJobToken(environment);
  if (jobToken === null) return readSettings(environment);
  const url = readUrl(environment["KEYTURN_URL"]);
  const answer = await persist(() => exchange({ url, token: jobToken }), {
    until: Date.now() + PATIENCE_MS3,
    signal: NEVER
  });
  if (answer.kind === "unreachable")
    throw new Ended(EXIT.unreachable, `cannot reach Keyturn (${answer.why}). Nothing was run.`);
  if (answer.kind === "refused") {
    throw new Ended(EXIT.usage, "Keyturn does not take the OIDC token of this job. Nothing was sent.");
  }
  const settings = readSettings({ KEYTURN_URL: url, KEYTURN_TOKEN: answer.value });
  setInterval(() => void exchange(settings), RENEW_MS).unref();
  return settings;
}
function exchange(settings) {
  return new Client(settings).call({ method: "POST", path: "/v1/token", timeoutMs: PATIENCE_MS3 }, (body) => {
    const token = body?.token;
    return typeof token === "string" ? token : null;
  });
}
async function readJobToken(environment) {
  const given = environment["KEYTURN_ID_TOKEN"] ?? "";
  if (given !== "") return given;
  const address = environment["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "";
  const right = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "";
  if (address === "" || right === "") return null;
  const token = await askGithub(address, right, environment["KEYTURN_AUDIENCE"] ?? AUDIENCE).catch(
    () => null
  );
  if (token === null)
    throw new Ended(EXIT.unreachable, "GitHub gives this job no OIDC token. Nothing was run.");
  return token;
}
async function askGithub(address, right, audience) {
  const url = new URL(address);
  if (url.protocol !== "https:" && url.hostname !== "127.0.0.1") return null;
  url.searchParams.set("audience", audience);
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${right}`, accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS3)
  });
  const { value } = parseJson(await answer.text()) ?? {};
  return answer.ok && typeof value === "string" && value !== "" ? value : null;
}

// connectors/guard/outcome.ts
var PATIENCE_MS4 = 3e4;
var ATTEMPT_MS2 = 1e4;
var LONGEST_DETAIL = 500;
async function reportOutcome(session, request, nonce, { status, exitCode, detail }) {
  const { client, interruption, progress } = session;
  const body = JSON.stringify({
    nonce,
    status,
    ...exitCode === null ? {} : { exit_code: exitCode },
    ...detail === null ? {} : { detail: detail.slice(0, LONGEST_DETAIL) }
  });
  const path = `/v1/requests/${request.id}/outcome`;
  const signal = interruption.hurrying;
  const answer = await persist(
    () => client.call({ method: "POST", path, body, timeoutMs: ATTEMPT_MS2, signal }, readRequest),
    { until: Date.now() + PATIENCE_MS4, signal }
  );
  if (answer.kind === "answered") return;
  const why = answer.kind === "refused" ? sentence(answer.refusal) : answer.why;
  const how = exitCode === null ? status : `exit code ${exitCode}`;
  progress.say(`the outcome of request ${request.label} (${how}) could not be reported: ${why}`);
}

// connectors/guard/session.ts
import { randomUUID as randomUUID2 } from "node:crypto";
var LARGEST_BODY = 256 * 1024;
function openSession(settings, submission, payload, io) {
  const body = `${JSON.stringify(submission).slice(0, -1)},"payload":${payload}}`;
  if (Buffer.byteLength(body) > LARGEST_BODY) {
    throw new Ended(EXIT.usage, "the request is larger than 256 KiB. Nothing was sent.");
  }
  if (body.includes(settings.token)) {
    throw new Ended(
      EXIT.usage,
      "the request holds KEYTURN_TOKEN itself, for all reviewers to read. Nothing was sent."
    );
  }
  return { client: new Client(settings), submission, body, key: randomUUID2(), ...io };
}

// connectors/guard/submit.ts
var PATIENCE_MS5 = 1e4;
var LEAVING_MS2 = 5e3;
async function submit(session) {
  const { progress, interruption } = session;
  const until = Date.now() + PATIENCE_MS5;
  endIfLeaving(interruption);
  let mayHaveArrived = false;
  const answer = await persist(
    async () => {
      const attempt2 = await send(session, Math.max(1e3, until - Date.now()), interruption.leaving);
      mayHaveArrived ||= attempt2.kind === "unreachable" && attempt2.sent;
      return attempt2;
    },
    {
      until,
      signal: interruption.leaving,
      onUnreachable: (why) => progress.status("unreachable", () => `cannot reach Keyturn (${why}), trying again`)
    }
  );
  if (interruption.leaving.aborted) return leave(session, answer, mayHaveArrived);
  if (answer.kind === "refused") throw endOfSubmission(answer.refusal);
  if (answer.kind === "unreachable") {
    throw new Ended(EXIT.unreachable, `cannot reach Keyturn (${answer.why}). Nothing was run.`);
  }
  return answer.value;
}
function endIfLeaving(interruption) {
  if (interruption.leaving.aborted)
    throw new Ended(EXIT.gaveUp, `${interruption.reason}. Nothing was submitted.`);
}
async function leave(session, answer, mayHaveArrived) {
  const { interruption } = session;
  const patience = interruption.patience(LEAVING_MS2);
  let known = answer;
  if (known.kind === "unreachable" && mayHaveArrived) {
    session.progress.status("leaving", () => "giving up, asking Keyturn to cancel");
    known = await persist(() => send(session, LEAVING_MS2, patience), {
      until: Date.now() + LEAVING_MS2,
      signal: patience
    });
  }
  if (known.kind === "answered") return withdraw(session, known.value);
  const rest = known.kind === "refused" || !mayHaveArrived ? "Nothing was submitted." : "Keyturn cannot be reached. If it has the request, it cancels it in 2 minutes.";
  throw new Ended(EXIT.gaveUp, `${interruption.reason}. ${rest}`);
}
function send(session, timeoutMs, signal) {
  const { client, body, key } = session;
  return client.call({ method: "POST", path: "/v1/requests", body, key, timeoutMs, signal }, readRequest);
}

// connectors/action/runner.ts
import { randomUUID as randomUUID3 } from "node:crypto";
import { appendFileSync } from "node:fs";
function input(environment, name) {
  return (environment[`INPUT_${name.toUpperCase()}`] ?? "").trim();
}
function required(environment, name) {
  const value = input(environment, name);
  if (value === "") throw new Ended(EXIT.usage, `the input "${name}" is missing. Nothing was sent.`);
  return value;
}
function setOutput(environment, name, value) {
  append(environment["GITHUB_OUTPUT"], name, value);
}
function saveState(environment, name, value) {
  append(environment["GITHUB_STATE"], name, value);
}
function mask(value) {
  process.stdout.write(`::add-mask::${escaped(value)}
`);
}
function fail(message) {
  process.stdout.write(`::error title=Keyturn::${escaped(message)}
`);
}
function append(file, name, value) {
  if (file === void 0 || file === "") throw new Ended(EXIT.usage, "this is no runner of GitHub.");
  const end = `keyturn_${randomUUID3()}`;
  appendFileSync(file, `${name}<<${end}
${value}
${end}
`);
}
function escaped(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

// connectors/action/hold.ts
var OF_THE_JOB = {
  repository: "GITHUB_REPOSITORY",
  repository_id: "GITHUB_REPOSITORY_ID",
  workflow: "GITHUB_WORKFLOW_REF",
  sha: "GITHUB_SHA",
  ref: "GITHUB_REF",
  run_id: "GITHUB_RUN_ID",
  run_attempt: "GITHUB_RUN_ATTEMPT",
  job: "GITHUB_JOB"
};
async function hold(environment, io) {
  const submission = toSubmission({
    action: required(environment, "action"),
    target: required(environment, "target"),
    reason: required(environment, "reason"),
    payload: {},
    links: linkOf(environment)
  });
  const payload = payloadText(payloadOf(environment));
  const settings = await openSettings(settingsOf(environment));
  mask(settings.token);
  const session = openSession(settings, submission, payload, io);
  const request = await waitForApproval(session, await submit(session));
  if (io.interruption.leaving.aborted) return await withdraw(session, request);
  io.interruption.stopClock();
  const release = await consume(session, request);
  mask(release.nonce);
  const end = async (exitCode, detail) => {
    await reportOutcome(session, request, release.nonce, { status: "failed", exitCode: null, detail });
    throw new Ended(exitCode, `request ${request.label}: ${detail}. Nothing was run.`, request);
  };
  if (!isWhatWasSubmitted(release, JSON.parse(payload)))
    return await end(EXIT.refused, "it was released with another payload than was submitted");
  if (io.interruption.leaving.aborted) return await end(EXIT.gaveUp, "the job was stopped before it started");
  try {
    saveState(environment, "request", request.id);
    saveState(environment, "nonce", release.nonce);
    setOutput(environment, "request", request.id);
    setOutput(environment, "payload", JSON.stringify(release.payload));
  } catch {
    return await end(EXIT.usage, "the runner takes no state or output");
  }
  io.progress.say(`request ${request.label} is approved. The job goes on.`);
  return EXIT.approved;
}
function settingsOf(environment) {
  const [url, audience] = [input(environment, "url"), input(environment, "audience")];
  return {
    ...environment,
    ...url === "" ? {} : { KEYTURN_URL: url },
    ...audience === "" ? {} : { KEYTURN_AUDIENCE: audience }
  };
}
function payloadOf(environment) {
  const given = parseJson(input(environment, "payload") || "{}");
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new Ended(EXIT.usage, 'the input "payload" is not a JSON object. Nothing was sent.');
  if (Object.hasOwn(given, "github"))
    throw new Ended(
      EXIT.usage,
      'the input "payload" has a key "github", which is the job’s. Nothing was sent.'
    );
  const job = Object.entries(OF_THE_JOB).map(([name, variable]) => [name, environment[variable] ?? null]);
  return { ...given, github: Object.fromEntries(job) };
}
function linkOf({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: name,
  GITHUB_RUN_ID: run
}) {
  const isWhole = server !== void 0 && name !== void 0 && run !== void 0;
  return isWhole ? [`${server}/${name}/actions/runs/${run}`] : [];
}

// connectors/action/report.ts
async function report(environment, io) {
  const [id, nonce] = [environment["STATE_request"] ?? "", environment["STATE_nonce"] ?? ""];
  if (id === "" || nonce === "") return EXIT.approved;
  mask(nonce);
  const ended = input(environment, "job-status");
  const outcome = outcomeOf(ended);
  if (outcome === null) {
    io.progress.say(`how request ${id} ended is not known here: a person has to settle it`);
    return EXIT.approved;
  }
  const settings = await openSettings(settingsOf(environment));
  mask(settings.token);
  const session = { client: new Client(settings), ...io };
  const detail = `the job ended with ${ended}`;
  await reportOutcome(session, { id, label: id }, nonce, { status: outcome, exitCode: null, detail });
  return EXIT.approved;
}
function outcomeOf(status) {
  if (status === "success") return "succeeded";
  return status === "failure" || status === "cancelled" ? "failed" : null;
}

// connectors/action/main.ts
var { env } = process;
var isAfter = env["STATE_begun"] === "true";
var timeout = input(env, "timeout");
var code = await withIo(
  () => readTimeoutMs(timeout === "" || isAfter ? {} : { timeout }),
  (io) => {
    if (isAfter) return report(env, io);
    saveState(env, "begun", "true");
    return hold(env, io);
  }
);
if (code !== 0)
  fail(isAfter ? "the outcome was not reported" : "this job was not approved; nothing after it runs");
process.stdout.write("", () => process.exit(code));
