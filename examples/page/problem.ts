// What an error means to the person in front of the page. Codes are OAuth's and OpenID Connect's, and a few of the SDK's.

const SENTENCES: Record<string, string> = {
  access_denied: "You turned back before you were signed in. Start again whenever you like.",
  login_required: "Nobody is signed in at Housekey in this browser yet.",
  state_unknown: "That answer belongs to another sign-in. Start again.",
  network: "Housekey doesn’t answer. Nothing is lost: try again in a moment.",
  unavailable: "Housekey can’t answer just now. Nothing is lost: try again in a moment.",
};

export function sentenceFor({ code, hint }: { code: string; hint?: string | undefined }): string {
  return SENTENCES[code] ?? `Housekey refused: ${code}${hint ? ` (${hint})` : ""}`;
}
