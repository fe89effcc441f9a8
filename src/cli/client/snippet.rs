//! `housekey client snippet`: what to paste into an app, filled with its values.

use base64::Engine;
use clap::Args;
use serde_json::json;

use super::super::output::{Failure, Output};
use crate::app::App;
use crate::config::{Delivery, RefreshIn, SigningAlgorithm};
use crate::dev;
use crate::key::Keys;
use crate::oidc::{Client, Clients};

/// `client snippet`
#[derive(Debug, Args)]
pub(in crate::cli) struct Snippet {
    /// Its `client_id`.
    id: String,
    /// For what: convex, convex-jwt, react, svelte, authjs, remix, expo or flutter.
    target: String,
    /// The keys themselves instead of their address, for a backend that cannot reach this machine. To be made anew when keys change.
    #[arg(long)]
    inline_jwks: bool,
}

const TARGETS: [&str; 8] = ["convex", "convex-jwt", "react", "svelte", "authjs", "remix", "expo", "flutter"];

/// Prints it.
pub(super) async fn run(asked: &Snippet, app: &App, output: &Output) -> Result<(), Failure> {
    // The one that `housekey dev` brings, which is registered nowhere.
    let more = if app.config.issuer.is_loopback() { dev::client(&app.crypto) } else { None };
    let found = Clients::new(app, more).find(app, &asked.id).await?;
    let client =
        found.ok_or_else(|| Failure::asked_wrongly(format!("There is no client {}.", asked.id)).with_remedy("housekey client list"))?;
    let values = Values::of(app, &client, asked.inline_jwks).await?;
    let text = match asked.target.as_str() {
        "convex" => values.convex(),
        "convex-jwt" => values.convex_jwt(),
        "react" => values.react(),
        "svelte" => values.svelte(),
        "authjs" => values.authjs(),
        "remix" => values.remix(),
        "expo" => values.expo(),
        "flutter" => values.flutter(),
        other => {
            return Err(Failure::asked_wrongly(format!("{other}: must be one of {}", TARGETS.join(", "))));
        }
    };
    output.say(text.trim_end(), &json!({ "target": asked.target, "snippet": text }))
}

/// `export const auth = …`, an option a line.
fn call(from: &str, function: &str, options: &[String]) -> String {
    let options: String = options.iter().map(|option| format!("  {option},\n")).collect();
    format!("import {{ {function} }} from \"{from}\";\n\nexport const auth = {function}({{\n{options}}});\n")
}

struct Values {
    issuer: String,
    client: String,
    audience: String,
    algorithm: SigningAlgorithm,
    redirect_uri: String,
    delivery: Delivery,
    refresh: RefreshIn,
    confidential: bool,
    jwks: String,
}

impl Values {
    async fn of(app: &App, client: &Client, inline: bool) -> Result<Self, Failure> {
        let algorithm = client.algorithm(&app.config.tokens);
        let jwks = if inline {
            let keys = Keys::load(app).await?;
            let set = keys.public_set(&[algorithm]).ok_or_else(|| Failure::new("There is no key of this algorithm."))?;
            format!("data:text/plain;charset=utf-8;base64,{}", base64::engine::general_purpose::STANDARD.encode(&set.body))
        } else {
            // Only keys that customJwt's parser knows: it refuses a whole set for one that it does not.
            app.config.issuer.join(&format!("/.well-known/jwks.json?alg={algorithm}"))
        };
        Ok(Self {
            issuer: app.config.issuer.to_string(),
            client: client.id.to_string(),
            audience: client.audience().to_owned(),
            redirect_uri: client.entry.redirect_uris.first().map(ToString::to_string).unwrap_or_default(),
            delivery: client.entry.delivery,
            refresh: client.entry.refresh,
            confidential: client.is_confidential(),
            algorithm,
            jwks,
        })
    }

    fn convex(&self) -> String {
        let Self { issuer, audience, algorithm, .. } = self;
        if *algorithm == SigningAlgorithm::Es256 {
            return format!(
                "// Convex takes no ES256 in this form: use convex-jwt, or sign this app's tokens with RS256\n// (housekey client edit {} --alg RS256).\n",
                self.client
            );
        }
        format!(
            "// convex/auth.config.ts\nexport default {{\n  providers: [{{ domain: \"{issuer}\", applicationID: \"{audience}\" }}],\n}};\n"
        )
    }

    fn convex_jwt(&self) -> String {
        let Self { issuer, audience, algorithm, jwks, .. } = self;
        if *algorithm == SigningAlgorithm::EdDsa {
            return format!(
                "// Convex takes no EdDSA in this form: use convex, or sign this app's tokens with RS256\n// (housekey client edit {} --alg RS256).\n",
                self.client
            );
        }
        format!(
            "// convex/auth.config.ts\nexport default {{\n  providers: [{{\n    type: \"customJwt\",\n    issuer: \"{issuer}\",\n    jwks: \"{jwks}\",\n    algorithm: \"{algorithm}\",\n    applicationID: \"{audience}\",\n  }}],\n}};\n"
        )
    }

    /// What every app of the SDK begins with.
    fn create(&self, from: &str) -> String {
        let mut options = self.who();
        match (self.delivery, self.refresh) {
            (Delivery::Token, _) => options.push("delivery: \"token\"".to_owned()),
            (Delivery::Code, RefreshIn::Cookie) => options.push("refresh: \"cookie\"".to_owned()),
            (Delivery::Code, RefreshIn::Body) => {}
        }
        call(from, "createAuth", &options)
    }

    /// Who the app is, as both of the SDK's beginnings take it.
    fn who(&self) -> Vec<String> {
        let Self { issuer, client, audience, redirect_uri, .. } = self;
        let mut options = vec![format!("issuer: \"{issuer}\""), format!("clientId: \"{client}\"")];
        if !redirect_uri.is_empty() {
            options.push(format!("redirectUri: \"{redirect_uri}\""));
        }
        if audience != client {
            options.push(format!("audience: \"{audience}\""));
        }
        options
    }

    fn react(&self) -> String {
        format!(
            "// auth.ts\n{}\n// main.tsx\nimport {{ AuthProvider }} from \"@housekey/react\";\n<AuthProvider auth={{auth}}><App /></AuthProvider>\n\n// anywhere below\nconst {{ status, user, signIn, signOut }} = useAuth();\n\n// with Convex\nimport {{ createConvexHook }} from \"@housekey/react/convex\";\nconst useConvexAuth = createConvexHook(auth);\n<ConvexProviderWithAuth client={{convex}} useAuth={{useConvexAuth}}>…</ConvexProviderWithAuth>\n",
            self.create("@housekey/client")
        )
    }

    fn svelte(&self) -> String {
        format!(
            "// auth.ts\n{}\n<!-- any component: auth is a store -->\n{{#if $auth.status === \"signed-in\"}}Hello {{$auth.user.name}}{{:else}}<button onclick={{() => auth.signIn()}}>Sign in</button>{{/if}}\n\n// with Convex\nimport {{ setupConvex }} from \"@housekey/svelte\";\nsetupConvex(convex, auth);\n",
            self.create("@housekey/client")
        )
    }

    fn authjs(&self) -> String {
        let Self { issuer, client, .. } = self;
        format!(
            "// auth.ts (Auth.js). The secret in the environment: AUTH_HOUSEKEY_SECRET\nproviders: [{{\n  id: \"housekey\",\n  name: \"Housekey\",\n  type: \"oidc\",\n  issuer: \"{issuer}\",\n  clientId: \"{client}\",\n  clientSecret: process.env.AUTH_HOUSEKEY_SECRET,\n  checks: [\"pkce\", \"state\", \"nonce\"],\n}}],\n// Register this redirect URI: https://YOUR-APP/api/auth/callback/housekey\n"
        )
    }

    fn remix(&self) -> String {
        let mut options = self.who();
        if self.redirect_uri.is_empty() {
            options.push("redirectUri: \"http://localhost:5173/callback\"".to_owned());
        }
        if self.confidential {
            options.push("clientSecret: process.env.HOUSEKEY_SECRET".to_owned());
        }
        options.push("cookieSecret: process.env.COOKIE_SECRET".to_owned());
        format!(
            "// auth.server.ts. The secret seals the cookies: openssl rand -base64 32\n{}\n// routes: GET /login → auth.handlers.login, GET /callback → auth.handlers.callback, POST /logout → auth.handlers.logout\n\n// in a loader: the token never reaches the browser\nconst session = await auth.getSession(request);\nif (session) convex.setAuth(await session.idToken());\n// and once the answer is made: a renewed session comes with a new cookie\nif (session?.setCookie) headers.append(\"Set-Cookie\", session.setCookie);\n",
            call("@housekey/server", "createServerAuth", &options)
        )
    }

    fn expo(&self) -> String {
        let Self { issuer, client, redirect_uri, .. } = self;
        format!(
            "// expo-auth-session, in the system's browser\nimport * as AuthSession from \"expo-auth-session\";\n\nconst discovery = AuthSession.useAutoDiscovery(\"{issuer}\");\nconst [request, response, promptAsync] = AuthSession.useAuthRequest(\n  {{ clientId: \"{client}\", redirectUri: \"{redirect_uri}\", scopes: [\"openid\", \"profile\", \"email\", \"offline_access\"], usePKCE: true }},\n  discovery,\n);\n"
        )
    }

    fn flutter(&self) -> String {
        let Self { issuer, client, redirect_uri, .. } = self;
        format!(
            "// flutter_appauth\nfinal tokens = await const FlutterAppAuth().authorizeAndExchangeCode(AuthorizationTokenRequest(\n  '{client}',\n  '{redirect_uri}',\n  issuer: '{issuer}',\n  scopes: ['openid', 'profile', 'email', 'offline_access'],\n));\n"
        )
    }
}
