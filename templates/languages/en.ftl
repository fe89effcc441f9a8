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
sign-in-by-mail = Continue with email
sign-in-by-password = Use a password
sign-in-with = Continue with { $provider }
sign-in-back = Welcome back
sign-in-last = Last used
sign-in-more = More ways to sign in
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
password-forgot = Forgot password?
password-by-mail = Email me a sign-in link
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

## Passkeys

passkey-use = Use a passkey
passkey-add = Add a passkey
passkey-failed = That didn’t work. Try again, or sign in another way.
passkey-not-made = No passkey was made. Try again.
passkey-late = That took too long. Try again
passkey-unknown = This passkey isn’t known here. Sign in another way
passkey-refused = This passkey didn’t work. Sign in another way
passkey-not-added = The passkey wasn’t added. Try again
passkey-too-many = You have as many passkeys as an account can have. Remove one first
passkey-last = Add another way to sign in first
passkeys-title = Passkeys
passkeys-lede = Sign in with your fingerprint, face or screen lock. Nothing to remember.
passkey-name = Passkey
passkey-synced = Synced
passkey-since = Added { $since }
passkey-used = Added { $since } · last used { $used }
passkey-remove = Remove
passkey-rename = Rename
passkey-new-name = New name
passkey-save-name = Save
passkey-refused-here = This passkey didn’t work here. Use another one, or another way
passkey-needs-script = Passkeys need JavaScript. Use another way instead.
offer-title = Sign in faster next time
offer-lede = Use your fingerprint, face or screen lock instead of waiting for an email.
offer-kept = A passkey is saved by your phone or password manager
offer-kept-more = It works on your other devices too, if they share the same manager.
offer-safe = Fake sign-in pages can’t steal it
offer-safe-more = Your fingerprint or face never leaves your device.
offer-failed = No passkey was made. Try again or skip.
offer-make = Create a passkey
offer-not-now = Not now
offer-never = Don’t ask again on this device
passkey-already = This device already has a passkey for this account.
password-section = Password
password-none = You don’t use a password.
password-spare = You have another way to sign in, so you can remove your password.
password-only = It’s your only way to sign in.
password-last = Add another way to sign in first
password-since = Changed { $date }
password-change = Change
password-remove = Remove password
password-set-title = Set a password
password-change-title = Change your password
password-change-lede = We’ll tell your mailbox.
password-change-button = Save password
passkey-remove-hint = Removing one here doesn’t delete it from the device or password manager that keeps it.

## Devices

activity-title = Recent activity
activity-when = When
activity-what = What
activity-where = Where
activity-in-passkey = Signed in with a passkey
activity-in-two-steps = Signed in with two steps
activity-in-password = Signed in with a password
activity-in-provider = Signed in with another account
activity-in-mail = Signed in by email
activity-confirmed = Confirmed it’s you
activity-signed-out = Signed out
activity-created = Account created
activity-renamed = Name changed
activity-exported = Data downloaded
activity-leaving = Deletion asked for
activity-stayed = Deletion cancelled
activity-locked = Locked by the people who run this server
activity-unlocked = Unlocked by the people who run this server
activity-reclaimed = Address confirmed; everything from before was removed
activity-wrong-password = Wrong password
activity-password-locked = Too many wrong passwords
activity-password = Password changed
activity-password-gone = Password removed
activity-passkey = Passkey added
activity-passkey-renamed = Passkey renamed
activity-passkey-gone = Passkey removed
activity-passkey-refused = A passkey didn’t work
activity-two-step-on = Two-step sign-in turned on
activity-two-step-off = Two-step sign-in turned off
activity-two-step-wrong = Wrong second step
activity-recovery = Recovery code used
activity-codes = Recovery codes replaced
activity-letter = Sign-in email asked for
activity-letter-cancelled = Sign-in email cancelled
activity-verified = Email address confirmed
activity-email-added = Email address added
activity-email-removed = Email address removed
activity-email = Primary email address changed
activity-email-begun = New primary email address asked for
activity-email-kept = Primary email address kept
activity-linked = { $provider } connected
activity-unlinked = { $provider } disconnected
activity-allowed = { $client } let in
activity-withdrawn = Access of { $client } removed
activity-device = { $client } connected with a device code
activity-reused = A token came back twice; its app was signed out
devices-title = Devices
devices-lede = Where you’re signed in.
devices-here = This device
devices-seen = Last used { $date } · { $address }
devices-by-passkey = Passkey
devices-by-password = Password
devices-by-two-steps = Password and a second step
devices-by-provider = Another account
devices-by-mail = Email
devices-others = Other devices
devices-others-lede = Don’t recognise one? Sign it out, then change how you sign in.
devices-end = Sign out
devices-end-others = Sign out all other devices

## Two steps

two-step-title = Enter the code from your app
two-step-lede = Open your authenticator app and find { $app }.
two-step-continue = Continue
two-step-empty = Enter the code from your app
two-step-wrong = That code didn’t work. Wait for the next one and try again
two-step-wrong-hint = Codes change every 30 seconds. If they keep failing, check that your phone sets its time automatically.
two-step-trust = Trust this browser for 30 days
two-step-trust-hint = Don’t tick this on a shared computer.
two-step-other = Use another way
two-step-by-code = Use your authenticator app
two-step-passkey = Continue with passkey
two-step-passkey-lede = Your device will ask for your fingerprint, face or screen lock.
two-step-passkey-again = That didn’t work. Try again, or use another way.
recovery-title = Use a recovery code
recovery-lede = Each of your saved codes works once.
recovery-label = Recovery code
recovery-hint = 10 letters and numbers. Dashes don’t matter.
recovery-empty = Enter one of your recovery codes
recovery-wrong = That code didn’t work. Check it, or use another one
recovery-lost = No codes left? { $link }.
recovery-lost-link = Ask for two-step sign-in to be reset
set-up-title = Set up an authenticator app
set-up-lede = You’ll be asked for its code after your password, an email link or another account.
set-up-required = { $app } asks for two steps. This takes a minute, once.
set-up-install = Install an authenticator app
set-up-install-hint = Most password managers have one built in.
set-up-add = Add { $app } to it
set-up-picture = QR code. If you can’t scan it, use the setup key below.
set-up-type = or type this setup key:
set-up-open = On this phone? Open your app
set-up-code = Type the code it shows
set-up-done = Turn on two‑step sign‑in
codes-title = Recovery codes
codes-lede = Each one gets you in once if you lose your phone. We can’t show them again after you leave this page.
codes-print = Print
codes-keep = Keep them somewhere other than the phone with your authenticator app, such as a password manager or on paper.
codes-saved = I’ve saved these codes
codes-done = Done
security-title = Security
security-lede = How you prove it’s you.
security-back = Back to Security
security-two-step = Two-step sign-in
security-two-step-lede = Asked for after a password, an email link or another account. Passkeys already count as two steps.
security-app = Authenticator app
security-app-since = Added { $date }
security-on = On
security-replace = Replace
security-set-up = Set up an authenticator app
security-codes-left = { $left } of 10 left
security-codes-few = You’re running out of recovery codes. Replace them while you still have your phone.
security-off = Turn off two-step sign-in
security-off-label = Code from your app, or a recovery code
security-off-button = Turn off

## A new password

new-password-label = New password
new-password-rule = At least { $length } characters. Four unrelated words make a strong one.
# The script fills in n.
new-password-left = {"{"}n{"}"} more characters
new-password-left-one = 1 more character
new-password-enough = Long enough
forgot-title = Reset your password
forgot-lede = We’ll email you a link to choose a new one.
forgot-button = Email me a reset link
forgot-instead = You don’t need your password to get in.
forgot-sign-in = Email me a sign-in link
reset-title = Choose a new password
reset-lede = for { $email }
reset-sign-out = Sign out everywhere else
reset-sign-out-why = Keeps this device signed in. Recommended.
reset-button = Save and sign in

## Sign up

sign-up-title = Create your account
sign-up-lede = for { $app }
sign-up-continue = Continue
sign-up-have = Already have an account?
sign-up-sign-in = Sign in
sign-up-domains = Use an address at { $domains }: only those get an account here
sign-up-password-title = Choose a password
sign-up-password-lede = for { $email }
sign-up-password-button = Create account
sign-up-closed-title = Sign-ups are closed
sign-up-closed-lede = { $app } isn’t open for new accounts right now.
sign-up-closed-sign-in = Sign in instead
sign-up-closed-ask = Need an account? Ask the people who run { $app }.

## With someone else

provider-failed-title = { $provider } didn’t finish signing you in
provider-failed-lede = You may have cancelled, or { $provider } had a problem.
provider-wrong-lede = { $provider } sent something that we can’t accept. Nothing is wrong with your account.
provider-down-title = { $provider } isn’t answering
provider-down-lede = The problem is between us and { $provider }. Nothing is wrong with your account.
provider-asked-nobody-title = { $provider } didn’t ask you
provider-asked-nobody-lede = We have to be sure that it’s you, and { $provider } says that you signed in there some time ago. Sign out there, then try again.
provider-unknown-title = This sign-in can’t be finished
provider-unknown-lede = It was used already, took longer than 15 minutes, or began in another browser. Nothing is lost.
provider-closed-title = Sign-ups are closed
provider-closed-lede = { $app } isn’t open for new accounts right now, and this { $provider } account doesn’t open one that exists.
provider-taken-title = This { $provider } account is in use
provider-taken-lede = It already opens another { $app } account. Sign in with it to see which, or connect a different one.
provider-barred-title = You can’t sign in with this
provider-barred-lede = Ask the people who run { $app }.
provider-signed-out-title = You’re signed out
provider-signed-out-lede = Sign in again, then connect { $provider }.
provider-again = Try { $provider } again
provider-other = Sign in another way
provider-connections = Back to Connections
provider-said = What happened, for developers
prove-title = One more step
prove-lede = { $provider } can’t tell us for sure which email address is yours. Confirm it once, and { $provider } signs you in from then on.
prove-as = You’re { $label } at { $provider }.
prove-send = Email me a link and a code
prove-other = Use an account you have
connect-title = Connect { $provider }?
connect-lede = From then on { $provider } opens this account too.
connect-account = Account
connect-yes = Connect { $provider }
connect-no = Not now
connected-title = { $provider } is connected
connected-lede = You already had an account with { $email }. From now on { $provider } opens it too.
connected-continue = Continue
connected-undo = Undo and sign out
test-title = { $provider } works
test-signs-up = Somebody new with this address gets an account at once.
test-links = An account with this address exists: it is connected, and its owner gets a letter.
test-closed = Nobody has this address here, and sign-ups are closed: such a person is turned away.
test-proves = Such a person confirms an email address once before { $provider } signs them in.
test-subject = Known as
test-email = Address
test-name = Name
test-username = Called
test-email-none = None was sent
test-email-unverified = Not confirmed, says the provider
test-email-untrusted = Confirmed, says the provider; its word doesn’t count here
test-email-trusted = Confirmed, and believed
test-hint-trust = If you know that this provider confirms addresses, set trust_email = true in [providers.{ $id }].
test-hint-scopes = These scopes were asked for: { $scopes }. Is there one for the address?
test-said = Everything { $provider } said
test-json = JSON
test-nothing = This was a test. Nobody was signed in, and nothing was kept.
connections-title = Connections
connections-lede = Accounts you can sign in with, and apps you’ve let in.
connections-sign-in = Sign in with
connections-connect = Connect
connections-disconnect = Disconnect
connections-none = Not connected
connections-since = Connected { $date }
connections-gone = No longer offered here
connections-last = Add another way to sign in first

## By mail

check-title = Check your email
check-lede-code = We sent a code to { $email }.
check-step-up-other = Use another way
check-lede = We sent a link and a code to { $email }.
check-tag = The email shows { $tag } so you know it is yours. It works until { $until }.
check-open = Open { $name }
check-code-label = Type the 6-digit code
check-continue = Continue
check-nothing = Nothing yet? Look in spam for a message from { $from }.
check-resend = Send it again
check-bounced = Email to this address came back. { $change }, or { $other }.
check-bounced-change = Check the spelling
check-bounced-other = sign in another way
check-resend-wait = Send again in { $seconds } s
check-resend-ready = You can send the email again now
check-offline-title = We couldn’t send the email
check-offline-to = To { $email }
check-offline-why = Our mail server isn’t answering. Nothing is wrong with your account.
check-offline-password = Use your password
check-offline-again = Try the email again
check-offline-reference = Reference { $reference }
check-code-wrong = { $left ->
    [0] That code isn’t right. Check it against the email that shows { $tag }
    [one] That code isn’t right. Check it against the email that shows { $tag }. { $left } try left
   *[other] That code isn’t right. Check it against the email that shows { $tag }. { $left } tries left
}
check-code-empty = Type the 6-digit code from the email
check-wait = { $seconds ->
    [one] You can do this again in { $seconds } second
   *[other] You can do this again in { $seconds } seconds
}
check-expired-title = This code no longer works
check-expired-lede = Codes last 15 minutes and 5 tries, so that nobody can guess one. Nothing is lost.
check-expired-again = Start again
link-title = Finish signing in
link-reset-title = Choose a new password
link-lede = as { $email }
link-continue = Continue
link-reset-here = Choose a new password
link-confirm-title = Confirm this address
link-confirm-here = Confirm this address
link-primary-title = Change your primary address
link-primary-lede = from { $email } to { $new }
link-primary-here = Change the primary address
link-primary-new = New primary address
confirmed-title = Address confirmed
confirmed-added = You can sign in with it from now on.
confirmed-primary-title = Your primary address is changed
confirmed-primary = Apps and security notices use the new one. The old one can still sign you in, until you remove it.
keep-title = Keep your address?
keep-lede = On { $day }, { $new } becomes the primary address of your { $app } account, instead of { $email }.
keep-warning = If you keep it, everybody is signed out of your account, on every device.
keep-button = Keep { $email }
kept-title = Your address stays
kept-lede = Nothing changes, and everybody has been signed out. Whoever asked for it was signed in to your account: change how you sign in now.
kept-sign-in = Sign in
kept-password = Choose a new password
link-send-new = Send a new link
link-other-title = Is this you?
link-other-lede = You opened a link in a different browser from the one that asked for it.
link-other-to = Sign in to
link-confirm-to = Account at
link-confirm-as = Email
link-other-as = As
link-other-by = Asked for by
link-other-request = Request
link-other-asked = { $minutes ->
    [0] { $browser }, just now
    [one] { $browser }, { $minutes } minute ago
   *[other] { $browser }, { $minutes } minutes ago
}
link-other-here = Sign in on this device
link-other-or = or finish where you started
link-other-type = Type this code in the page that shows { $tag }:
link-other-never = Nobody from { $app } will ever ask you for this code.
link-other-cancel = I didn’t ask for this
link-used-title = This link has been used
link-used-lede = Each link works once.
link-used-continue = I’m already signed in: continue
link-used-strange = Didn’t use it yourself? { $account } and sign out everywhere.
link-used-look = Look at your account
link-expired-title = This link has expired
link-expired-lede = Links last a short time, so an old email can’t open your account.
link-expired-other = Sign in another way
link-cancelled-title = This link no longer works
link-cancelled-safe = You’re safe: the link and the code no longer work, and nobody got in with them.
link-cancelled-again = If this keeps happening, someone may be typing your address by mistake. You don’t need to do anything.
link-elsewhere-title = You’re signed in
link-elsewhere-lede = You finished in another tab, so this one has nothing left to do.
link-elsewhere-close = You can close this tab.
link-elsewhere-continue = Continue here instead

## Back to the app

applications-title = Apps with access
applications-none = No other apps can use your account.
applications-note = Removing access signs the app out and stops it reading anything new.
applications-since = Since { $since }
applications-used = Since { $since }, last used { $used }
applications-remove = Remove access
accounts-title = Choose an account
accounts-lede = to continue to { $name }
accounts-signed-in = Signed in
accounts-another = Use another account
accounts-remove = Remove this account from this browser

continue-title = You’re signed in
continue-lede = Taking you to { $name }.
continue-to = Continue to { $name }
form-post-title = Back to the app
form-post-lede = Taking your answer to { $name }.

## Consent

device-title = Connect a device
device-lede = Type the code shown on your TV, terminal or other device.
device-code-label = Code on your device
device-code-hint = 8 letters. Upper or lower case, dash or no dash.
device-code-empty = Type the code that your device shows
device-code-malformed = A code has 8 letters, like BDKX-TWMQ
device-code-unknown = No device is waiting for this code. Check it, or begin again on the device.
device-continue = Continue
device-confirm-title = Is this your device?
device-confirm-lede = Only continue if you’re looking at it right now, and it shows this code.
device-app = App
device-from = Asked from
device-asked = { $minutes ->
    [0] { $address }, just now
    [one] { $address }, 1 minute ago
   *[other] { $address }, { $minutes } minutes ago
  }
device-trick = If someone sent you this code in a message or a call, it is a trick. Choose “Don’t connect”.
device-connect = Connect
device-deny = Don’t connect
device-done-title = Device connected
device-done-lede = { $name } is signed in a moment from now.
device-done-put-away = You can put this one away.
device-denied-title = Not connected
device-denied-lede = { $name } gets nothing. If you didn’t begin this yourself, there’s nothing more to do.
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
consent-ours = { $client } is made by { $app }. You’ll go back to { $host }.
consent-until = It keeps this access until you remove it in { $apps }.

## Account

account-sign-out = Sign out
account-word = Account
account-menu = Menu
account-back = Back to { $app }
profile-title = Profile
profile-lede = What apps see when you sign in with this account.
profile-you = About you
profile-name = Name
profile-name-hint = As you’d like apps to address you.
profile-name-long = Use a name of at most { $limit } characters
profile-save = Save changes
profile-emails = Email addresses
profile-emails-lede = Any confirmed address can sign you in. We tell all of them when one changes.
profile-primary = Primary
profile-primary-for = For sign-in emails and security notices
profile-unconfirmed = Sign in with an email to confirm it
profile-not-confirmed = Not confirmed
profile-other-for = Can sign you in too
profile-waits = Open the email we sent there, or type its code here. It shows { $tag }.
profile-waits-primary = To make it primary, open the email we sent to { $email }, or type its code here. It shows { $tag }.
profile-waits-week = Becomes your primary address on { $day }, unless somebody who reads { $email } objects.
profile-not-primary = Not primary yet
profile-send-again = Send again
profile-cancel = Cancel
profile-confirm = Confirm
data-title = Your data
data-lede = Take a copy, or leave.
data-copy-title = Download a copy
data-copy-lede = One file with your profile, addresses, ways to sign in, devices, apps and activity, as JSON. No secrets are included.
data-copy = Download my data
data-delete-title = Delete your account
data-delete-lede = We’ll ask you to confirm it’s you first.
data-delete = Delete my account
delete-title = Delete your account?
delete-means = { $apps ->
    [0] This signs you out everywhere and removes your { $app } account.
    [one] This signs you out everywhere and removes your { $app } account. { $apps } other app that uses it is told, but may keep its own records.
   *[other] This signs you out everywhere and removes your { $app } account. { $apps } other apps that use it are told, but may keep their own records.
}
delete-week = You have 7 days to change your mind: sign in to keep it.
delete-confirm = Type your email address to confirm
delete-other-address = Type the email address of this account
delete-button = Delete my account
delete-done-title = You’re signed out
delete-done-lede = Your account will be deleted on { $day }. Sign in before then to keep it.
delete-keep = Sign in to keep it
reauth-title = Confirm it’s you
reauth-email = You’re about to change your email address.
reauth-security = You’re about to change how you sign in.
reauth-password = You’re about to choose a password.
reauth-connections = You’re about to change your connections.
reauth-data = You’re about to download your data.
reauth-delete = You’re about to delete your account.
reauth-app = { $name } wants to be sure.
reauth-minutes = { $count ->
    [one] You last signed in { $count } minute ago.
   *[other] You last signed in { $count } minutes ago.
}
reauth-hours = { $count ->
    [one] You last signed in { $count } hour ago.
   *[other] You last signed in { $count } hours ago.
}
reauth-days = You last signed in { $count } days ago.
reauth-other = Not you?
reauth-passkey = Use your passkey
reauth-with-password = Use your password
reauth-mail = Email me a code
reauth-cancel = Cancel and go back
reauth-done = Thanks, it’s you. For the next 5 minutes you can make changes here.
account-email-change = Manage email addresses
account-email-title = Email addresses
account-email-add = Add an address
account-email-add-lede = We’ll send an email there. Once you confirm it, it can sign you in too.
account-email-new = Email
account-email-primary = Make primary
account-email-remove = Remove
account-email-send = Add address
account-email-back = Go to your account
account-email-same = That’s one of your addresses already. Enter a different one
account-email-most = You have { $most } addresses, which is the most there can be. Remove one first
account-email-code-wrong = That code isn’t right. Check it against the email that shows the same letters and numbers
account-email-lost = I can’t read email at { $email } any more
account-replace-title = Lost your primary mailbox?
account-replace-lede = Choose which address takes its place. First, we tell { $email } and wait a week, so that nobody can take your account this way. Until then you can stop it in your profile.
account-replace-button = Make primary in a week
account-replace-back = Go to your email addresses

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
problem-over-title = This request is over
problem-over-mend = A pushed request is good once, for 90 seconds, and for the app that pushed it. Push a new one each time, just before you send the browser.
problem-state-title = state is missing or too long
problem-state-mend = Send a fresh random value as state, at most 4000 bytes, and compare it when the person comes back. It protects them against being signed in as somebody else.
problem-other-title = This request can’t be answered
problem-other-mend = The log has the details under the same code.

## Development inbox

pages-title = All pages
pages-lede = { $count } states of every page and letter this server can show, with made-up people in them. Nothing on them does anything.
pages-hint = Add to an address: { $dark }, { $light }, { $rtl } for right to left, { $strip } for the development strip.

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
inbox-open = Open the link
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
mail-open = Open this link:
mail-code = Or type this code on the page that asked for it:
mail-facts = Asked for from { $browser }, { $at }. Works until { $until }, once.
mail-when = { $browser }, { $at }
mail-never-tell = We will never ask you to tell us the code.
mail-sign-in-subject = { $tag }: sign in to { $app }
mail-sign-in-title = Sign in to { $app }
mail-sign-in-button = Sign in
mail-sign-in-ignore = Didn’t ask? Ignore this email: nobody gets in without it.
mail-no-password-lede = Your account doesn’t use a password, so there’s none to reset.
mail-step-up-subject = { $tag }: confirm it’s you
mail-step-up-title = Confirm it’s you
mail-step-up-lede = Type this code in the page that asks for it.
mail-step-up-ignore = Wasn’t it you? Somebody who is signed in to your account asked. Give this code to nobody, and sign out all other devices.
mail-only-code = Your code:
mail-sign-up-subject = { $tag }: create your { $app } account
mail-sign-up-title = Create your { $app } account
mail-sign-up-lede = There’s no account for this address yet. Continue to create one.
mail-sign-up-button = Create account
mail-sign-up-ignore = Didn’t ask? Ignore this email: no account is made unless you continue.
mail-existing-subject = { $tag }: you already have a { $app } account
mail-existing-title = You already have an account
mail-existing-lede = Somebody, probably you, entered this address to create a { $app } account. There is one already: sign in instead.
mail-existing-ignore = Wasn’t it you? Ignore this email: nothing has changed, and nobody got in.
mail-reset-subject = { $tag }: choose a new { $app } password
mail-reset-title = Choose a new password
mail-reset-lede = Someone, we hope you, asked to reset the password for { $email }.
mail-reset-button = Choose a new password
mail-reset-ignore = Didn’t ask? Ignore this email: your password stays the same until you choose a new one.
mail-confirm-button = Confirm
mail-primary-subject = { $tag }: change your { $app } address
mail-primary-title = Change your primary address
mail-primary-lede = Somebody who is signed in to your account, probably you, wants { $new } to be its primary address instead of { $email }.
mail-primary-ignore = Wasn’t it you? Ignore this email: nothing changes without it. Then sign in and change how you sign in.
mail-add-subject = { $tag }: confirm this address
mail-add-title = Confirm this address
mail-add-lede = Somebody, probably you, wants to add this address to a { $app } account. Confirm it where you are signed in to that account.
mail-add-ignore = Didn’t ask? Ignore this email, and give its code to nobody: this address won’t be added.
mail-closed-subject = { $tag }: { $app } sign-ups are closed
mail-closed-title = Sign-ups are closed
mail-closed-lede = Somebody, probably you, entered this address at { $app }. It has no account, and new ones aren’t given out right now.
mail-closed-foot = Wasn’t it you? Ignore this email: nothing has changed. Questions? Ask the people who run { $place }.
mail-barred-subject = { $tag }: you can’t sign in to { $app }
mail-barred-title = Your account is locked
mail-barred-lede = Somebody, probably you, wanted to sign in to { $app } with this address. The account has been locked by the people who run it.
mail-taken-subject = { $tag }: this address has an account
mail-taken-title = This address has an account
mail-taken-lede = Somebody, probably you, wants to use this address for another { $app } account. It belongs to one already, so nothing changes.
mail-password-subject = Your { $app } password was changed
mail-password-title = Your password was changed
mail-password-lede = If this was you, there’s nothing to do.
mail-added-subject = An address was added to { $app }
mail-added-title = An address was added
mail-added-lede = { $email } can sign in to your { $app } account now. If this was you, there’s nothing to do.
mail-removed-subject = An address was removed from { $app }
mail-removed-title = An address was removed
mail-removed-lede = { $email } no longer signs in to your { $app } account. If this was you, there’s nothing to do.
mail-address-foot = If it wasn’t: sign in at { $place }, sign out all other devices, and change how you sign in and your addresses. We don’t put a button here, so you never have to wonder if it is real.
mail-address-subject = Your { $app } email address was changed
mail-address-title = Your primary address was changed
mail-address-lede = Your { $app } account uses { $email } now. The old address can still sign in. If this was you, there’s nothing to do.
mail-replace-subject = Your { $app } address is about to change
mail-replace-title = Is this address still yours?
mail-replace-lede = Somebody who is signed in to your { $app } account, probably you, says that nobody reads { $old } any more. On { $day }, { $new } becomes its primary address instead.
mail-replace-text = To keep this address, open:
mail-replace-button = Keep this address
mail-replace-ignore = Was it you? There’s nothing to do. If it wasn’t, keep this address: nothing changes then, and everybody is signed out of your account.
mail-replaced-title = Your primary address will change
mail-replaced-lede = On { $day }, { $email } becomes the primary address of your { $app } account. If this was you, there’s nothing to do.
mail-new-sign-in-subject = New sign-in to { $app }
mail-new-sign-in-title = New sign-in
mail-new-sign-in-lede = Your { $app } account was used on a browser we haven’t seen before. If this was you, there’s nothing to do.
mail-linked-subject = { $provider } now opens your { $app } account
mail-linked-title = { $provider } is connected
mail-linked-lede = From now on { $provider } signs you in to { $app }, beside the ways you had. If this was you, there’s nothing to do.
mail-linked-foot = If it wasn’t: go to { $place }, sign in, choose Connections and disconnect it. We don’t put a button here, so you never have to wonder if it is real.
mail-password-gone-subject = Your { $app } password was removed
mail-password-gone-title = Your password was removed
mail-password-gone-lede = Your { $app } account has no password any more. If this was you, there’s nothing to do.
mail-leaving-subject = Your { $app } account will be deleted
mail-leaving-title = Your account will be deleted
mail-leaving-lede = Your { $app } account will be deleted on { $day }. Sign in before then to keep it.
mail-leaving-foot = Wasn’t you? Sign in at { $place } now: that keeps your account. Then open Security and change how you sign in. We don’t put a button here, so you never have to wonder if it is real.
mail-gone-subject = Your { $app } account was deleted
mail-gone-title = Your account was deleted
mail-gone-foot = Questions? Ask the people who run { $place }.
mail-gone-lede = As you asked a week ago, your { $app } account and everything in it is gone.
mail-passkey-subject = A passkey was added to { $app }
mail-passkey-title = A passkey was added
mail-passkey-lede = A new passkey can sign in to your { $app } account. If this was you, there’s nothing to do.
mail-passkey-foot = If it wasn’t: sign in at { $place }, open Security and remove it. We don’t put a button here, so you never have to wonder if it is real.
mail-passkey-gone-subject = A passkey was removed from { $app }
mail-passkey-gone-title = A passkey was removed
mail-passkey-gone-lede = It no longer signs in to your { $app } account. If this was you, there’s nothing to do.
mail-two-step-on-subject = Two-step sign-in is on for { $app }
mail-two-step-on-title = Two-step sign-in is on
mail-two-step-on-lede = From now on { $app } asks for the code from an authenticator app too, and signed out your other devices. If this was you, there’s nothing to do.
mail-two-step-off-subject = Two-step sign-in is off for { $app }
mail-two-step-off-title = Two-step sign-in is off
mail-two-step-off-lede = { $app } no longer asks for the code from your authenticator app. If this was you, there’s nothing to do.
mail-recovery-subject = A recovery code was used for { $app }
mail-recovery-title = A recovery code was used
mail-recovery-lede = Somebody signed in to { $app } with one of your recovery codes. { $left ->
    [0] It was the last one
    [one] One is left
   *[other] { $left } are left
}. If this was you, there’s nothing to do.
mail-codes-subject = You have new recovery codes for { $app }
mail-codes-title = You have new recovery codes
mail-codes-lede = Your old recovery codes for { $app } no longer work. If this was you, there’s nothing to do.
mail-unlinked-subject = { $provider } no longer opens your { $app } account
mail-unlinked-title = { $provider } is disconnected
mail-unlinked-lede = It no longer signs you in to { $app }. If this was you, there’s nothing to do.
mail-revoked-subject = We signed you out of { $app }
mail-revoked-title = We signed you out
mail-revoked-lede = An old copy of your { $app } sign-in was used after it had been replaced. That can be a fault in the app, or somebody else with a copy, so it no longer works. Sign in again to go on.
mail-revoked-foot = If you see anything else you don’t recognize: go to { $place }, choose “Forgot password?” and sign out everywhere. We don’t put a button here, so you never have to wonder if it is real.
mail-changed-foot = If it wasn’t: go to { $place }, choose “Forgot password?” and sign out everywhere. We don’t put a button here, so you never have to wonder if it is real.
