// The page. It draws whatever `auth` says, and says what went wrong; nothing here remembers who is signed in.

import type { AuthState } from "@housekey/client";
import "../../page/style.css";
import { auth, issuer, problem } from "./auth";

const main = document.querySelector("main")!;
const alert = document.querySelector<HTMLElement>("#problem")!;

const actions: Record<string, () => Promise<unknown>> = {
  signIn: () => auth.signIn(),
  signUp: () => auth.signIn({ screen: "sign-up" }),
  // Housekey answers at once, and shows no page: signed in, or `login_required`.
  signInSilently: () => auth.signIn({ prompt: "none" }),
  signOut: () => auth.signOut(),
  async askUserinfo() {
    // With the access token; with a fresh one if it has just expired.
    const response = await auth.fetch(`${issuer}/userinfo`);
    const answer = main.querySelector<HTMLElement>("[data-is=answer]")!;
    answer.textContent = JSON.stringify(await response.json(), null, 2);
    answer.hidden = false;
  },
};

let drawn = "";

function draw(state: AuthState) {
  // A fresh token is news too, and no reason to take a button away from under somebody's hand.
  const picture = state.status === "signed-in" ? `${state.sessionId} ${state.user.name}` : state.status;
  if (picture === drawn) return;
  drawn = picture;
  main.querySelectorAll(":scope > :not(template)").forEach((old) => old.remove());
  const template = main.querySelector<HTMLTemplateElement>(`template[data-status=${state.status}]`)!;
  const page = template.content.cloneNode(true) as DocumentFragment;
  if (state.status === "signed-in") {
    const { id, email, name = email ?? id } = state.user;
    for (const [what, text] of Object.entries({ id, email, name, initial: name[0] })) {
      // As text and never as HTML: people choose their names.
      page.querySelector(`[data-is=${what}]`)!.textContent = text ?? "";
    }
    page.querySelector<HTMLAnchorElement>("[data-is=account]")!.href = auth.accountUrl();
  }
  for (const button of page.querySelectorAll("button")) {
    button.onclick = () => void actions[button.dataset["action"]!]!().catch(problem.say);
  }
  main.append(page);
}

auth.subscribe(draw);
problem.subscribe((sentence) => {
  alert.textContent = sentence;
  alert.hidden = !sentence;
});
