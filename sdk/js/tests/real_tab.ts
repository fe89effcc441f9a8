// A tab of a browser whose network and cookies are a person's; the rest is as in the pretend ones.

import assert from "node:assert/strict";
import { createAuthOn } from "../packages/client/src/auth.js";
import type { Auth, AuthOptions } from "../packages/client/src/index.js";
import type { Platform } from "../packages/client/src/platform.js";
import { memory } from "../packages/client/src/store.js";
import type { Person } from "./person.js";

export class RealBrowser {
  local = memory();
  #lock: Promise<unknown> = Promise.resolve();

  constructor(readonly person: Person, readonly options: AuthOptions) {}

  tab(url: string, session = memory()) {
    const tab = { url, session, went: undefined as string | undefined, auth: undefined as unknown as Auth };
    const platform: Platform = {
      fetch: this.person.fetch,
      now: Date.now,
      random: Math.random,
      setTimeout: (work, ms) => setTimeout(work, ms).unref(),
      clearTimeout: (timer) => clearTimeout(timer),
      local: this.local,
      session,
      locks: { request: (_, work) => (this.#lock = this.#lock.then(work, work)) },
      channel: (name) => {
        const channel = new BroadcastChannel(name);
        (channel as unknown as { unref(): void }).unref();
        return channel as never;
      },
      listen() {},
      here: () => tab.url,
      replace: (to) => void (tab.url = to),
      go: (to) => void (tab.went = to),
    };
    tab.auth = createAuthOn(platform, this.options);
    return tab;
  }

  /** The whole way to the sign-in pages and back. */
  async signIn(who?: string) {
    const start = this.tab(new URL("/", this.options.redirectUri).href);
    void start.auth.signIn({ returnTo: "/here?and=now" });
    const back = await this.person.signIn(await departure(start), who);
    start.auth.destroy();
    const tab = this.tab(back, start.session);
    await tab.auth.ready();
    return tab;
  }
}

export async function departure(tab: { went: string | undefined }): Promise<string> {
  for (let i = 0; i < 500 && !tab.went; i++) await new Promise((go) => setTimeout(go, 10));
  return tab.went ?? assert.fail("the tab was not sent anywhere");
}
