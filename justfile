# The front door: `just` lists what there is.
_list:
    @just --list --unsorted

# A development server with a demo app.
dev:
    cargo run

# Everything quick that must hold.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace

# The tests: `just test`, `just test refresh`.
test *filter:
    cargo test {{filter}}

# Every page as it is now is right: look at what changed in tests/look/snapshots.
snapshots:
    INSTA_UPDATE=always INSTA_FORCE_PASS=1 cargo test --test all look::snapshots
    git status --short tests/look/snapshots

# The pictures of the README.
pictures:
    cargo test --test all take_pictures -- --ignored --nocapture

# Mend what a program can mend.
fix:
    cargo fmt --all
    cargo clippy --workspace --all-targets --fix --allow-dirty

# The workloads beside their floors: `just bench`, `just bench quick`, `just bench W5`.
bench *arguments:
    cargo bench --bench workloads -- {{arguments}}

# The pace as tables grow: `just scale`, `just scale 1000000`.
scale *people:
    cargo bench --bench workloads -- scale {{people}}

# What runs before a change lands.
ci:
    .ci/run
