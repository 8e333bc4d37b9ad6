# shellcheck shell=bash
# For direnv. Install it by
#
#     aws-sso init direnv > ~/.config/direnv/lib/aws_sso.sh
#
# and write into an .envrc
#
#     use aws_sso ROLE [-p PROFILE] [--region REGION]
#
# Shells in that folder then have the role's credentials in their environment. direnv does not write them to disk.
# direnv runs the .envrc again when the cached credentials change: after `awsso refresh`, after a renewal by the prompt
# hook of `aws-sso init SHELL --hook refresh`, or after a renewal in another shell. It never exports expired
# credentials, and it never starts a sign-in: entering a folder must not open a browser.

use_aws_sso() {
  local options="$-" option status=0
  # The code holds secrets, which neither a trace (-x, -v) nor an inherited trap (-T, -E) may show.
  { set +xvTE; } 2>/dev/null
  __aws_sso_enter "$@" || status=$?
  for option in v T E x; do
    case "$options" in *"$option"*) set "-$option" ;; esac
  done
  return "$status"
}

__aws_sso_enter() {
  local code file
  if [[ $# -eq 0 ]]; then
    log_error "use aws_sso: no role given; write: use aws_sso ROLE [-p PROFILE] [--region REGION]"
    return 2
  fi
  # A change of the config or the settings can change what ROLE means.
  watch_file "${AWS_CONFIG_FILE:-$HOME/.aws/config}" "${XDG_CONFIG_HOME:-$HOME/.config}/aws-sso/config"
  # Captured first, since `eval "$(…)"` would hide a failure.
  if ! code="$(command aws-sso env --shell bash --login never "$@")"; then
    # A sign-in creates a file in this folder, so direnv tries again after it.
    watch_file "$HOME/.aws/sso/cache"
    return 1
  fi
  # direnv begins with the variables from before this folder, so a role that was entered since is gone now.
  if [[ -n "${AWS_SSO_DISPLACED-}" ]]; then
    log_status "aws_sso: this folder's role again; the role that awsso use entered is left"
  fi
  # A statement a line. One that fails, as with a read-only variable, would leave keys that do not belong together.
  if ! (eval "${code//$'\n'/ || exit 2; }"); then
    log_error "use aws_sso: a variable is read-only: nothing is changed"
    return 2
  fi
  eval "$code"
  # Finds the cached file of these credentials by the access key id, which is not secret. The files of all roles have
  # secrets, so none is read into this shell. In this form the shells that cannot run it can read it, and go on.
  while IFS= read -r file; do
    [[ -z "$file" ]] || watch_file "$file"
  done <<FILES
$(find "$HOME/.aws/cli/cache" -name '*.json' -exec grep -lF -e "\"$AWS_ACCESS_KEY_ID\"" {} + 2>/dev/null)
FILES
}
