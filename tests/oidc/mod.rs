mod authorize;
mod certified_client;
mod discovery;
mod doctor;
mod logout;
mod refresh;
mod token;
mod userinfo;
