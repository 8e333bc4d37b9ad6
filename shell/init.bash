# shellcheck shell=bash
# The awsso function for bash 3.2 and later. `aws-sso init bash` fills in the program's path and the function's name,
# and leaves out all comments and the marked parts that the user did not ask for. So comments need lines of their own.
# Backslashes and quotes keep the user's aliases from replacing the words of this code.

# Closed, since a restricted shell sends nothing to a file.
\builtin unalias '__aws_sso_command__' 2>&- || \builtin :
function __aws_sso_command__ {
  if [[ $- == *r* ]]; then
    # shellcheck disable=SC2016 # It is a line to paste.
    \builtin printf '%s\n' 'aws-sso: a restricted shell cannot run __aws_sso_command__' \
      '  run: eval "$(aws-sso env ROLE)"   # or aws-sso, for what changes no shell' >&2
    \builtin return 2
  fi
  \builtin local __aws_sso_verb='' __aws_sso_at=0
  # Without a blank in it, versions before 4 make one word of several here.
  if ((BASH_VERSINFO[0] < 4)); then \builtin local IFS=$' \t\n'; fi
  # Options of all verbs may stand before the verb. These take a value, which is no verb.
  while ((__aws_sso_at < $#)) && [[ -z "$__aws_sso_verb" ]]; do
    __aws_sso_at=$((__aws_sso_at + 1))
    case "${*:__aws_sso_at:1}" in
      '-p' | '-vp' | '-qp' | '-vqp' | '-qvp' | '--profile' | '--login' | '-r' | '--rolearn' | '--role')
        __aws_sso_at=$((__aws_sso_at + 1))
        ;;
      '-'?*) ;;
      *) __aws_sso_verb="${*:__aws_sso_at:1}" ;;
    esac
  done
  case "$__aws_sso_verb" in
    'use' | 'pick' | '-' | 'region' | 'refresh' | 'clear' | 'logout')
      # Declared first, since `local x=$(…)` would hide the status of the command.
      \builtin local __aws_sso_code __aws_sso_status=0 __aws_sso_options="$-" __aws_sso_option
      # The code holds secrets, which neither a trace (-x, -v) nor an inherited trap (-T, -E) may show. bash restores
      # the options when the function ends, also after Ctrl-C; versions before 4.4 cannot.
      if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
        \builtin local -
      fi
      \builtin set +xvTE
      # A function of its own, since it does not inherit a DEBUG trap that this one runs with. It is defined here, since
      # a shell may have this function alone, by `export -f`.
      function __aws_sso_evaluate {
        \builtin eval "$__aws_sso_code"
      }
      __aws_sso_code="$(__AWS_SSO_PROGRAM__ "${@:1:__aws_sso_at}" --shell bash "${@:__aws_sso_at+1}")" &&
        __aws_sso_evaluate || __aws_sso_status="$?"
      if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
        for __aws_sso_option in v T E x; do
          case "$__aws_sso_options" in *"$__aws_sso_option"*) \builtin set "-$__aws_sso_option" ;; esac
        done
      fi
      \builtin return "$__aws_sso_status"
      ;;
    # >>> renewal
    'login')
      # The prompt can renew the credentials again.
      __AWS_SSO_NOTICED=''
      __AWS_SSO_PROGRAM__ "$@"
      ;;
    # <<< renewal
    'doctor')
      # Only this shell knows the version of its function, and whether Tab completes its arguments.
      \builtin local __aws_sso_mark='bash:__AWS_SSO_VERSION__'
      # >>> completion
      if \builtin complete -p '__aws_sso_command__' >/dev/null 2>&1; then
        __aws_sso_mark+=':tab'
      else
        __aws_sso_mark+=':no-tab'
      fi
      # <<< completion
      __AWS_SSO_PROGRAM__ "${@:1:__aws_sso_at}" --function "$__aws_sso_mark" "${@:__aws_sso_at+1}"
      ;;
    *)
      __AWS_SSO_PROGRAM__ "$@"
      ;;
  esac
}
# >>> completion
# bash splits words at colons. So the program gets the whole line, and what of it bash replaces ($2).
function __aws_sso_complete {
  \builtin local __aws_sso_list='' __aws_sso_found __aws_sso_options="$-" IFS=$' \t\n'
  COMPREPLY=()
  if [[ $- == *r* ]]; then \builtin return 0; fi
  # Once Tab has been pressed twice, bash only lists what there is (63 is a question mark).
  if [[ "${COMP_TYPE-}" == 63 ]]; then __aws_sso_list='--list'; fi
  __aws_sso_found="$(__AWS_SSO_PROGRAM__ complete --shell bash ${__aws_sso_list:+"$__aws_sso_list"} \
    --replaced="${2-}" --line="${COMP_LINE:0:COMP_POINT}" 2>/dev/null)" || \builtin return 0
  if [[ "$__aws_sso_found" == $'\t'* ]]; then
    __aws_sso_complete_command "${__aws_sso_found:1}" "$@"
    \builtin return 0
  fi
  IFS=$'\n'
  \builtin set -f
  # shellcheck disable=SC2206 # Split at newlines on purpose, and not expanded.
  COMPREPLY=($__aws_sso_found)
  if [[ "$__aws_sso_options" != *f* ]]; then \builtin set +f; fi
}
# The command of `exec` ($1 is the line from there on) is completed as a line of its own.
function __aws_sso_complete_command {
  \builtin local __aws_sso_at=0 __aws_sso_before="${COMP_LINE:0:COMP_POINT}"
  __aws_sso_before="${__aws_sso_before%"$1"}"
  while [[ "$__aws_sso_before" == *[![:space:]]* ]] && ((__aws_sso_at < COMP_CWORD)); do
    __aws_sso_before="${__aws_sso_before#*"${COMP_WORDS[__aws_sso_at]}"}"
    __aws_sso_at=$((__aws_sso_at + 1))
  done
  \builtin shift
  \builtin set -- "$__aws_sso_at" "$@"
  if \builtin declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$1"
    \builtin return
  elif \builtin declare -F _command_offset >/dev/null; then
    _command_offset "$1"
    \builtin return
  fi
  # Without bash-completion: the functions that find this line in variables see the shorter one.
  \builtin local COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" COMP_CWORD="$((COMP_CWORD - $1))"
  \builtin local __aws_sso_length="${#COMP_LINE}" __aws_sso_word="${3-}"
  \builtin local __aws_sso_words __aws_sso_spec __aws_sso_name=''
  for ((__aws_sso_at = 0; __aws_sso_at < $1; __aws_sso_at++)); do
    COMP_LINE="${COMP_LINE#*"${COMP_WORDS[__aws_sso_at]}"}"
  done
  COMP_LINE="${COMP_LINE#"${COMP_LINE%%[![:space:]]*}"}"
  COMP_POINT="$((COMP_POINT - __aws_sso_length + ${#COMP_LINE}))"
  # An array has no value of its own in the line that makes it local.
  __aws_sso_words=("${COMP_WORDS[@]:$1}")
  \builtin local COMP_WORDS
  COMP_WORDS=("${__aws_sso_words[@]}")
  if ((COMP_CWORD == 0)); then
    \builtin compopt -o filenames 2>/dev/null || \builtin :
    __aws_sso_generate -A command
    \builtin return
  fi
  # bash prints it quoted, as it would read it again.
  \builtin eval "__aws_sso_spec=($(\builtin complete -p -- "${COMP_WORDS[0]##*/}" 2>/dev/null))" || \builtin :
  for ((__aws_sso_at = 1; __aws_sso_at < ${#__aws_sso_spec[@]} - 1; __aws_sso_at++)); do
    case "${__aws_sso_spec[__aws_sso_at]}" in
      '-F') __aws_sso_name="${__aws_sso_spec[__aws_sso_at + 1]}" ;;
      '-o') \builtin compopt -o "${__aws_sso_spec[__aws_sso_at + 1]}" 2>/dev/null || \builtin : ;;
    esac
  done
  if [[ -n "$__aws_sso_name" ]]; then
    "$__aws_sso_name" "${COMP_WORDS[0]}" "$__aws_sso_word" "${COMP_WORDS[COMP_CWORD - 1]}"
  elif ((${#__aws_sso_spec[@]} > 2)); then
    __aws_sso_generate "${__aws_sso_spec[@]:1:${#__aws_sso_spec[@]}-2}"
  else
    \builtin compopt -o bashdefault -o default 2>/dev/null || __aws_sso_generate -f
  fi
}
function __aws_sso_generate {
  \builtin local __aws_sso_found
  __aws_sso_found="$(\builtin compgen "$@" -- "$__aws_sso_word" 2>/dev/null)" || \builtin return 0
  while IFS='' \builtin read -r __aws_sso_at; do
    if [[ -n "$__aws_sso_at" ]]; then COMPREPLY+=("$__aws_sso_at"); fi
  done <<<"$__aws_sso_found"
}
\builtin complete -F __aws_sso_complete '__aws_sso_command__' 'aws-sso'
# <<< completion
# >>> hook
# Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and shows
# another when the session of the sign-in ends within fifteen. Before that it starts no process, except `date` in bash
# before 4.2 if the shell has a role.
function __aws_sso_hook {
  \builtin local __aws_sso_now=''
  if __aws_sso_is_due "${AWS_SSO_EXPIRATION-}" "${__AWS_SSO_NOTICED-}" 300; then __aws_sso_expiring; fi
  # It may be another now: the renewal also says what is known about the session.
  if __aws_sso_is_due "${AWS_SSO_SESSION_END-}" "${__AWS_SSO_SESSION_NOTICED-}" 900; then __aws_sso_ending; fi
  if [[ -n "${AWS_PROFILE-}" ]] && __aws_sso_has_new_profile; then
    \builtin printf '%s\n' "aws-sso: AWS_PROFILE was set after __aws_sso_command__ use; to see which credentials\
 programs take, run: aws-sso status; for the profile alone, run: __aws_sso_command__ clear" >&2
  fi
  \builtin return "${1:-0}"
}
# Whether programs see a profile beside the keys of `use`, for the first time with this role.
function __aws_sso_has_new_profile {
  [[ -n "${AWS_SSO_ORIGIN-}" && "${AWS_ACCESS_KEY_ID-}" == "$AWS_SSO_ORIGIN" &&
    "${AWS_SSO_ROLE_ARN-}" != "${__AWS_SSO_PROFILE_NOTICED-}" ]] || \builtin return 1
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
    [[ "${AWS_PROFILE@a}" == *x* ]] || \builtin return 1
  fi
  __AWS_SSO_PROFILE_NOTICED="${AWS_SSO_ROLE_ARN-}"
}
# Whether a time ($1) that is not the last one shown ($2) is at most so many seconds ($3) away.
function __aws_sso_is_due {
  case "$1" in
    # Not known, already shown, or not set by `use`: bash arithmetic would execute code in such a value. The digits are
    # listed because in some locales the range 0-9 contains other characters.
    '' | 0* | *[!0123456789]* | ??????????????* | "$2") \builtin return 1 ;;
  esac
  if [[ -n "$__aws_sso_now" ]]; then
    \builtin :
  elif ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 402)); then
    \builtin printf -v __aws_sso_now '%(%s)T' -1
  else
    __aws_sso_now="$(\command date +%s)"
  fi
  (($1 - ${__aws_sso_now:-0} <= $3))
}
function __aws_sso_expiring {
  \builtin local __aws_sso_until="$AWS_SSO_EXPIRATION" __aws_sso_what='expire within 5 minutes'
  # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
  __AWS_SSO_NOTICED="$__aws_sso_until"
  # >>> renewal
  \builtin local __aws_sso_renewal=0 __aws_sso_option=''
  # A restricted shell refuses to run the program, and says that it sends nothing to a file.
  [[ $- == *r* ]] || __aws_sso_command__ refresh --login never >/dev/null 2>&1 || __aws_sso_renewal="$?"
  if [[ "${AWS_SSO_EXPIRATION-}" != "$__aws_sso_until" ]]; then \builtin return 0; fi
  if ((__aws_sso_renewal == 3)); then
    # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
    case "${AWS_SSO_SESSION-}" in
      '' | -* | *[![:alnum:]._-]*) ;;
      *) __aws_sso_option=" -p $AWS_SSO_SESSION" ;;
    esac
    \builtin printf '%s\n' "aws-sso: your sign-in has ended; run: __aws_sso_command__ login$__aws_sso_option" >&2
    \builtin return 0
  fi
  # <<< renewal
  if ((__aws_sso_until <= __aws_sso_now)); then __aws_sso_what='have expired'; fi
  \builtin printf '%s\n' "aws-sso: your credentials $__aws_sso_what; run: __aws_sso_command__ refresh" >&2
}
function __aws_sso_ending {
  \builtin local __aws_sso_end="$AWS_SSO_SESSION_END" __aws_sso_minutes
  __AWS_SSO_SESSION_NOTICED="$__aws_sso_end"
  # What was expected has not happened, or was not seen: there is nothing to warn of any more.
  if ((__aws_sso_end <= __aws_sso_now)); then \builtin return 0; fi
  # Somebody may have signed in since this shell entered its role.
  if [[ $- != *r* ]] && __aws_sso_command__ refresh --login never --only-session-end >/dev/null 2>&1 &&
    [[ "${AWS_SSO_SESSION_END-}" != "$__aws_sso_end" ]]; then
    \builtin return 0
  fi
  __aws_sso_minutes="$(((__aws_sso_end - __aws_sso_now + 59) / 60))"
  \builtin printf '%s\n' "aws-sso: your sign-in may end in about $__aws_sso_minutes minutes; \
run: __aws_sso_command__ login --force" >&2
}
# Adds the hook to PROMPT_COMMAND, after all others, so that they still see the user's $? and PIPESTATUS. $1 is the
# DEBUG trap: it takes what runs after the others for a command of the user, so with one the hook comes first.
function __aws_sso_add_hook {
  \builtin local __aws_sso_at __aws_sso_entry=0 __aws_sso_others __aws_sso_call __aws_sso_options="$-"
  if [[ "${PROMPT_COMMAND[*]-} ${precmd_functions[*]-}" == *__aws_sso_hook* ]]; then \builtin return 0; fi
  # bash-preexec, which has a DEBUG trap too, calls what is listed here.
  if [[ -n "${bash_preexec_imported-}${__bp_imported-}" ]]; then
    precmd_functions+=('__aws_sso_hook')
    \builtin return 0
  fi
  # A shell that inherits PROMPT_COMMAND may lack the function: `declare -f +t` asks, and prints nothing. The hook
  # returns the status that it is given, for what runs after it, and so does the one in its place. Because of `&&`,
  # that status neither ends the shell nor runs the ERR trap.
  __aws_sso_call='\builtin eval "\builtin declare -f +t __aws_sso_hook ||'
  # shellcheck disable=SC2016 # The hook of a child shell expands it.
  __aws_sso_call+=' function __aws_sso_hook { \builtin return \"\$1\"; }; __aws_sso_hook $? && :" && :'
  # A string stays a string, since bash exports no array. An array keeps its length, since the shell integration of
  # VS Code replaces only its first entry. Before 5.1 no other entry runs.
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    for __aws_sso_at in "${!PROMPT_COMMAND[@]}"; do
      __aws_sso_entry="$__aws_sso_at"
      if [[ -n "$1" ]]; then \builtin break; fi
    done
  fi
  # On lines of their own, since a command may end with a semicolon or a comment.
  __aws_sso_others="${PROMPT_COMMAND[__aws_sso_entry]-}"
  if [[ -n "$1" ]]; then
    __aws_sso_call+="${__aws_sso_others:+$'\n'$__aws_sso_others}"
  else
    __aws_sso_call="${__aws_sso_others:+$__aws_sso_others$'\n'}$__aws_sso_call"
  fi
  # Where PROMPT_COMMAND is read-only, `printf` fails, while an assignment would end the start-up file. So would either
  # under errexit.
  \builtin set +e
  if ((__aws_sso_entry)); then
    \builtin printf -v "PROMPT_COMMAND[$__aws_sso_entry]" '%s' "$__aws_sso_call" 2>&- || \builtin :
  else
    \builtin printf -v PROMPT_COMMAND '%s' "$__aws_sso_call" 2>&- || \builtin :
  fi
  if [[ "$__aws_sso_options" == *e* ]]; then \builtin set -e; fi
}
if [[ $- == *i* ]]; then
  __aws_sso_add_hook "${PROMPT_COMMAND[*]:+$(\builtin trap -p DEBUG)}"
  # What this shell has inherited was said in the one that it comes from.
  if [[ -n "${AWS_PROFILE-}" ]]; then __aws_sso_has_new_profile || \builtin :; fi
fi
# <<< hook
# >>> key
# A key that picks a role while a command is being typed. bash makes a new prompt only after a command. So the key
# stands for three others: the first one picks and puts the line aside, the second one is Enter, and the third one
# brings the line back. If no role was chosen, the second and the third one do nothing. Versions before 4 do not give
# the line away, and Enter would run it: there it stays, and the next prompt shows the role.
function __aws_sso_pick_by_key {
  \builtin local __aws_sso_keymap __aws_sso_second='redraw-current-line'
  if __aws_sso_command__ pick </dev/tty && ((BASH_VERSINFO[0] >= 4)); then
    __AWS_SSO_LINE="$READLINE_LINE"
    __AWS_SSO_POINT="$READLINE_POINT"
    READLINE_LINE=''
    READLINE_POINT='0'
    __aws_sso_second='accept-line'
  fi
  for __aws_sso_keymap in emacs vi-insert vi-command; do
    \builtin bind -m "$__aws_sso_keymap" '"\C-x\C-^": '"$__aws_sso_second"
  done
}
function __aws_sso_line_again {
  if [[ -z "${__AWS_SSO_POINT-}" ]]; then \builtin return 0; fi
  READLINE_LINE="$__AWS_SSO_LINE"
  READLINE_POINT="$__AWS_SSO_POINT"
  \builtin unset -v __AWS_SSO_LINE __AWS_SSO_POINT
}
function __aws_sso_bind {
  \builtin bind -m "$1" '"__AWS_SSO_KEY__": "\C-x\C-]\C-x\C-^\C-x\C-_"'
  \builtin bind -m "$1" '"\C-x\C-^": redraw-current-line'
  # Versions before 4.3 cannot bind a longer sequence to a command.
  \builtin bind -m "$1" -x '"\C-x\C-]": __aws_sso_pick_by_key'
  \builtin bind -m "$1" -x '"\C-x\C-_": __aws_sso_line_again'
}
if [[ $- == *i* && (-o emacs || -o vi) ]]; then
  __aws_sso_bind emacs
  __aws_sso_bind vi-insert
  __aws_sso_bind vi-command
fi
# <<< key
