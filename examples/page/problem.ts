// What went wrong last, in words for the person in front of the page. A store as `auth` is one: for React's
// useSyncExternalStore, for Svelte's `$problem`, and for nothing at all.

import type { Auth, AuthError } from "@housekey/client";

// Codes are OAuth's and OpenID Connect's, and a few of the SDK's.
const SENTENCES: Record<string, string> = {
  access_denied: "You turned back before you were signed in. Start again whenever you like.",
  login_required: "Nobody is signed in at Housekey in this browser yet.",
  state_unknown: "That answer belongs to another sign-in. Start again.",
  network: "Housekey doesn’t answer. Nothing is lost: try again in a moment.",
  unavailable: "Housekey can’t answer just now. Nothing is lost: try again in a moment.",
};

export function sentenceOf({ code, hint }: Pick<AuthError, "code" | "hint">): string {
  return SENTENCES[code] ?? `Housekey refused: ${code}${hint ? ` (${hint})` : ""}`;
}

/** Call it where `auth` is made: an answer in the address bar is judged before any component listens. */
export function problemsOf(auth: Auth) {
  let sentence = "";
  const readers = new Set<(sentence: string) => void>();

  function set(next: string) {
    sentence = next;
    readers.forEach((reader) => reader(next));
  }

  const say = (error: AuthError) => set(sentenceOf(error));

  auth.onChange((event) => {
    if (event.type === "error") say(event.error);
    if (event.type === "token") set(""); // whatever it was is over
  });

  return {
    /** For `.catch`: a promise of `auth` tells its own caller only. */
    say,
    getSnapshot: () => sentence,
    subscribe(reader: (sentence: string) => void) {
      readers.add(reader);
      reader(sentence);
      return () => void readers.delete(reader);
    },
  };
}
