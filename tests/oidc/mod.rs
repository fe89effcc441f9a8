mod authorize;
mod refresh;
mod token;
