mod authorize;
mod certified_client;
mod discovery;
mod keys;
mod logout;
mod refresh;
mod token;
mod userinfo;
