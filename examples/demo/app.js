// The demo app: the page. What it does with Housekey is in sign-in.js, how it checks a token in
// verify.js; here is what a person sees and presses.

import { arrive, connect, leaveToSignIn, leaveToSignOut, refresh, resume, SessionOver, signOutHere, takeAnswer } from "./sign-in.js";
import { Problem } from "./verify.js";

// First of all, before anything waits for anything: take the token or code out of the address bar.
const answer = takeAnswer();

// Who is signed in, and the tokens. A variable, so that it ends with the page.
let session = null;

// When one tab signs out, the others shouldn't go on showing the person's data.
const tabs = new BroadcastChannel("session");

const $ = (id) => document.getElementById(id);

start();

async function start() {
  await attempt(async () => {
    await reach();
    if (answer) await attempt(async () => (session = await arrive(answer)));
    if (!session && preferred() === "token") await pickUp();
    if (session?.problem) tell(session.problem);
  });
  await show();
}

let reached = false;

async function reach() {
  if (!crypto.subtle) throw new Problem("This page can’t use cryptography here.", "Browsers allow it on localhost and over https.");
  const config = await connect(note);
  $("issuer").textContent = config.issuer.replace(/^https?:\/\//, "");
  $("issuer").href = `${config.issuer}/account`;
  reached = true;
}

// After a reload the tokens are gone, but the cookie is not. Nobody signed in is no problem.
async function pickUp() {
  try {
    session = await resume();
  } catch (error) {
    if (!(error instanceof SessionOver)) throw error;
  }
}

// ── What can be pressed ────────────────────────────────────────────────────────────────────

press("sign-in-token", () => signIn("token"));
press("sign-in-code", () => signIn("code"));
press("switch", () => signIn(session?.delivery === "token" ? "code" : "token"));
press("refresh", renew);
press("call-api", callApi);
press("sign-out", signOut);

async function signIn(delivery) {
  // Whoever was down when the page was opened may be up by now.
  if (!reached) await reach();
  // A preference is all that this app keeps for good.
  localStorage.setItem("delivery", delivery);
  await leaveToSignIn(delivery);
}

async function renew() {
  session = await refresh(session);
  await show();
}

async function callApi() {
  // A token that is about to end would end on the way.
  if (session.until - Date.now() < 10_000) await renew();
  const response = await fetch("/api/me", { headers: { Authorization: `Bearer ${session.accessToken}` } }).catch(() => {
    throw new Problem("The demo’s own API doesn’t answer.", "Is the server still running?");
  });
  note(`GET /api/me → ${response.status}`);
  const body = await response.json().catch(() => ({}));
  showApiAnswer(response, body);
}

async function signOut() {
  if (session.delivery === "code") {
    // Forget first: the Back button must not bring the signed-in page back.
    const leaving = session;
    await forget();
    return leaveToSignOut(leaving);
  }
  try {
    await signOutHere($("everywhere").checked);
  } catch (error) {
    if (!(error instanceof SessionOver)) throw error; // over already: that's what we wanted
  }
  tabs.postMessage("signed out");
  note("Signed out here and at Housekey");
  await forget();
}

tabs.onmessage = async () => {
  if (session?.delivery !== "token") return;
  note("Signed out in another tab");
  await forget();
};

async function forget() {
  session = null;
  await show();
}

// ── When something goes wrong ──────────────────────────────────────────────────────────────

function press(id, work) {
  $(id).addEventListener("click", () => {
    $("problem").hidden = true;
    attempt(work);
  });
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    // Only "this session is over" signs the person out. A server that is down does not.
    if (error instanceof SessionOver) await forget();
    tell(error);
  }
}

function tell(error) {
  // Whatever isn't a Problem is our own mistake, and the console wants to know.
  if (!(error instanceof Problem)) console.error(error);
  const [sentence, remedy] = error instanceof Problem ? [error.message, error.remedy] : ["This app made a mistake.", String(error)];
  $("problem").replaceChildren(element("strong", sentence), " ", remedy);
  $("problem").hidden = false;
}

// ── What is shown ──────────────────────────────────────────────────────────────────────────

function preferred() {
  return localStorage.getItem("delivery") === "code" ? "code" : "token";
}

async function show() {
  if (session) await showSession();
  else $("api-answer").replaceChildren();
  $("waiting").hidden = true;
  $("signed-in").hidden = !session;
  $("signed-out").hidden = Boolean(session);
  $("sign-in-token").classList.toggle("main", preferred() === "token");
  $("sign-in-code").classList.toggle("main", preferred() === "code");
}

async function showSession() {
  const { delivery, access, id } = session;
  const { header, claims } = id ?? access;
  const print = await fingerprint(session.accessToken);
  if (!session) return; // signed out meanwhile
  $("hello").textContent = `Hello, ${claims.name ?? claims.email ?? "you"}`;
  $("how").textContent =
    delivery === "token"
      ? "You came back with a token and a cookie. Reload the page: you stay signed in."
      : "You came back with a code. Reload the page and the tokens are gone; one press and Housekey sends you straight back.";
  $("claims-from").textContent = id ? "Claims in the ID token: what Housekey tells this app about you." : "Claims in the access token. The ID token comes with the first refresh.";
  $("claims-check").textContent = `Checked in this browser: ${header.alg}`;
  list("claims", claims, "claim");
  list("access-claims", access.claims, "accessClaim");
  $("token-id").textContent = print;
  $("switch").textContent = delivery === "token" ? "Switch to code and PKCE" : "Switch to token and cookie";
  // The end-session endpoint ends the session that the ID token names; "everywhere" is the other way's.
  $("everywhere-label").hidden = delivery !== "token";
  tick();
}

const MEANINGS = new Map([
  ["name", "what to call you"],
  ["email", "where letters reach you"],
  ["email_verified", "whether you proved it"],
  ["sub", "you: never changes, never reused"],
  ["iss", "who says so"],
  ["aud", "for whom"],
  ["client_id", "which app asked"],
  ["scope", "what it may do"],
  ["exp", "until"],
  ["iat", "since"],
  ["auth_time", "when you last proved it was you"],
  ["amr", "how"],
  ["sid", "the session, for signing out"],
  ["nonce", "ties it to this tab’s request"],
  ["jti", "this token’s number"],
]);
const TIMES = ["exp", "iat", "auth_time"];

function list(id, claims, mark) {
  const order = [...MEANINGS.keys()];
  const rank = (name) => (order.indexOf(name) + 1 || order.length + 1);
  const names = Object.keys(claims).sort((a, b) => rank(a) - rank(b));
  const rows = names.map((name) => {
    // textContent, never innerHTML: a name is what its owner typed.
    const value = element("span", typeof claims[name] === "string" ? claims[name] : JSON.stringify(claims[name]));
    value.dataset[mark] = name;
    const said = element("dd", value);
    if (TIMES.includes(name)) said.append(" ", element("small", new Date(claims[name] * 1000).toLocaleTimeString()));
    return element("div", element("dt", name, " ", element("small", MEANINGS.get(name) ?? "")), said);
  });
  $(id).replaceChildren(...rows);
}

function showApiAnswer(response, body) {
  const status = element("p", `${response.status} ${response.ok ? "OK" : "refused"}`);
  status.className = response.ok ? "good" : "bad";
  const says = element("p", "The API says: ", element("strong", body.message ?? body.error_description ?? "nothing"));
  $("api-answer").replaceChildren(status, says, element("pre", JSON.stringify(body, null, 2)));
}

// A token's lifetime, on the page's own clock. Nothing refreshes by itself: press, and watch.
function tick() {
  if (!session) return;
  const left = Math.max(0, Math.round((session.until - Date.now()) / 1000));
  $("lifetime").max = session.lifetime;
  $("lifetime").value = left;
  $("left").textContent = left > 0 ? `${Math.floor(left / 60)} min ${String(left % 60).padStart(2, "0")} s left` : "Expired. The next call refreshes first.";
}
setInterval(tick, 1000);

// Enough of a hash to see that two tokens differ, and useless for anything else.
async function fingerprint(token) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  const hex = Array.from(hash.slice(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.match(/..../g).join(" ");
}

// The last few things that happened, newest first. Never a token: screens are shared.
function note(what) {
  $("trail").prepend(element("li", element("time", new Date().toLocaleTimeString()), " ", what));
  while ($("trail").children.length > 12) $("trail").lastChild.remove();
}

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}
