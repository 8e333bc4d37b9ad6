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
#
# Where the role cannot be had, the folder has none: direnv would keep the one that the shell had outside of it if the
# .envrc failed, so `use aws_sso` takes all credentials away, says so, and does not fail.

use_aws_sso() {
  local options="$-" option status=0
  # The code holds secrets, which neither a trace (-x, -v) nor an inherited trap (-T, -E) may show.
  { set +xvTE; } 2>/dev/null
  __aws_sso_enter "$@" || __aws_sso_leave || status=$?
  for option in v T E x; do
    case "$options" in *"$option"*) set "-$option" ;; esac
  done
  return "$status"
}

__aws_sso_enter() {
  local code file
  case " $# $* " in
    " 0 "* | *" -h "* | *" --help "*)
      log_error "use aws_sso: write into the .envrc: use aws_sso ROLE [-p PROFILE] [--region REGION]"
      return 2
      ;;
  esac
  # A change of the config or the settings can change what ROLE means.
  watch_file "${AWS_CONFIG_FILE:-$HOME/.aws/config}" "${XDG_CONFIG_HOME:-$HOME/.config}/aws-sso/config"
  # Its keys may be what the role is assumed with.
  watch_file "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"
  # Captured first, since `eval "$(…)"` would hide a failure.
  # Its messages name what was written here.
  if ! code="$({
    command aws-sso env --shell bash --login never "$@" 2>&1 1>&3 |
      sed 's/aws-sso env\( --shell [a-zA-Z<>]*\)*\( --login [a-zA-Z<>]*\)*/use aws_sso/' >&2
    exit "${PIPESTATUS[0]}"
  } 3>&1)"; then
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
    log_error "use aws_sso: a variable is read-only, so the role is not entered"
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

# Takes away whatever would give a program the credentials of another role. Fails if something of it stays.
__aws_sso_leave() {
  local name status=0
  for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_ACCOUNT_ID \
    AWS_ACCESS_KEY AWS_SECRET_KEY AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_WEB_IDENTITY_TOKEN_FILE \
    AWS_ROLE_ARN AWS_ROLE_SESSION_NAME AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
    AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_CREDENTIAL_FILE BOTO_CONFIG \
    AWS_BEARER_TOKEN_BEDROCK AWS_VAULT AWSU_PROFILE AWSUME_PROFILE AWSUME_EXPIRATION AWS_SESSION_EXPIRATION \
    AWS_SSO_PROFILE AWS_SSO_SESSION AWS_SSO_ROLE_ARN AWS_SSO_ROLE_NAME AWS_SSO_ACCOUNT_ID AWS_SSO_ACCOUNT_NAME \
    AWS_SSO_ROLE_LINE AWS_SSO_EXPIRATION AWS_SSO_ORIGIN AWS_SSO_SESSION_EXPIRATION AWS_SSO_SESSION_END \
    AWS_SSO_DISPLACED; do
    # Taken out of the environment where it cannot be removed.
    unset "$name" 2>/dev/null || export -n "${name?}" || status=1
  done
  log_error "use aws_sso: this folder has no role: the AWS variables from outside of it are taken away"
  return "$status"
}
