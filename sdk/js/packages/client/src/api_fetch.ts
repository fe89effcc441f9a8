// fetch() with the access token, for the origins that may see it.

import type { Platform } from "./platform.js";
import type { TokenOptions } from "./types.js";

export function createApiFetch(platform: Platform, origins: string[], token: (options: TokenOptions) => Promise<string | null>): typeof fetch {
  const allowed = origins.map((origin) => new URL(origin).origin);
  return async (input, init) => {
    const request = new Request(typeof input === "string" ? new URL(input, platform.here() || undefined) : input, init);
    if (!allowed.includes(new URL(request.url).origin)) return platform.fetch(request);
    const send = async (one: Request, forceRefresh: boolean) => {
      const access = await token({ forceRefresh, signal: request.signal });
      if (access) one.headers.set("Authorization", `Bearer ${access}`);
      return { access, response: await platform.fetch(one) };
    };
    // The body can be read once, and a second try needs it again.
    const second = request.clone();
    const { access, response } = await send(request, false);
    return access && response.status === 401 ? (await send(second, true)).response : response;
  };
}
