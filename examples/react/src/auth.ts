// Where people sign in, and what went wrong last. Made outside of React: a sign-in is finished before anything is drawn.

import { createAuth, type AuthError } from "@housekey/client";
import { useSyncExternalStore } from "react";
import { navigate } from "./route";

const { VITE_HOUSEKEY_ISSUER, VITE_HOUSEKEY_CLIENT } = import.meta.env;

export const issuer: string = VITE_HOUSEKEY_ISSUER ?? "http://localhost:8085";

export const auth = createAuth({
  issuer,
  clientId: VITE_HOUSEKEY_CLIENT ?? "dev",
  // From /callback to where the person wanted to go, by the app's own router.
  onNavigate: navigate,
});

let problem: AuthError | undefined;
const readers = new Set<() => void>();

// From the start, because the answer in the address bar does not wait for an effect.
auth.onChange((event) => {
  if (event.type === "state") return;
  problem = event.type === "error" ? event.error : undefined;
  readers.forEach((reader) => reader());
});

export function useProblem(): AuthError | undefined {
  const subscribe = (reader: () => void) => (readers.add(reader), () => void readers.delete(reader));
  return useSyncExternalStore(subscribe, () => problem);
}
