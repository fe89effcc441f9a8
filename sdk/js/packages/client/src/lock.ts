// One tab of this browser at a time. Web Locks where there are any; else a lease in storage, which
// is a little less strict: the server's grace for replaced refresh tokens covers the rest.
//
// Nobody holds it for long: it is taken for one request, which has a time limit.

import type { Platform } from "./platform.js";
import { pause } from "./timers.js";

const LEASE_MS = 12_000; // longer than one request may take

export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

export function createLock(platform: Platform, name: string, shared: boolean): Lock {
  return (work) => (!shared ? work() : platform.locks ? (platform.locks.request(name, work) as Promise<any>) : lease(platform, name, work));
}

async function lease<T>(platform: Platform, name: string, work: () => Promise<T>): Promise<T> {
  const local = platform.local!;
  const me = `${platform.random()}`;
  const holder = () => {
    const [who, until] = (local.getItem(name) ?? "").split(" ");
    const left = Number(until) - platform.now();
    // A lease too far ahead was made before the clock was set back.
    return left > 0 && left <= LEASE_MS ? who : undefined;
  };
  while (holder() !== me) {
    if (!holder()) local.setItem(name, `${me} ${platform.now() + LEASE_MS}`);
    // Two that wrote at once both look again a little later; the last one to write has it.
    await pause(platform, 40 + platform.random() * 40);
  }
  try {
    return await work();
  } finally {
    if (holder() === me) local.removeItem(name);
  }
}
