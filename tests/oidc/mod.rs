mod authorize;
mod certified_client;
pub mod device;
mod discovery;
mod logout;
mod refresh;
mod token;
mod userinfo;
