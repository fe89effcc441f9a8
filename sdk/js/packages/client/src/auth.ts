// Everything put together: see types.ts for what each part promises.

import { createApiFetch } from "./api_fetch.js";
import { findAnswer, redeem } from "./callback.js";
import { createDiscovery } from "./discovery.js";
import { AuthError, isOver } from "./error.js";
import { address } from "./fields.js";
import { createGrant, type Settings } from "./grant.js";
import { createHolder } from "./holder.js";
import { persist } from "./http.js";
import { depart } from "./leave.js";
import { createLock } from "./lock.js";
import type { Platform } from "./platform.js";
import { createRefresh } from "./refresh.js";
import { createState, describe } from "./state.js";
import { createStore, memory } from "./store.js";
import { createTokens } from "./tokens.js";
import { createTrips } from "./trips.js";
import type { Auth, AuthOptions, AuthState, SignInOptions, SignOutOptions } from "./types.js";

const PAGES = { profile: "", security: "/security", devices: "/sessions", data: "/data" };

type Back = { returnTo: string } | null;

export function createAuthOn(given: Platform, options: AuthOptions): Auth {
  const platform = { ...given, fetch: options.fetch ?? given.fetch };
  const { issuer, clientId, storage = "default", autoCallback = true } = options;
  const absolute = (path: string) => new URL(path, platform.here() || options.redirectUri || issuer);
  const settings: Settings = {
    ...options,
    mode: options.delivery === "token" ? "token" : (options.refresh ?? "body"),
    redirectUri: absolute(options.redirectUri ?? "/callback").href,
    scope: options.scope ?? "openid profile email offline_access",
    audience: options.audience ?? clientId,
  };
  const key = `housekey:${issuer}:${clientId}`;
  // Only the storage that all tabs see makes it worth talking to them.
  const shared = storage === "default" && !!platform.local;
  const kept = shared ? platform.local! : typeof storage === "object" ? storage : memory();
  const end = new AbortController();
  const until = end.signal;

  const store = createStore(kept, key, settings.mode === "body");
  const answer = autoCallback && findAnswer(settings, platform.here());
  const known = store.read();
  const state = createState(known ? describe(known) : answer ? { status: "loading" } : { status: "signed-out", reason: "never" });
  const discover = createDiscovery(platform, issuer);
  const grant = createGrant(platform, settings, discover);
  const trips = createTrips(platform.session, key);
  const lock = createLock(platform, `${key}:lock`, shared);
  const holder = createHolder(platform, state, store, key, shared, until);
  const refresh = createRefresh(platform, state, store, holder, lock, grant, until);
  let settled: Promise<unknown> = Promise.resolve();
  const tokens = createTokens(platform, holder, refresh, () => settled, until);
  holder.onTokens(tokens.schedule);

  async function leaveToSignIn(asked: SignInOptions): Promise<never> {
    const { origin, pathname, search, hash } = absolute(asked.returnTo ?? platform.here());
    // Another origin is none of ours, and the callback's own page is no place to come back to.
    const good = origin === absolute("").origin && pathname !== new URL(settings.redirectUri).pathname;
    platform.go(await depart(settings, discover, trips, asked, good ? pathname + search + hash : "/"));
    return new Promise(() => {});
  }

  async function arrive(params: URLSearchParams): Promise<Back> {
    const trip = trips.take(params.get("state")!);
    // Finished in another tab or browser, or an old page of the history. Its code is never used.
    if (!trip) return beginAgain(new AuthError("state_unknown", "no sign-in of this tab"), params);
    try {
      holder.take(await redeem(platform, settings, grant, params, trip), "sign-in");
    } catch (error) {
      // The code was spent, by an earlier try whose answer was lost.
      if (isOver(error)) return beginAgain(error, params);
      throw error;
    }
    trips.succeeded();
    return { returnTo: trip.returnTo };
  }

  async function beginAgain(why: unknown, params: URLSearchParams): Promise<Back> {
    if (holder.get()) return null;
    if (params.has("error") || !trips.mayBeginAgain()) throw why;
    return leaveToSignIn({ returnTo: "/" });
  }

  async function handle(params: URLSearchParams): Promise<Back> {
    // At once: until then the answer can be copied, bookmarked and restored with the tab.
    platform.replace(settings.redirectUri);
    try {
      const back = await arrive(params);
      if (back) (options.onNavigate ?? platform.replace)(absolute(back.returnTo).href, { replace: true });
      return back;
    } catch (error) {
      if (!holder.get()) state.set({ status: "signed-out", reason: "never" });
      state.fail(error as AuthError);
      throw error;
    }
  }

  async function signOut({ everywhere, returnTo, local }: SignOutOptions = {}) {
    await settled;
    const idToken = holder.get()?.tokens?.id;
    holder.end("signed-out"); // whatever happens next, nothing is shown any more
    if (local) return;
    const target = returnTo && absolute(returnTo).href;
    if (settings.mode !== "body") {
      // Not while a refresh is under way, which would bring a new cookie.
      await lock(() => persist(platform, 3, () => grant.end(everywhere))).catch((error) => {
        if (!isOver(error)) throw error;
      });
      return void (target && platform.go(target));
    }
    const { end_session_endpoint } = await discover();
    const post_logout_redirect_uri = target ?? options.postLogoutRedirectUri ?? absolute("/").href;
    if (end_session_endpoint) platform.go(address(end_session_endpoint, { client_id: clientId, id_token_hint: idToken, everywhere, post_logout_redirect_uri }));
  }

  // OpenID Connect Core §4: somebody sends the person here to sign in.
  function invited(): SignInOptions | undefined {
    const query = absolute("").searchParams;
    if (autoCallback && !holder.get() && query.get("iss") === issuer && !query.has("state")) return { returnTo: "/", loginHint: query.get("login_hint")! };
  }

  const auth: Auth = {
    getSnapshot: state.get,
    subscribe: state.subscribe,
    onChange: state.onChange,
    ready: () => settled.then(state.get) as Promise<AuthState>,
    async signIn(asked = {}) {
      await settled;
      if (!holder.get() || asked.prompt || asked.maxAge != null || asked.acrValues || asked.provider) await leaveToSignIn(asked);
    },
    signOut,
    async handleCallback(url = platform.here()) {
      const found = findAnswer(settings, url);
      return found ? handle(found) : null;
    },
    getIdToken: (wanted) => tokens.get("id", wanted),
    getAccessToken: (wanted) => tokens.get("access", wanted),
    fetchToken: ({ forceRefreshToken }) => tokens.get("id", { forceRefresh: forceRefreshToken }),
    fetch: createApiFetch(platform, [issuer, absolute("").origin, ...(options.apiOrigins ?? [])], (wanted) => tokens.get("access", wanted)),
    accountUrl: (page = "profile") => `${issuer}/account${PAGES[page]}`,
    destroy() {
      end.abort();
      state.clear();
    },
  };

  const invitation = invited();
  // Errors are told by an event.
  if (answer) settled = handle(answer).catch(() => {});
  else if (invitation) settled = leaveToSignIn(invitation).catch(state.fail);
  tokens.schedule();
  return auth;
}
