mod authorize;
mod certified_client;
mod discovery;
mod logout;
mod refresh;
mod response_mode;
mod token;
mod userinfo;
