// What the library needs from a browser, in one place. Tests bring tabs of their own.

import type { TokenStorage } from "./types.js";

export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: any }) => void) | null;
  close(): void;
}

export interface Platform {
  fetch: typeof fetch;
  /** Milliseconds on this device's clock. Only differences are used. */
  now(): number;
  random(): number;
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: any): void;
  /** Shared by the tabs of this origin. */
  local?: TokenStorage | undefined;
  /** This tab's. */
  session?: TokenStorage | undefined;
  locks?: { request(name: string, work: () => Promise<unknown>): Promise<unknown> } | undefined;
  channel?: ((name: string) => Channel) | undefined;
  listen(type: "online" | "storage" | "pageshow", listener: (event: any) => void, until: AbortSignal): void;
  /** The address bar; empty where there is none. */
  here(): string;
  replace(url: string): void;
  go(url: string): void;
}

export function browser(): Platform {
  const { localStorage: local, sessionStorage: session } = storages();
  const channel = typeof BroadcastChannel === "function" ? (name: string) => new BroadcastChannel(name) as Channel : undefined;
  return {
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    random: Math.random,
    setTimeout: (work, ms) => setTimeout(work, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    local,
    session,
    locks: globalThis.navigator?.locks as Platform["locks"],
    channel,
    listen: (type, listener, signal) => globalThis.addEventListener?.(type, listener, { signal }),
    here: () => globalThis.location?.href ?? "",
    replace: (url) => history.replaceState(history.state, "", url),
    go: (url) => location.assign(url),
  };
}

// A browser that blocks cookies throws when storage is merely looked at.
function storages(): Partial<Pick<Window, "localStorage" | "sessionStorage">> {
  try {
    const { localStorage, sessionStorage } = globalThis;
    return { localStorage, sessionStorage };
  } catch {
    return {};
  }
}
