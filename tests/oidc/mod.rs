mod authorize;
mod certified_client;
mod discovery;
mod logout;
mod refresh;
mod revoke;
mod token;
mod userinfo;
