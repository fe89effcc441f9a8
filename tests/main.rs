//! One test program: the house, tested through its doors.

mod support;

mod oidc;
