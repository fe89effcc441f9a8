// A browser with tabs, a clock that only moves when told, and an issuer: all pretend.

import assert from "node:assert/strict";
import { createAuthOn } from "../src/auth.js";
import type { Channel, Platform } from "../src/platform.js";
import { memory } from "../src/store.js";
import type { Auth, AuthEvent, AuthOptions, AuthState, TokenStorage } from "../src/index.js";
import { Issuer } from "./issuer.js";

export interface Tab {
  world: World;
  auth: Auth;
  events: AuthEvent[];
  url: string;
  /** Where the tab was sent. */
  went: string[];
  session: TokenStorage;
  fire(type: string, event?: unknown): void;
  close(): void;
}

export interface Without {
  locks?: boolean;
  channel?: boolean;
}

const turn = () => new Promise<void>((go) => setImmediate(go));

export class World {
  time = 1_700_000_000_000;
  issuer = new Issuer(() => this.time);
  local = memory();
  tabs: Tab[] = [];
  #timers = new Map<number, { at: number; work: () => void }>();
  #count = 0;
  #channels = new Set<{ name: string; channel: Channel }>();
  #locks = new Map<string, Promise<unknown>>();

  constructor(private without: Without = {}) {}

  open(options: Partial<AuthOptions> = {}, url = "https://app.example/", session = memory()): Tab {
    const listeners: [string, (event: unknown) => void][] = [];
    const tab = {
      world: this,
      url,
      went: [],
      events: [],
      session,
      fire: (type, event = {}) => listeners.filter(([name]) => name === type).forEach(([, listener]) => listener(event)),
      close() {
        tab.auth.destroy();
        tab.world.tabs.splice(tab.world.tabs.indexOf(tab), 1);
      },
    } as Omit<Tab, "auth"> as Tab;
    const platform: Platform = {
      fetch: (input, init) => this.issuer.fetch(input as string, init),
      now: () => this.time,
      random: () => 0.5 + (this.#count++ % 100) / 1e6,
      setTimeout: (work, ms) => {
        const id = ++this.#count;
        this.#timers.set(id, { at: this.time + Math.max(0, ms), work });
        return id;
      },
      clearTimeout: (id) => void this.#timers.delete(id),
      local: this.#localFor(tab),
      session,
      locks: this.without.locks ? undefined : { request: (name, work) => this.#lock(name, work) },
      channel: this.without.channel ? undefined : (name) => this.#channel(name),
      listen: (type, listener, until) => {
        const entry: [string, (event: unknown) => void] = [type, listener];
        listeners.push(entry);
        until.addEventListener("abort", () => listeners.splice(listeners.indexOf(entry), 1));
      },
      here: () => tab.url,
      replace: (to) => void (tab.url = to),
      go: (to) => void tab.went.push(to),
    };
    tab.auth = createAuthOn(platform, { issuer: this.issuer.url, clientId: "app", ...options });
    tab.auth.onChange((event) => tab.events.push(event));
    this.tabs.push(tab);
    return tab;
  }

  /** A tab that has just signed in. */
  async signedIn(options: Partial<AuthOptions> = {}): Promise<Tab> {
    const start = this.open(options);
    void start.auth.signIn({ returnTo: "/notes?page=2" });
    const back = this.issuer.approve(await this.destination(start));
    start.close();
    const tab = this.open(options, back, start.session);
    await tab.auth.ready();
    // The app uses its token, as apps do.
    if (tab.auth.getSnapshot().status === "signed-in") await tab.auth.getIdToken();
    return tab;
  }

  /** Where the tab was sent. Hashing for PKCE takes real time. */
  async destination(tab: Tab): Promise<string> {
    for (let i = 0; i < 500 && !tab.went.length; i++) await new Promise((go) => setTimeout(go, 2));
    return tab.went[0] ?? assert.fail("the tab was not sent anywhere");
  }

  /** Lets promises run, without time passing. */
  async settle(turns = 6) {
    for (let i = 0; i < turns; i++) await turn();
  }

  /** Lets time pass, timer by timer. */
  async pass(ms: number) {
    const end = this.time + ms;
    await this.settle();
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].work();
      await this.settle();
    }
    this.time = end;
    await this.settle();
  }

  /** What a promise came to once this much time has passed. */
  async after<T>(ms: number, promise: Promise<T>): Promise<T> {
    let done = false;
    const mark = () => void (done = true);
    promise.then(mark, mark);
    await this.settle();
    await this.pass(0);
    for (let gone = 0; !done && gone < ms; gone += 100) await this.pass(100);
    if (!done) throw new Error(`still waiting after ${ms} ms`);
    return promise;
  }

  // As in browsers: other tabs hear of a change, the one that made it does not.
  #localFor(tab: Tab): TokenStorage {
    const tell = (key: string) => {
      for (const other of this.tabs) if (other !== tab) setImmediate(() => other.fire("storage", { key }));
    };
    return {
      getItem: (key) => this.local.getItem(key),
      setItem: (key, value) => (this.local.setItem(key, value), tell(key)),
      removeItem: (key) => (this.local.removeItem(key), tell(key)),
    };
  }

  #lock(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const mine = (this.#locks.get(name) ?? Promise.resolve()).then(work, work);
    this.#locks.set(name, mine);
    return mine;
  }

  #channel(name: string): Channel {
    const channel: Channel = {
      onmessage: null,
      postMessage: (message) => {
        const data = structuredClone(message);
        for (const other of this.#channels) {
          if (other.name === name && other.channel !== channel) setImmediate(() => other.channel.onmessage?.({ data }));
        }
      },
      close: () => {
        for (const one of this.#channels) if (one.channel === channel) this.#channels.delete(one);
      },
    };
    this.#channels.add({ name, channel });
    return channel;
  }
}

export const statuses = (tab: Tab): AuthState["status"][] => tab.events.flatMap((event) => (event.type === "state" ? [event.state.status] : []));

/** Why the person is signed out, or what else is the case. */
export function reason(tab: Tab): string {
  const state = tab.auth.getSnapshot();
  return state.status === "signed-out" ? state.reason! : state.status;
}

const MOST_MS = 65_000;

/** fetchToken, with as much time passing as it needs. */
export const cached = (tab: Tab) => tab.world.after(MOST_MS, tab.auth.fetchToken({ forceRefreshToken: false }));
export const force = (tab: Tab) => tab.world.after(MOST_MS, forcing(tab));
/** fetchToken, and time stands still. */
export const forcing = (tab: Tab) => tab.auth.fetchToken({ forceRefreshToken: true });
