// Convex inside of Housekey's provider: each query runs as the person who is signed in.

import { AuthProvider } from "@housekey/react";
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../../page/style.css";
import { App } from "./App";
import { auth, useConvexAuth } from "./auth";

const url: string | undefined = import.meta.env.VITE_CONVEX_URL;

// One token at the start instead of two, which is what Convex would ask for.
const convex = url ? new ConvexReactClient(url, { initialAuthTokenReuse: true }) : undefined;

createRoot(document.querySelector("#app")!).render(
  <StrictMode>
    <AuthProvider auth={auth}>
      {convex ? <ConvexProviderWithAuth client={convex} useAuth={useConvexAuth}><App /></ConvexProviderWithAuth> : <NoDeployment />}
    </AuthProvider>
  </StrictMode>,
);

function NoDeployment() {
  return (
    <>
      <header><strong>React and Convex</strong></header>
      <main>
        <h1>There is no deployment yet</h1>
        <p>Run <code>npx convex dev</code> in this folder. It writes <code>VITE_CONVEX_URL</code> into <code>.env.local</code>.</p>
      </main>
    </>
  );
}
