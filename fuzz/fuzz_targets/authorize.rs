#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| housekey::fuzz::authorize(data));
