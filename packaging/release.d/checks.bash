# For packaging/release: each file that is published, unpacked, installed and run. A line for each thing that is true.
# shellcheck shell=bash disable=SC2154  # packaging/release sets the variables

ok() {
  echo "ok: $1"
}

check_all() {
  for_targets check_archive
  for_targets check_packages
  check_sums
  check_sbom
  check_manifests
}

check_archive() {
  local folder program
  folder=$work/unpacked/$(folder_of "$1")
  rm -rf "$work/unpacked" && mkdir -p "$work/unpacked"
  case $1 in
    *-windows-*) need unzip unzip "$1 is not checked" && unzip -q "$output/$(archive_of "$1")" -d "$work/unpacked" ;;
    *) tar -xzf "$output/$(archive_of "$1")" -C "$work/unpacked" ;;
  esac
  for program in $(programs_of "$1") man/aws-sso.1 completions/zsh/_aws-sso direnv.sh LICENSE README.md \
    THIRD-PARTY-LICENSES; do
    [ -s "$folder/$program" ] || fail "$(archive_of "$1") has no $program"
  done
  [ "$(ls "$work/unpacked")" = "$(folder_of "$1")" ] || fail "$(archive_of "$1") holds more than one folder"
  ok "$(archive_of "$1") holds the programs, the manual and the completions in one folder"
  for program in $(programs_of "$1"); do
    check_hardening "$1" "$folder/$program"
    check_no_paths "$folder/$program"
    check_notices "$folder" "$program"
  done
  check_keyring "$1" "$folder/$(program_of "$1")"
  run_programs "$1" "$folder"
}

# check_hardening TARGET PROGRAM
check_hardening() {
  case $1 in
    *-windows-*) check_hardening_of_windows "$2" ;;
    *) check_hardening_of_linux "$2" ;;
  esac
}

check_hardening_of_linux() {
  local segments dynamic
  segments=$(readelf -lW "$1") dynamic=$(readelf -dW "$1")
  ! grep -q INTERP <<<"$segments" || fail "$1 is not static"
  ! grep -q NEEDED <<<"$dynamic" || fail "$1 needs a library"
  grep -q GNU_RELRO <<<"$segments" || fail "$1 has no RELRO"
  grep 'GNU_STACK' <<<"$segments" | grep -q ' RW ' || fail "$1 has a stack that can be executed"
  readelf -SW "$1" | grep -qF .dep-v0 || fail "$1 does not hold the list of its crates"
  ok "$(basename "$1") is static, with RELRO, a stack that cannot be executed and the list of its crates"
  readelf -hW "$1" | grep -q 'Type: *DYN' || fail "$1 is not position independent"
  grep -q 'NOW' <<<"$dynamic" || fail "$1 has no full RELRO"
  grep -q '(RELR)' <<<"$dynamic" || fail "$1 has no packed relocations"
  ok "$(basename "$1") is position independent, with full RELRO and packed relocations"
}

check_hardening_of_windows() {
  local dump flag
  dump=$(objdump -p "$1")
  for flag in DYNAMIC_BASE NX_COMPAT HIGH_ENTROPY_VA; do
    grep -q "$flag" <<<"$dump" || fail "$1 is without $flag"
  done
  ok "$(basename "$1") has a random address and a stack that cannot be executed"
}

# check_keyring TARGET PROGRAM: whether it has store = keyring, by what a program without it says.
check_keyring() {
  local without="this aws-sso was built without the feature keyring"
  case $(features_of "$1") in
    *keyring*)
      ! grep -qaF "$without" "$2" || fail "$2 has no store = keyring"
      ok "$(basename "$2") has store = keyring"
      ;;
    *)
      grep -qaF "$without" "$2" || fail "$2 has store = keyring"
      ok "$(basename "$2") has no store = keyring"
      ;;
  esac
}

# Paths of the machine in a program would differ from machine to machine, and say who built it.
check_no_paths() {
  local place
  for place in "$PWD" "${CARGO_HOME:-$HOME/.cargo}"; do
    ! grep -qaF "$place/" "$1" || fail "$1 has a path of this machine: $place"
  done
  ok "$(basename "$1") holds no path of this machine"
}

# check_notices FOLDER PROGRAM: the crates whose licences go along with the program are on the list that it holds. That
# list has more: crates of features that are not built, and what macros are made of.
check_notices() {
  local section
  section=$(objdump -h "$1/$2" | awk '$2 == ".dep-v0" { print "0x" $3, "0x" $6 }')
  # shellcheck disable=SC2086  # size and place
  python3 - "$1" "$2" $section <<'END' >"$work/notices" || fail "the licences beside $2 are of other crates"
import json, pathlib, re, sys, zlib
folder = pathlib.Path(sys.argv[1])
size, place = (int(number, 16) for number in sys.argv[3:])
section = (folder / sys.argv[2]).read_bytes()[place : place + size]
held = {f"{c['name']} {c['version']}" for c in json.loads(zlib.decompressobj().decompress(section))["packages"]}
text = (folder / "THIRD-PARTY-LICENSES").read_text()
listed = set(re.findall(r"^[a-z0-9_-]+ [0-9]+\.[0-9]+\.[0-9]+\S*$", text, re.M))
print(*sorted(listed), sep="\n")
assert len(listed) > 100 and listed <= held, f"not of this program: {sorted(listed - held)}"
END
  cat "$work/notices" >>"$work/linked"
  ok "$2 has the licences of $(wc -l <"$work/notices") crates beside it"
}

# run_programs TARGET FOLDER: the version, then the main job against the sandbox.
run_programs() {
  local -a run=()
  local windows
  case $1 in
    x86_64-*-linux-*) ;;
    aarch64-*-linux-*)
      need qemu-aarch64-static qemu-user-static "$1 is not run" || return 0
      run=(qemu-aarch64-static)
      ;;
    *-windows-*)
      windows=$(windows_tools) || return 0
      run=(env WINEPREFIX="$windows/prefix" WINEDEBUG=-all wine)
      ;;
  esac
  run_program "$1" "$2" "${run[@]}"
}

# run_program TARGET FOLDER [RUNNER…]
run_program() {
  local target=$1 folder=$2 program name
  shift 2
  for name in $(programs_of "$target"); do
    program=$folder/$name
    [ "$(in_home "$@" "$program" --version </dev/null | tr -d '\r')" = "${name%.exe} $version" ] ||
      fail "$program --version does not print ${name%.exe} $version"
  done
  ok "$target: both programs run and have version $version"
  if [ "${1:-}" = qemu-aarch64-static ]; then
    # The tour starts the program again, which only a kernel that knows the emulator can do.
    run_main_job "$target" "$folder/$(program_of "$target")" "$@"
    return
  fi
  # Its last step starts a shell, which looks for the program on PATH.
  PATH=$folder:$PATH in_home "$@" "$folder/$(program_of "$target")" sandbox --tour </dev/null >"$work/tour" 2>&1 ||
    { cat "$work/tour" >&2 && fail "$target: the tour failed"; }
  grep -q ':assumed-role/' "$work/tour" || fail "$target: the tour shows no role"
  ok "$target: the tour of the sandbox ran: sign-in, discovery, a role"
}

# run_main_job TARGET PROGRAM RUNNER: sign-in, discovery and credentials, typed in the shell of the program's sandbox.
run_main_job() {
  local call="$3 $2" role
  role="\$($call list --json | sed -n 's/.*\"roleArn\": *\"\(.*\)\".*/\1/p' | head -1)"
  printf '%s\n' 'set -e' "$call login --device-code --no-browser" "$call discover --quiet" "$call process \"$role\"" |
    in_home env SHELL=/bin/bash "$3" "$2" sandbox --approve auto >"$work/job" 2>&1 || true
  grep -q '"SessionToken"' "$work/job" || { cat "$work/job" >&2 && fail "$1: the main job failed"; }
  ok "$1: the main job ran in the sandbox: sign-in, discovery, a role"
}

# in_home COMMAND…: runs it with a home of its own, and none of this shell's variables.
in_home() {
  mkdir -p "$work/home"
  env -i HOME="$work/home" PATH="$PATH" LANG=C.UTF-8 TERM=dumb "$@"
}

check_packages() {
  case $1 in
    x86_64-*-linux-*) check_deb amd64 && check_rpm x86_64 ;;
    aarch64-*-linux-*) check_deb arm64 qemu-aarch64-static && check_rpm aarch64 qemu-aarch64-static ;;
  esac
}

# check_deb ARCHITECTURE [RUNNER]: installs the package in a Debian of its own, runs it, and removes it.
check_deb() {
  local package=aws-sso_$version-1_$1.deb
  if need lintian lintian "the .deb is not read by lintian"; then
    lintian --fail-on error "$output/$package" || fail "lintian finds an error in $package"
    ok "lintian finds no error in $package"
  fi
  prepare_debian || return 0
  as_root cp "$output/$package" ${2:+"$(command -v "$2")"} "$debian/tmp/"
  in_debian dpkg --add-architecture "$1"
  in_debian dpkg --install "/tmp/$package" >/dev/null
  [ "$(in_debian ${2:+"/tmp/$2"} /usr/bin/aws-sso --version)" = "aws-sso $version" ] || fail "$package does not run"
  ! in_debian dpkg --install /tmp/aws-sso-cli.deb >/dev/null 2>&1 || fail "$package goes together with aws-sso-cli"
  in_debian dpkg --purge aws-sso >/dev/null 2>&1
  [ ! -e "$debian/usr/bin/aws-sso" ] || fail "$package leaves its program behind"
  ok "$package installs in Debian, runs, refuses aws-sso-cli beside it, and leaves"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# A small Debian, with a package aws-sso-cli in /tmp. It is kept for the next run.
prepare_debian() {
  debian=$PWD/target/debian
  if ! as_root true 2>/dev/null; then
    skip "only root can make a Debian to install in: the .deb is not installed"
    return 1
  fi
  need debootstrap debootstrap "the .deb is not installed" || return 1
  [ -e "$debian/complete" ] && return
  as_root rm -rf "$debian"
  as_root debootstrap --variant=minbase stable "$debian" >"$work/debootstrap" ||
    { tail "$work/debootstrap" >&2 && fail "debootstrap failed"; }
  mkdir -p "$work/other/DEBIAN"
  printf 'Package: aws-sso-cli\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x.invalid>\nDescription: x\n' \
    >"$work/other/DEBIAN/control"
  dpkg-deb --build "$work/other" "$work/aws-sso-cli.deb" >/dev/null
  as_root cp "$work/aws-sso-cli.deb" "$debian/tmp/"
  as_root touch "$debian/complete"
}

in_debian() {
  as_root env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root DEBIAN_FRONTEND=noninteractive \
    chroot "$debian" "$@" </dev/null
}

# check_rpm ARCHITECTURE [RUNNER]: installs the package below a folder, has rpm compare the files, and runs it.
check_rpm() {
  local package=aws-sso-$version-1.$1.rpm root=$work/rpm file
  need rpm rpm "the .rpm is not read" || return 0
  rpm -qpl "$output/$package" >"$work/files"
  for file in /usr/bin/aws-sso /usr/bin/aws-sso-pick /usr/share/man/man1/aws-sso.1 \
    /usr/share/zsh/site-functions/_aws-sso /usr/share/licenses/aws-sso/LICENSE; do
    grep -qx "$file" "$work/files" || fail "$package has no $file"
  done
  [ "$(rpm -qp --conflicts "$output/$package")" = aws-sso-cli ] || fail "$package does not conflict with aws-sso-cli"
  as_root rm -rf "$root"
  mkdir -p "$root"
  as_root rpm --root "$root" --force-debian --install --nodeps --ignorearch "$output/$package"
  as_root rpm --root "$root" --verify --nodeps aws-sso || fail "$package is not installed as it was packed"
  [ "$(in_home ${2:+"$2"} "$root/usr/bin/aws-sso" --version </dev/null)" = "aws-sso $version" ] ||
    fail "$package does not run"
  as_root rm -rf "$root"
  ok "$package installs, holds what is listed in it, runs, and conflicts with aws-sso-cli"
}

check_sums() {
  (cd "$output" && sha256sum --check --quiet SHA256SUMS) || fail "SHA256SUMS does not fit the files"
  ok "SHA256SUMS fits $(wc -l <"$output/SHA256SUMS") files"
}

# In an environment of its own, with CycloneDX's own schema.
check_sbom() {
  python=target/release-checks/bin/python
  virtual_environment target/release-checks packaging/release.d/requirements.txt || fail "no environment of Python"
  "$python" - "$output/$(sbom_name)" "$PWD" "$work/linked" <<'END' || fail "$(sbom_name) is not valid"
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open(sys.argv[1]).read()
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
assert sys.argv[2] + "/" not in text and sys.argv[2] + '"' not in text, "a path of this machine"
listed = {f"{c['name']} {c['version']}" for c in json.loads(text)["components"]}
linked = set(open(sys.argv[3]).read().splitlines())
assert linked <= listed, f"not listed: {sorted(linked - listed)}"
elsewhere = sorted(name.split()[0] for name in listed - linked)
print(f"ok: the SBOM has the {len(linked)} crates whose licences are in the archives, and {' '.join(elsewhere)}")
sys.exit(str(error) if error else 0)
END
  ok "$(sbom_name) fits the schema of CycloneDX 1.5, and names no path of this machine"
}

check_manifests() {
  local folder=$output/manifests
  if need ruby ruby "the formula is not read"; then
    ruby -c "$folder/homebrew/aws-sso.rb" >/dev/null
    ok "the formula is Ruby"
  fi
  if need shellcheck shellcheck "PKGBUILD is not checked"; then
    bash -n "$folder/aur/PKGBUILD"
    # makepkg reads and sets the variables, and stops at the first error.
    shellcheck --shell=bash --exclude=SC2034,SC2154,SC2164 "$folder/aur/PKGBUILD"
    mkdir -p "$work/aur"
    tar -xzf "$output/$(archive_of x86_64-unknown-linux-musl)" -C "$work/aur"
    (cd "$work/aur" && CARCH=x86_64 pkgdir=$work/aur/installed bash -ec '. "$1" && package' - "$folder/aur/PKGBUILD")
    [ "$(in_home "$work/aur/installed/usr/bin/aws-sso" --version)" = "aws-sso $version" ] ||
      fail "what PKGBUILD installs does not run"
    ok "PKGBUILD is bash, and installs what is in the archive"
  fi
  if need makepkg makepkg "PKGBUILD is not compared with .SRCINFO"; then
    # makepkg itself does not run as root.
    bash -c '. /usr/share/makepkg/srcinfo.sh && . "$1" && write_srcinfo_content' - "$folder/aur/PKGBUILD" |
      diff - "$folder/aur/.SRCINFO" || fail ".SRCINFO is not of this PKGBUILD"
    ok ".SRCINFO is what makepkg reads in PKGBUILD"
  fi
  if need nix-instantiate nix-bin "the flake is not read"; then
    nix-instantiate --option build-users-group '' --parse "$folder/nix/flake.nix" >/dev/null
    ok "the flake is Nix"
  fi
  "$python" packaging/release.d/manifests.py "$output" "$version"
}
