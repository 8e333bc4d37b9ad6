# For packaging/release: packages of Debian and of RPM, and the list of crates.
# shellcheck shell=bash disable=SC2154  # packaging/release sets the variables

# A static program runs on every distribution, so the package of one serves all.
build_packages() {
  case $1 in
    *-linux-*) ;;
    *) return 0 ;;
  esac
  write_pages "$1"
  write_notices "$1"
  build_deb "$1"
  build_rpm "$1"
}

build_deb() {
  need dpkg-shlibdeps dpkg-dev "no .deb is built"
  local tool
  tool=$(cargo_tool cargo-deb 3.8.0 target/tools --no-default-features)
  PATH=$tool:$PATH BUILT=1 PAGES=1 TARGET=$1 packaging/deb --output "$output/" --quiet
}

# The same compression with every version of the tool, and the same time for every file: of a file that is older than
# the commit, as in a clone that has pulled it, the tool would keep the time.
build_rpm() {
  local tool
  touch -d "@$SOURCE_DATE_EPOCH" LICENSE README.md SECURITY.md docs/* shell/direnv.sh \
    "$built/$1"/release/aws-sso{,-pick}
  tool=$(cargo_tool cargo-generate-rpm 0.21.1 target/tools --no-default-features)
  PATH=$tool:$PATH cargo generate-rpm --target "$1" --target-dir "$built" --output "$output/" --payload-compress gzip \
    --source-date "$SOURCE_DATE_EPOCH"
}

sbom_name() {
  echo "aws-sso-v$version.cdx.json"
}

# The crates that are linked, of all targets. Nothing in it is random or names this machine.
write_sbom() {
  local tool target
  need python3 python3 "no SBOM is written"
  tool=$(cargo_tool cargo-cyclonedx 0.5.9 target/tools)
  PATH=$tool:$PATH cargo cyclonedx --quiet --features keyring --format json --spec-version 1.5 --target all \
    --override-filename sbom-of-this-run
  for target in $all_targets aarch64-apple-darwin x86_64-apple-darwin; do
    # shellcheck disable=SC2046  # one word or none
    cargo tree --quiet --locked --target "$target" $(features_of "$target") --edges normal,no-proc-macro --prefix none
  done | python3 packaging/release.d/sbom.py sbom-of-this-run.json "$PWD" >"$output/$(sbom_name)"
  rm sbom-of-this-run.json
}
