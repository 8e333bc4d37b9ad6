# For packaging/release: an archive for a target. Runs in macOS's bash 3.2, too.
# shellcheck shell=bash disable=SC2154  # packaging/release sets the variables

build_archive() {
  local target=$1 program folder
  folder=$work/$(folder_of "$target")
  prepare_target "$target"
  # shellcheck disable=SC2046  # one word or none
  packaging/build --quiet --target "$target" --bins $(features_of "$target")
  write_pages "$target"
  write_notices "$target"
  rm -rf "$folder" && mkdir -p "$folder"
  for program in $(programs_of "$target"); do cp "$built/$target/release/$program" "$folder/"; done
  cp -R target/packaging/man target/packaging/completions shell/direnv.sh LICENSE README.md \
    target/packaging/THIRD-PARTY-LICENSES "$folder/"
  pack "$folder" "$output/$(archive_of "$target")"
  echo "built: $(archive_of "$target"), $(wc -c <"$output/$(archive_of "$target")") bytes;" \
    "aws-sso: $(wc -c <"$folder/$(program_of "$target")") bytes"
}

# The manual and the completions are the same for all targets: the first program that is built writes them.
write_pages() {
  [ -n "${pages_written:-}" ] && return
  rm -rf target/packaging
  packaging/pages "$built/$1/release/aws-sso"
  pages_written=1
}

# The licences of the crates, which differ from target to target.
write_notices() {
  need python3 python3 "the licences of crates are not listed"
  # shellcheck disable=SC2046  # one word or none
  packaging/notices "$1" $(features_of "$1") >target/packaging/THIRD-PARTY-LICENSES
}

# pack FOLDER ARCHIVE: the same bytes for the same files: sorted, of nobody, with the time of the commit.
pack() {
  local parent name
  parent=$(dirname "$1") name=$(basename "$1")
  rm -f "$2"
  chmod -R u=rwX,go=rX "$1"
  case $2 in
    *.zip)
      need zip zip "no archive for Windows is packed"
      find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
      (cd "$parent" && find "$name" -type f | sort | zip -X -9 -q "$2" -@)
      ;;
    *)
      "$(gnu_tar)" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=ustar \
        -C "$parent" -cf - "$name" | gzip -9n >"$2"
      ;;
  esac
}

# macOS has another tar; Homebrew has this one.
gnu_tar() {
  command -v gtar || echo tar
}
