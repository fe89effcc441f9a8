mod authorize;
mod certified_client;
mod discovery;
mod logout;
mod refresh;
mod token;
mod userinfo;
