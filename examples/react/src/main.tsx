// One auth object for the whole app.

import { AuthProvider } from "@housekey/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../../page/style.css";
import { App } from "./App";
import { auth } from "./auth";

createRoot(document.querySelector("#app")!).render(
  <StrictMode>
    <AuthProvider auth={auth}>
      <App />
    </AuthProvider>
  </StrictMode>,
);
