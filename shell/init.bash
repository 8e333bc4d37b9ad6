# shellcheck shell=bash
# The awsso function for bash 3.2 and later. `aws-sso init bash` fills in the program and the function's name, and leaves
# out these comments and the marked parts that were not asked for. A comment has a line of its own.
# Aliases of the words used here are side-stepped with backslashes and quotes.

\builtin unalias '__aws_sso_command__' >/dev/null 2>&1 || \builtin :
function __aws_sso_command__ {
  case "${1-}" in
    'use' | 'pick' | 'clear' | 'refresh')
      # Declared before it is assigned: `local x=$(…)` would hide the status.
      \builtin local __aws_sso_verb="$1" __aws_sso_code
      \builtin shift
      __aws_sso_code="$(__AWS_SSO_PROGRAM__ "$__aws_sso_verb" --shell bash "$@")" || \builtin return
      \builtin eval "$__aws_sso_code"
      ;;
    'doctor')
      # What only this shell knows: that it has the function, of which version, and whether Tab knows it.
      \builtin local __aws_sso_mark='bash:__AWS_SSO_VERSION__'
      # >>> completion
      if \builtin complete -p '__aws_sso_command__' >/dev/null 2>&1; then __aws_sso_mark+=':tab'; else __aws_sso_mark+=':no-tab'; fi
      # <<< completion
      \builtin shift
      __AWS_SSO_PROGRAM__ doctor --function "$__aws_sso_mark" "$@"
      ;;
    *)
      __AWS_SSO_PROGRAM__ "$@"
      ;;
  esac
}
# >>> completion
# bash ends a word at each colon, so the line itself is sent, and what is missing of bash's own word comes back.
function __aws_sso_complete {
  \builtin local IFS=$'\n' __aws_sso_found
  COMPREPLY=()
  __aws_sso_found="$(__AWS_SSO_PROGRAM__ complete --shell bash --breaks="${COMP_WORDBREAKS-}" --line="${COMP_LINE:0:COMP_POINT}" 2>/dev/null)" || \builtin return 0
  # shellcheck disable=SC2206 # Split at newlines; of plain characters alone, so there is nothing to expand.
  COMPREPLY=($__aws_sso_found)
}
\builtin complete -F __aws_sso_complete '__aws_sso_command__' 'aws-sso'
# <<< completion
# >>> hook
# Before each prompt: a word, or a renewal, when the credentials have five minutes left. Until then it starts no process,
# but for `date` before bash 4.2, while the shell has a role.
function __aws_sso_hook {
  \builtin local __aws_sso_status="$?" __aws_sso_until="${AWS_SSO_EXPIRATION-}" __aws_sso_now __aws_sso_what='end within 5 minutes'
  # Under errexit another status would end the shell, and an ERR trap would run once more; bash 5.1 gives $? back by itself.
  if [[ $- == *e* ]] || ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then __aws_sso_status=0; fi
  case "$__aws_sso_until" in
    # Nothing due, said already, or not what `use` has set: arithmetic would run what stands in it. Digits are listed,
    # since a range is what the locale makes of it.
    '' | 0* | *[!0123456789]* | ??????????????* | "${__AWS_SSO_NOTICED-}") \builtin return "$__aws_sso_status" ;;
  esac
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 402)); then
    \builtin printf -v __aws_sso_now '%(%s)T' -1
  else
    __aws_sso_now="$(\command date +%s)"
  fi
  if ((__aws_sso_until - ${__aws_sso_now:-0} > 300)); then \builtin return "$__aws_sso_status"; fi
  # Before the renewal, which may fail or be interrupted and is not to be tried again before each prompt.
  __AWS_SSO_NOTICED="$__aws_sso_until"
  # >>> renewal
  if __aws_sso_command__ refresh --login never >/dev/null 2>&1 && [[ "${AWS_SSO_EXPIRATION-}" != "$__aws_sso_until" ]]; then
    \builtin return "$__aws_sso_status"
  fi
  # <<< renewal
  if ((__aws_sso_until <= __aws_sso_now)); then __aws_sso_what='have expired'; fi
  \builtin printf '%s\n' "aws-sso: the credentials of this shell $__aws_sso_what; run: __aws_sso_command__ refresh" >&2
  \builtin return "$__aws_sso_status"
}
# Last in line: the other hooks still see the command's $? and PIPESTATUS. From 5.1 on PROMPT_COMMAND may be an array, and
# bash gives both back after each of its commands; before, only its first string is run, and a line of its own is what
# does not mind how the others end.
if [[ $- == *i* && "${PROMPT_COMMAND[*]-}" != *__aws_sso_hook* ]]; then
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    PROMPT_COMMAND+=('__aws_sso_hook')
  else
    # shellcheck disable=SC2128,SC2178 # Its first string is meant.
    PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__aws_sso_hook"
  fi
fi
# <<< hook
