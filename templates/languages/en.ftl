# Every sentence people read, in English: the source of all other languages.
# Keys are named by folder. Second person, contractions, sentence case, verbs on buttons;
# no "please", no "successfully", no jargon. What stands in { } is filled in.

## Every page

page-description = Sign in to { $app }.
skip = Skip to main content
error-prefix = Error:
problem-title = There is a problem
or = or
copy = Copy
copy-done = Copied
footer-privacy = Privacy
footer-terms = Terms
footer-help = Help
signed-in-as = You’re signed in as { $email }.
go-to = Go to { $name }
go-back-to = Go back to { $name }
identity-change = Change
identity-change-what = email
reveal-show = Show
reveal-hide = Hide
reveal-show-label = Show password
reveal-hide-label = Hide password
reveal-shown = Your password is visible
reveal-hidden = Your password is hidden
terms-terms = Terms
terms-privacy = Privacy notice
terms-both = By continuing you agree to the { $terms } and have read the { $privacy }.
terms-only-terms = By continuing you agree to the { $terms }.
terms-only-privacy = By continuing you have read the { $privacy }.
wait-seconds = { $seconds ->
    [one] Try again in { $seconds } second.
   *[other] Try again in { $seconds } seconds.
}
wait-minutes = { $minutes ->
    [one] Try again in { $minutes } minute.
   *[other] Try again in { $minutes } minutes.
}

## Addresses

email-label = Email
email-malformed = Enter an email address in the correct format, like name@example.com
email-too-long = Enter an email address with fewer characters

## Sign in

sign-in-page = Sign in
sign-in-title = Sign in to { $app }
sign-in-continue = Continue
sign-in-new = New to { $app }?
sign-in-create = Create an account

## Sign out

sign-out-title = Sign out
sign-out-question = Sign out of { $app }?
sign-out-all = Sign out on all my devices
sign-out-elsewhere = { $others ->
    [one] { $others } other device is signed in.
   *[other] { $others } other devices are signed in.
}
sign-out-button = Sign out
sign-out-stay = Stay signed in
signed-out-title = You’re signed out
signed-out-lede = You don’t need to close the browser.
signed-out-again = Sign in again

## Password

password-title = Enter your password
password-label = Password
password-sign-in = Sign in
password-empty = Enter your password
password-wrong = That email and password don’t match
password-wrong-hint = Check the password and the email address.
password-limited-title = Too many tries
password-limited-heading = Take a short break
password-limited-reopens = There have been too many sign-in tries for this email or from your network. Password sign-in opens again { $wait }.
password-limited-wait = { $minutes ->
    [one] in { $minutes } minute
   *[other] in { $minutes } minutes
}
password-limited-why = This limit protects your account. It is the same for every email address, whether or not it has an account.
password-too-short = { $missing ->
    [one] Add { $missing } more character
   *[other] Add { $missing } more characters
}
password-too-long = Choose a password with at most { $limit } characters
password-leaked = This password appears in known data leaks. Choose a different one
password-context = This password is too close to “{ $word }”. Choose one that is harder to guess
password-guessable = This password follows a pattern that is easy to guess. Choose a different one
second-factor-missing = This account needs a second step that can’t be done here yet. Ask the people who run { $app }

## Sign up

sign-up-title = Create your account
sign-up-lede = for { $app }
sign-up-continue = Continue
sign-up-have = Already have an account?
sign-up-sign-in = Sign in
sign-up-password-title = Choose a password
sign-up-password-lede = for { $email }
sign-up-password-label = New password
sign-up-password-rule = At least { $length } characters. Four unrelated words make a strong one.
# The script fills in n.
sign-up-password-left = {"{"}n{"}"} more characters
sign-up-password-left-one = 1 more character
sign-up-password-enough = Long enough
sign-up-password-button = Create account
sign-up-check-title = Check your email
sign-up-check-lede = We sent an email to { $email }.
sign-up-check-tag = The email shows { $tag } so you know it is yours. It works until { $until }.
sign-up-check-open = Open { $name }
sign-up-check-code-label = Type the 6-digit code
sign-up-check-continue = Continue
sign-up-check-nothing = Nothing yet? Look in spam for a message from { $from }.
sign-up-check-resend = Send it again
sign-up-check-resend-wait = Send again in { $seconds } s
sign-up-check-resend-ready = You can send the email again now
sign-up-code-wrong = { $left ->
    [0] That code isn’t right. Check it against the email that shows { $tag }
    [one] That code isn’t right. Check it against the email that shows { $tag }. { $left } try left
   *[other] That code isn’t right. Check it against the email that shows { $tag }. { $left } tries left
}
sign-up-code-empty = Type the 6-digit code from the email
sign-up-wait = { $seconds ->
    [one] You can do this again in { $seconds } second
   *[other] You can do this again in { $seconds } seconds
}
sign-up-expired-title = This code has expired
sign-up-expired-lede = Codes last 15 minutes and 5 tries, so that nobody can guess one. Nothing is lost.
sign-up-expired-again = Start again
sign-up-closed-title = Sign-ups are closed
sign-up-closed-lede = { $app } isn’t open for new accounts right now.
sign-up-closed-sign-in = Sign in instead
sign-up-closed-ask = Need an account? Ask the people who run { $app }.

## Back to the app

continue-title = You’re signed in
continue-lede = Taking you to { $name }.
continue-to = Continue to { $name }

## Consent

consent-title = Allow access
consent-heading = { $client } wants to use your { $app } account
consent-not-you = Not you?
consent-scope-openid = Know that it is you
consent-scope-profile = See your name
consent-scope-email = See your email address
consent-scope-offline-access = Stay connected when you’re away
consent-allow = Allow
consent-deny = Don’t allow
consent-caution = { $client } isn’t made by { $app }. It can’t see your password. You’ll go back to { $host }.

## Account

account-title = Your account
account-go = Go to { $app }
account-sign-out = Sign out

## When something stops a person

error-app-title = We can’t finish this sign-in
error-app-lede = Something in the link from the app isn’t right. Trying again from the app usually works.
error-broken-title = Something went wrong
error-broken-lede = It’s our fault, not yours. Trying again in a moment usually works.
error-request-title = We couldn’t read that
error-request-lede = What your browser sent isn’t complete. Going back and trying again usually works.
error-reference = If it keeps happening, send this reference to the { $app } team: { $reference }
not-found-title = Page not found
not-found-heading = There’s no page here
not-found-lede = The address may be mistyped, or the link is incomplete. Some email apps cut long links.
not-found-account = Go to your account
not-found-sign-in = Sign in
stale-title = This page got old
stale-lede = It was open for a long time, or in another tab. Nothing is lost.
stale-again = Start again
cookies-title = Cookies are off
cookies-lede = Signing in needs a cookie from this site. It isn’t used for tracking.
cookies-allow = Allow cookies for this site in your browser’s settings, then try again.
cookies-again = Try again
busy-title = Back in a moment
busy-lede = More people are signing in than we can serve right now.
busy-crowded-title = Take a short break
busy-crowded-lede = There have been too many tries from your network.

## Development

development-mode = Development
development-strip = Development mode: no real email is sent
development-inbox = Open the dev inbox
dev-error-sent = Your app sent
dev-error-registered = Registered for { $client } ({ $count })
dev-error-known = The apps with the closest names ({ $count })
dev-error-terminal = Terminal
dev-error-request = The full request
dev-error-why = You see this because the server runs in development mode and you opened it from this machine. In production people see a short page with a reference, and this detail goes to the log.
dev-error-code = Error code: { $code }
problem-asked-lede = The request from { $client } can’t be answered, and nobody can be sent back to it.
problem-redirect-title = redirect_uri isn’t registered
problem-redirect-lede = { $client } asked to send people somewhere it isn’t allowed to.
problem-redirect-mend = The marked part is different. Addresses are compared character by character. Add the new one, or change redirectUri in your app.
problem-no-redirect-title = redirect_uri is missing
problem-no-redirect-mend = Send one of the registered addresses as redirect_uri, character by character.
problem-unknown-client-title = There’s no such app
problem-unknown-client-lede = No app has the client_id { $client }.
problem-unknown-client-mend = Check client_id in your app, or add the app. “housekey client list” shows every app.
problem-repeated-title = A parameter came twice
problem-repeated-mend = Each parameter may be sent once. A second value could be read by one program and ignored by another.
problem-delivery-title = This app is registered for another way back
problem-delivery-mend = The app asked for tokens directly, but is registered for an authorization code. Use GET /authorize with PKCE, or change the registration if the app is your own.
problem-state-title = state is missing or too long
problem-state-mend = Send a fresh random value as state, at most 4000 bytes, and compare it when the person comes back. It protects them against being signed in as somebody else.
problem-other-title = This request can’t be answered
problem-other-mend = The log has the details under the same code.

## Development inbox

inbox-title = Dev inbox
inbox-lede = Every message the server would have sent. Kept in memory, on this machine only.
inbox-sign-in = Sign-in page
inbox-empty = Nothing yet
inbox-empty-lede = Create an account or ask for a code: the message will be here at once.
inbox-messages = Messages
inbox-message = Message
inbox-to = To
inbox-from = From
inbox-at = Sent
inbox-code = Code
inbox-copy = Copy code
inbox-source = Source
inbox-text = Plain text
inbox-choose = Choose a message to read it.
inbox-tests = Use it from tests

## Letters

mail-code-preheader = Your code is { $code }. It works for { $minutes } minutes.
mail-moment = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} at { $time }
mail-compare = Check that the page shows { $tag } too.
mail-code = Type this code on the page that asked for it:
mail-facts = Asked for from { $browser }, { $at }. Works until { $until }, once.
mail-never-tell = We will never ask you to tell us the code.
mail-sign-up-subject = { $tag }: create your { $app } account
mail-sign-up-title = Create your { $app } account
mail-sign-up-lede = There’s no account for this address yet. The code creates one.
mail-sign-up-ignore = Didn’t ask? Ignore this email: no account is made without the code.
mail-existing-subject = { $tag }: you already have a { $app } account
mail-existing-title = You already have an account
mail-existing-preheader = Somebody entered your address to create a { $app } account.
mail-existing-lede = Somebody, probably you, entered this address to create a { $app } account. There is one already, so there’s nothing to create: sign in instead.
mail-existing-button = Sign in
mail-existing-open = Open this link to sign in:
mail-existing-facts = Asked for from { $browser }, { $at }.
mail-existing-ignore = Wasn’t it you? Ignore this email: nothing has changed, and nobody got in.
