# shellcheck shell=sh
# The awsso function for plain POSIX shells: dash, ksh, mksh, busybox. `aws-sso init posix` fills in the program's path
# and the function's name, and leaves out all comments. So comments need lines of their own. These shells have no hook
# before a prompt, and no completion that all of them share.

unalias '__aws_sso_command__' >/dev/null 2>&1 || :
__aws_sso_command__() {
  __aws_sso_verb='' __aws_sso_is_value='' __aws_sso_left="$#" __aws_sso_options="$-"
  # The code holds secrets, which no trace may show.
  set +xv
  # Each word goes from the front to the end. Behind a verb that changes this shell comes an option of ours.
  while [ "$__aws_sso_left" -gt 0 ]; do
    __aws_sso_left="$((__aws_sso_left - 1))"
    set -- "$@" "$1"
    if [ -z "$__aws_sso_verb" ]; then
      # Options of all verbs may stand before the verb. These take a value, which is no verb.
      case "$__aws_sso_is_value$1" in
        '-p' | '-vp' | '-qp' | '-vqp' | '-qvp' | '--profile' | '--login' | '-r' | '--rolearn' | '--role')
          __aws_sso_is_value='value '
          ;;
        'value '*) __aws_sso_is_value='' ;;
        '-'?*) ;;
        *)
          __aws_sso_verb="$1"
          case "$1" in
            'use' | 'pick' | '-' | 'region' | 'refresh' | 'clear' | 'logout') set -- "$@" --shell posix ;;
          esac
          ;;
      esac
    fi
    shift
  done
  __aws_sso_status=0
  case "$__aws_sso_verb" in
    'use' | 'pick' | '-' | 'region' | 'refresh' | 'clear' | 'logout')
      __aws_sso_code="$(__AWS_SSO_PROGRAM__ "$@")" || __aws_sso_status="$?"
      if [ "$__aws_sso_status" = 0 ]; then eval "$__aws_sso_code" || __aws_sso_status="$?"; fi
      ;;
    *) __AWS_SSO_PROGRAM__ "$@" || __aws_sso_status="$?" ;;
  esac
  set -- "$__aws_sso_status" "$__aws_sso_options"
  unset __aws_sso_verb __aws_sso_is_value __aws_sso_left __aws_sso_options __aws_sso_code __aws_sso_status
  case "$2" in *v*) set -v ;; esac
  case "$2" in *x*) set -x ;; esac
  return "$1"
}
