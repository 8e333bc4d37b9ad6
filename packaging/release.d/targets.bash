# For packaging/release: what is particular to a target. Runs in macOS's bash 3.2, too.
# shellcheck shell=bash disable=SC2154  # packaging/release sets the variables

# metadata FIELD: a field of Cargo.toml's package.
metadata() {
  sed -n "/^\[package\]/,/^\[lib\]/s/^$1 = \"\(.*\)\"/\1/p" Cargo.toml
}

all_targets="x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-pc-windows-gnu"

# for_targets COMMAND: runs it for each target that is asked for.
for_targets() {
  local target
  for target in ${targets:-$all_targets}; do "$1" "$target"; done
}

# The name of a target's archive, without folder; and of the one folder in it.
archive_of() {
  case $1 in
    *-windows-*) echo "$(folder_of "$1").zip" ;;
    *) echo "$(folder_of "$1").tar.gz" ;;
  esac
}

folder_of() {
  echo "aws-sso-v$version-$1"
}

program_of() {
  case $1 in
    *-windows-*) echo aws-sso.exe ;;
    *) echo aws-sso ;;
  esac
}

programs_of() {
  program_of "$1"
  program_of "$1" | sed 's/aws-sso/aws-sso-pick/'
}

# The options for the features beside those of a plain build. Windows and macOS have a store for secrets of their own.
# The Linux programs are static files of few crates: the Secret Service is for those who build with it.
features_of() {
  case $1 in
    *-windows-* | *-apple-*) echo --features=keyring ;;
  esac
}

# Installs what a target takes: its standard library, and a compiler for the C code of two crates, ring and mimalloc.
# The Linux programs are linked by rust-lld (.cargo/config.toml).
prepare_target() {
  [ -d "$(rustc --print target-libdir --target "$1" 2>/dev/null)" ] || rustup target add "$1" >&2
  case $1 in
    x86_64-unknown-linux-musl) need musl-gcc musl-tools "$1 is not built" ;;
    aarch64-unknown-linux-musl)
      need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu "$1 is not built"
      # Debian has no compiler for musl on this architecture. The headers of its own C library serve the two crates.
      [ -e /usr/aarch64-linux-gnu/include/stdint.h ] || install libc6-dev-arm64-cross
      export CC_aarch64_unknown_linux_musl=aarch64-linux-gnu-gcc
      ;;
    x86_64-pc-windows-gnu) need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 "$1 is not built" ;;
  esac
}
