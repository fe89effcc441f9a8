// Who is signed in, for React. The store is the client's; here it only meets React's rules.

import type { Auth, AuthState } from "@housekey/client";
import { createContext, createElement, useContext, useMemo, useSyncExternalStore, type ReactNode } from "react";

const Context = createContext<Auth | null>(null);

// A server does not know who is signed in in the browser, and hydration must begin with the same picture.
const UNKNOWN: AuthState = { status: "loading" };
const onServer = () => UNKNOWN;

export function AuthProvider({ auth, children }: { auth: Auth; children?: ReactNode }): ReactNode {
  return createElement(Context.Provider, { value: auth }, children);
}

export type UseAuth = AuthState & Pick<Auth, "signIn" | "signOut" | "getIdToken" | "getAccessToken">;

export function useAuth(): UseAuth {
  const auth = useContext(Context);
  if (!auth) throw new Error("useAuth needs an <AuthProvider auth={…}> around it");
  const state = useAuthState(auth);
  return useMemo(() => {
    const { signIn, signOut, getIdToken, getAccessToken } = auth;
    return { ...state, signIn, signOut, getIdToken, getAccessToken };
  }, [auth, state]);
}

/** For those who hold the auth object themselves. */
export function useAuthState(auth: Auth): AuthState {
  return useSyncExternalStore(auth.subscribe, auth.getSnapshot, onServer);
}

export function SignedIn({ children }: { children?: ReactNode }): ReactNode {
  return useAuth().status === "signed-in" ? children : null;
}

export function SignedOut({ children }: { children?: ReactNode }): ReactNode {
  return useAuth().status === "signed-out" ? children : null;
}
