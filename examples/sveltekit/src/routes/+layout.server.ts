// What the pages may know about the person. It goes to the browser, so it says no more than they show.

export function load({ locals: { session } }) {
  if (!session) return { user: null };
  const { id, name, email } = session.user;
  return { user: { id, email, called: name ?? email ?? id } };
}
