// The session of this app. It wakes whenever the app comes to the front.

import { useSyncExternalStore } from "react";
import { AppState } from "react-native";
import { device } from "./device";
import { createSession, type State } from "./session";

export const session = createSession(
  {
    issuer: process.env.EXPO_PUBLIC_HOUSEKEY_ISSUER ?? "http://localhost:8085",
    clientId: "my-phone-app",
    redirectUri: "com.example.app:/callback",
    signedOutUri: "com.example.app:/signed-out",
  },
  device,
);

void session.wake();
AppState.addEventListener("change", (now) => {
  if (now === "active") void session.wake();
});

export const useSession = (): State => useSyncExternalStore(session.subscribe, session.getState);
