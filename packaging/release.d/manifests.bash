# For packaging/release: checksums, and the files for other package managers, from the same hashes.
# shellcheck shell=bash disable=SC2154  # packaging/release sets the variables

# All that is downloaded by itself; the manifests go to other repositories.
write_sums() {
  (cd "$output" && find . -maxdepth 1 -type f ! -name SHA256SUMS | sed 's|^\./||' | sort | xargs sha256sum) \
    >"$work/SHA256SUMS"
  mv "$work/SHA256SUMS" "$output/SHA256SUMS"
}

# template NAME, and where its result goes below manifests/.
templates="
aws-sso.rb        homebrew/aws-sso.rb
aws-sso.json      scoop/aws-sso.json
winget.version.yaml    winget/aws-sso.aws-sso.yaml
winget.installer.yaml  winget/aws-sso.aws-sso.installer.yaml
winget.locale.yaml     winget/aws-sso.aws-sso.locale.en-US.yaml
PKGBUILD          aur/PKGBUILD
SRCINFO           aur/.SRCINFO
flake.nix         nix/flake.nix
"

write_manifests() {
  local template result
  while read -r template result; do
    [ -n "$template" ] || continue
    mkdir -p "$output/manifests/$(dirname "$result")"
    fill "packaging/release.d/templates/$template" >"$output/manifests/$result"
  done <<<"$templates"
  # What has changed, for the page of the release.
  sed -n "/^## \[$version\] - /,/^## \[/{/^## \[/!p}" CHANGELOG.md >"$output/manifests/notes.md"
}

# fill TEMPLATE: prints it with values in the place of their @NAMES@. Lines between `@if TARGET@` and `@end@` stand only
# if the target's archive is there: those of macOS are built on macOS alone.
fill() {
  local target archive script
  script="s|@version@|$version|g;s|@repository@|$repository|g;s|@description@|$(metadata description)|g"
  script+=";s|@date@|$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)|g"
  for target in $all_targets aarch64-apple-darwin x86_64-apple-darwin; do
    archive=$output/$(archive_of "$target")
    if [ -e "$archive" ]; then
      script+=";s|@sha256 $target@|$(sha256sum "$archive" | cut -d' ' -f1)|g"
      script+=";s|@url $target@|$repository/releases/download/v$version/$(archive_of "$target")|g"
    else
      script="/@if $target@/,/@end@/d;$script"
    fi
  done
  sed -e "$script" -e '/@if .*@/d;/@end@/d' "$1" >"$work/filled"
  if grep -q '@\(sha256\|url\) ' "$work/filled"; then
    fail "$1 needs an archive that is not in $output"
  fi
  cat "$work/filled"
}
