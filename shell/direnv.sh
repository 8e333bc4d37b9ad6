# shellcheck shell=bash
# For direnv: copy this file to ~/.config/direnv/lib/aws_sso.sh, and say in an .envrc
#
#     use aws_sso ROLE [-p PROFILE] [--region REGION]
#
# The credentials are in the environment of shells below that folder, and on no disk: direnv keeps them in the shell alone.
# direnv runs the .envrc anew when the cached credentials change, which every renewal does, be it `awsso refresh`, the
# prompt hook of `aws-sso init SHELL --hook refresh`, or another shell's. What lapses is not put into an environment.
# It never asks for a sign-in by itself: entering a folder is no reason to open a browser.

use_aws_sso() {
  local code file
  if [[ $# -eq 0 ]]; then
    log_error "use aws_sso: which role? use aws_sso ROLE [-p PROFILE] [--region REGION]"
    return 2
  fi
  # Whatever this role's profile, alias or account is called may change there.
  watch_file "${AWS_CONFIG_FILE:-$HOME/.aws/config}" "${XDG_CONFIG_HOME:-$HOME/.config}/aws-sso/config"
  # Captured and looked at first: `eval "$(…)"` would hide that it failed.
  if ! code="$(command aws-sso env --shell bash --login never "$@")"; then
    # A sign-in leaves a new file in this folder.
    watch_file "$HOME/.aws/sso/cache"
    return 1
  fi
  eval "$code"
  # The file that these credentials came from, by the key's id, which is no secret.
  for file in "$HOME"/.aws/cli/cache/*.json; do
    if [[ -r "$file" && "$(<"$file")" == *"\"$AWS_ACCESS_KEY_ID\""* ]]; then
      watch_file "$file"
    fi
  done
}
