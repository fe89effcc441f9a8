// One screen: who is signed in, and how to change that.

import { useState } from "react";
import { Button, SafeAreaView, Text } from "react-native";
import { session, useSession } from "./auth";

export default function App() {
  const state = useSession();
  const [problem, setProblem] = useState("");

  function attempt(work: () => Promise<unknown>) {
    setProblem("");
    work().catch((error: Error) => setProblem(error.message));
  }

  return (
    <SafeAreaView style={{ flex: 1, gap: 16, alignItems: "center", justifyContent: "center" }}>
      {state.status === "loading" && <Text>One moment…</Text>}
      {state.status === "signed-out" && <Button title="Sign in" onPress={() => attempt(session.signIn)} />}
      {state.status === "signed-in" && (
        <>
          <Text>Hello, {state.user?.name ?? state.user?.email ?? "you"}</Text>
          <Button title="Sign out" onPress={() => attempt(session.signOut)} />
        </>
      )}
      {problem !== "" && <Text accessibilityRole="alert">{problem}</Text>}
    </SafeAreaView>
  );
}
